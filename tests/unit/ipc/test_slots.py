from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from commandwall.base.errors import ProtocolError
from commandwall.ipc.arena import SLOTS, ArenaHandle, create_arena
from commandwall.ipc.slots import Arena, SlotFlag, SlotInfo, SlotWriter
from tests.unit.ipc.reader import SlotReader

INFO = SlotInfo(1, 2, 3, 4, SlotFlag.DAMAGED)


@pytest.fixture
def handle() -> ArenaHandle:
    return create_arena([(240, 134), (96, 54), (2, 2)])


def fill(writer: SlotWriter, value: int, info: SlotInfo = INFO) -> None:
    for plane in writer.begin():
        plane[:] = value
    writer.publish(info)


def test_a_new_arena_has_no_pictures(handle: ArenaHandle) -> None:
    arena = Arena(handle.path)
    assert arena.published.tolist() == [0, 0, 0]
    assert SlotReader(arena, 1).newest() is None


def test_planes_have_the_size_of_the_tile(handle: ArenaHandle) -> None:
    planes = SlotWriter(Arena(handle.path), 0).begin()
    assert [plane.shape for plane in planes] == [(134, 240), (67, 120), (67, 120)]


def test_every_slot_of_every_tile_is_memory_of_its_own(handle: ArenaHandle) -> None:
    arena = Arena(handle.path)
    views = [arena.planes(tile, slot) for tile in range(3) for slot in range(SLOTS)]
    for value, planes in enumerate(views):
        for plane in planes:
            plane[:] = value
    for value, planes in enumerate(views):
        assert all((plane == value).all() for plane in planes)


def test_an_arena_with_more_slots_keeps_more_pictures() -> None:
    handle = create_arena([(16, 8), (4, 2)], 7)
    arena = Arena(handle.path)
    assert arena.slots == 7
    writer, reader = SlotWriter(arena, 1), SlotReader(arena, 1)
    for value in range(10):
        fill(writer, value, INFO._replace(captured_ns=value))
    newest = reader.newest()
    assert newest is not None and newest[2].captured_ns == 9 and reader.intact(newest[0])
    kept = sorted(int(arena.planes(1, slot).y[0, 0]) for slot in range(7))
    assert kept == list(range(3, 10))
    assert sorted(arena.table[1]["slots"]["captured_ns"].tolist()) == kept
    handle.close()


def test_readers_of_another_mapping_see_the_newest_picture(handle: ArenaHandle) -> None:
    writer, reader = SlotWriter(Arena(handle.path), 1), SlotReader(Arena(handle.path), 1)
    for value in range(10):
        fill(writer, value, INFO._replace(arrival_ns=value))
        newest = reader.newest()
        assert newest is not None
        ticket, planes, info = newest
        assert (ticket, info.arrival_ns, info.flags) == (value + 1, value, SlotFlag.DAMAGED)
        assert (planes.y == value).all() and (planes.v == value).all()
        assert reader.intact(ticket)


def test_more_time_is_given_to_the_newest_picture_alone_and_never_less(handle: ArenaHandle) -> None:
    writer, reader = SlotWriter(Arena(handle.path), 1), SlotReader(Arena(handle.path), 1)
    writer.extend(9)
    assert reader.newest() is None
    for value in range(SLOTS + 1):
        fill(writer, value, INFO._replace(period_ns=value))
    for period_ns, expected_ns in ((7, 7), (5, 7)):
        writer.extend(period_ns)
        newest = reader.newest()
        assert newest is not None and newest[2] == INFO._replace(period_ns=expected_ns)
        assert reader.intact(newest[0])
    assert sorted(Arena(handle.path).table[1]["slots"]["period_ns"].tolist()) == [*range(1, SLOTS), 7]


def test_a_slot_that_is_written_again_is_not_intact(handle: ArenaHandle) -> None:
    writer, reader = SlotWriter(Arena(handle.path), 0), SlotReader(Arena(handle.path), 0)
    fill(writer, 1)
    newest = reader.newest()
    assert newest is not None
    fill(writer, 2)
    fill(writer, 3)
    assert reader.intact(newest[0])
    writer.begin()
    assert not reader.intact(newest[0])


def test_a_new_writer_goes_on_where_the_last_one_died(handle: ArenaHandle) -> None:
    fill(SlotWriter(Arena(handle.path), 0), 7)
    SlotWriter(Arena(handle.path), 0).begin()  # dies in the middle of a picture
    writer = SlotWriter(Arena(handle.path), 0)
    fill(writer, 9)
    newest = SlotReader(Arena(handle.path), 0).newest()
    assert newest is not None and newest[0] == writer.published == 2
    assert (newest[1].y == 9).all()


def test_no_picture_is_torn_under_load(handle: ArenaHandle) -> None:
    """A writer at full speed beside a reader: whatever is intact is of one piece."""
    stop = threading.Event()

    def write() -> None:
        writer = SlotWriter(Arena(handle.path), 0)
        value = 0
        while not stop.is_set():
            value = (value + 1) % 251
            fill(writer, value)

    thread = threading.Thread(target=write)
    thread.start()
    reader, whole = SlotReader(Arena(handle.path), 0), 0
    while whole < 2000:
        if (newest := reader.newest()) is None:
            continue
        ticket, planes, _ = newest
        y, v = planes.y.copy(), planes.v.copy()
        if reader.intact(ticket):
            whole += 1
            assert (y == y[0, 0]).all() and (v == y[0, 0]).all()
    stop.set()
    thread.join()


def test_another_process_paints(handle: ArenaHandle) -> None:
    code = (
        "import sys; from commandwall.ipc.slots import *;"
        "w = SlotWriter(Arena(sys.argv[1]), 2); w.begin().y[:] = 42; w.publish(SlotInfo(0,0,0,0,0))"
    )
    subprocess.run([sys.executable, "-c", code, handle.path], check=True)
    newest = SlotReader(Arena(handle.path), 2).newest()
    assert newest is not None and (newest[1].y == 42).all()


def test_memory_lives_while_it_is_mapped_and_the_path_dies(handle: ArenaHandle) -> None:
    arena = Arena(handle.path)
    handle.close()
    fill(SlotWriter(arena, 0), 5)
    with pytest.raises(ProtocolError, match="arena"):
        Arena(handle.path)


def test_a_reused_descriptor_is_not_taken_for_the_arena(handle: ArenaHandle) -> None:
    handle.close()
    other = create_arena([(16, 16)])
    assert other.fd == handle.fd
    with pytest.raises(ProtocolError, match="let it go"):
        Arena(handle.path)
    other.close()


@pytest.mark.parametrize("size", [(0, 2), (3, 2), (2, 5), (1, 1)])
def test_tiles_without_chroma_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="4:2:0"):
        create_arena([size])


def test_nothing_has_a_name_in_the_file_system(handle: ArenaHandle) -> None:
    assert os.fstat(handle.fd).st_nlink == 0
    assert np.asarray(Arena(handle.path).published).dtype == np.uint64
