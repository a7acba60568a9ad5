"""Aligned walls: every tile shows the moment that the others show, to half of its own period."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commandwall.compose.alignment import AlignedShelf, Alignment
from commandwall.compose.canvas import Canvas
from commandwall.compose.faces import Faces
from commandwall.compose.patches import PatchBook
from commandwall.compose.stage import Stage
from commandwall.compose.truth import Truth
from commandwall.compose.words import words_of
from commandwall.ipc.messages import Arrange
from commandwall.ipc.slots import Arena, SlotFlag, SlotInfo
from commandwall.model.rect import Rect
from commandwall.model.wall import TileState
from tests.unit.compose.scenery import NOW, PERIOD, PLAIN, S, Scenery, scenery

MS = 1_000_000
TICK = S // 25
ENDLESS = 1 << 62
LEFT, RIGHT = Rect(0, 0, 240, 134), Rect(240, 0, 240, 134)


@dataclass
class Camera:
    """Takes a picture every ``period_ns`` that comes ``delay_ns`` later; its luma is its number.

    Each is taken as much later as ``jitter_ns`` says, over and over.
    """

    index: int
    period_ns: int
    delay_ns: int
    phase_ns: int = 0
    jitter_ns: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        self._next = 0
        self.taken: list[int] = []
        self._underway: deque[int] = deque()

    def _due_ns(self, number: int) -> int:
        jitter_ns = self.jitter_ns[number % len(self.jitter_ns)]
        return NOW + self.phase_ns + number * self.period_ns + jitter_ns

    def send(self, scene: Scenery, now_ns: int, flags: int = SlotFlag.TIMED) -> None:
        """Publish what has come by ``now_ns``."""
        while (captured_ns := self._due_ns(len(self.taken))) <= now_ns:
            self.taken.append(captured_ns)
            self._underway.append(captured_ns)
        while self._underway and self._underway[0] + self.delay_ns <= now_ns:
            captured_ns = self._underway.popleft()
            arrival_ns = captured_ns + self.delay_ns
            info = SlotInfo(arrival_ns, captured_ns, arrival_ns, self.period_ns, flags)
            scene.publish_planes(self.index, (self.taken.index(captured_ns) % 200, 0, 0), info)


class Wall:
    """A shelf over cameras, ticked by hand; ``captured`` is what each tile shows."""

    def __init__(self, scene: Scenery, limit_ms: int, *cameras: Camera, panels: int = 0) -> None:
        self.scene, self.cameras = scene, cameras
        count = len(cameras) + panels
        self.alignment = Alignment(limit_ms * MS)
        numbers = list(range(count))
        self.held_ns = np.zeros(count, np.int64)
        arena = Arena(scene.handle.path)
        self.shelf = AlignedShelf(arena, numbers, numbers, self.alignment, self.held_ns)
        self.truth = Truth(count, aligned=True)
        self.slots = np.full(count, -1)
        self.now_ns = NOW

    def tick(self, count: int = 1) -> None:
        for _ in range(count):
            for camera in self.cameras:
                camera.send(self.scene, self.now_ns)
            self.alignment.tick(self.now_ns)
            self.shelf.look(self.truth, self.slots)
            self.now_ns += TICK

    @property
    def skews_ns(self) -> list[int]:
        return [int(captured_ns) - self.alignment.at_ns for captured_ns in self.truth.captured]


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from([10, 12, 15, 20, 25, 30]), st.integers(0, 400), st.integers(0, 99)),
        min_size=2,
        max_size=4,
    )
)
def test_cameras_within_the_limit_show_the_same_moment_to_half_a_period(
    plans: list[tuple[int, int, int]],
) -> None:
    cameras = [
        Camera(index, S // fps, delay_ms * MS, phase * S // fps // 100)
        for index, (fps, delay_ms, phase) in enumerate(plans)
    ]
    with scenery(*[Rect(16 * index, 0, 16, 8) for index in range(len(plans))], slots=18) as scene:
        wall = Wall(scene, 600, *cameras)
        wall.tick(50)
        for _ in range(25):
            wall.tick()
            # the delay shrinks by 1 % between two pictures of the slowest camera
            bounds = [camera.period_ns // 2 + 2 * MS for camera in cameras]
            assert all(abs(skew) <= bound for skew, bound in zip(wall.skews_ns, bounds, strict=True))
        slowest_ns = max(camera.delay_ns + camera.period_ns // 2 for camera in cameras)
        assert wall.now_ns - TICK - wall.alignment.at_ns <= slowest_ns + TICK + 2 * MS


@settings(max_examples=30)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=9), st.integers(0, 300), st.integers(0, 66))
def test_a_picture_that_is_overdue_leaves_its_tile_behind_by_as_much(
    jitter_ms: list[int], delay_ms: int, phase_ms: int
) -> None:
    period_ns, jitter_ns = S // 15, tuple(each * MS for each in jitter_ms)
    uneven = Camera(0, period_ns, delay_ms * MS, phase_ms * MS, jitter_ns)
    steady = Camera(1, period_ns, 0)
    with scenery(LEFT, RIGHT, slots=18) as scene:
        wall = Wall(scene, 600, uneven, steady)
        wall.tick(50)
        for _ in range(50):
            wall.tick()
            overdue_ns = max(jitter_ns) - min(jitter_ns)
            assert abs(wall.skews_ns[0]) <= period_ns // 2 + overdue_ns + 2 * MS
            assert abs(wall.skews_ns[1]) <= period_ns // 2 + 2 * MS


@settings(max_examples=30)
@given(st.integers(0, 99), st.integers(36, 200), st.sampled_from([15, 25, 30]))
def test_a_picture_that_waits_for_its_voice_is_as_old_as_that_to_half_a_period(
    phase: int, held_ms: int, fps: int
) -> None:
    period_ns = S // fps
    held, other = Camera(0, period_ns, 0, phase * period_ns // 100), Camera(1, S // 15, 0)
    with scenery(LEFT, RIGHT, slots=8) as scene:
        wall = Wall(scene, 0, held, other)
        wall.held_ns[0] = held_ms * MS
        wall.tick(20)
        for _ in range(25):
            wall.tick()
            shown_ns, newest_ns = (wall.now_ns - TICK - int(at) for at in wall.truth.captured)
            assert abs(shown_ns - held_ms * MS) <= period_ns // 2
            assert newest_ns <= S // 15, "who has no voice is not held back"


def test_a_camera_beyond_the_limit_holds_nobody_up_and_says_by_how_much_it_is_late() -> None:
    fast, slow = Camera(0, S // 15, 50 * MS), Camera(1, S // 15, 900 * MS)
    with scenery(LEFT, RIGHT, slots=10) as scene:
        wall = Wall(scene, 300, fast, slow)
        wall.tick(100)
        skew_fast, skew_slow = wall.skews_ns
    assert abs(skew_fast) < S // 30 + 2 * MS
    assert -900 * MS < skew_slow < -700 * MS


def test_the_wall_waits_no_longer_than_the_slowest_tile_and_comes_back_slowly() -> None:
    fast, slow = Camera(0, S // 25, 40 * MS), Camera(1, S // 25, 400 * MS)
    with scenery(LEFT, RIGHT, slots=18) as scene:
        wall = Wall(scene, 600, fast, slow)
        wall.tick(50)
        assert 400 * MS <= wall.now_ns - TICK - wall.alignment.at_ns <= 470 * MS
        wall.cameras = (fast,)
        before = wall.alignment.at_ns
        for _ in range(2000):
            wall.tick()
            assert TICK <= wall.alignment.at_ns - before <= TICK + TICK // 50
            before = wall.alignment.at_ns
            if wall.now_ns - TICK - before <= 110 * MS:
                break
        else:
            pytest.fail("the delay of a camera that is gone stayed")


def test_a_tile_never_goes_back_when_a_slower_one_joins() -> None:
    fast, slow = Camera(0, S // 25, 20 * MS), Camera(1, S // 25, 500 * MS)
    with scenery(LEFT, RIGHT, slots=18) as scene:
        wall = Wall(scene, 600, fast)
        wall.tick(20)
        shown = [int(wall.truth.captured[0])]
        joined = Wall(scene, 600, fast, slow)
        joined.now_ns = wall.now_ns
        for _ in range(60):
            joined.tick()
            shown.append(int(joined.truth.captured[0]))
    assert shown == sorted(shown)
    assert abs(joined.skews_ns[0]) <= S // 50 + 2 * MS


def test_pictures_on_the_way_to_live_do_not_hold_the_wall_up() -> None:
    camera = Camera(0, S // 15, 400 * MS)
    with scenery(LEFT, slots=10) as scene:
        wall = Wall(scene, 600, camera)
        camera.send(scene, NOW + S, SlotFlag.CATCHING_UP)
        wall.now_ns = NOW + S
        wall.tick(2)
        assert wall.alignment.at_ns == wall.now_ns - TICK
        assert wall.truth.has_picture[0]


def test_a_picture_that_is_written_over_while_it_is_shown_is_torn() -> None:
    with scenery(LEFT, slots=5) as scene:
        wall = Wall(scene, 600, Camera(0, S // 25, 200 * MS))
        wall.tick(20)
        assert not wall.shelf.torn()
        for number in range(5):
            scene.publish_captured(0, number, wall.now_ns, wall.now_ns)
        assert wall.shelf.torn()
        wall.shelf.look(wall.truth, wall.slots)
        assert not wall.shelf.torn()


def test_a_picture_that_is_given_more_time_has_it_on_an_aligned_wall_too() -> None:
    with scenery(LEFT, slots=5) as scene:
        wall = Wall(scene, 600, Camera(0, S // 25, 200 * MS))
        wall.tick(20)
        wall.cameras = ()
        scene.extend(0, 20 * S)
        wall.tick()
        assert wall.truth.stay.tolist() == [20 * S]


def stage_of(scene: Scenery, alignment: Alignment | None) -> tuple[Stage, Canvas]:
    canvas, words = Canvas(480, 134), words_of("zh")
    faces = Faces(words, PatchBook())
    return Stage(Arrange(1, NOW, scene.tiles), canvas, faces, words, {}, PLAIN, alignment), canvas


@dataclass
class Composed:
    """An aligned stage of a prompt camera and one that comes ``late_ns`` later, composed tick by tick."""

    scene: Scenery
    limit_ms: int
    period_ns: int
    late_ns: int

    def __post_init__(self) -> None:
        self.alignment = Alignment(self.limit_ms * MS)
        self.stage, self.canvas = stage_of(self.scene, self.alignment)
        self.now_ns = NOW
        self._cameras = (Camera(0, self.period_ns, 0), Camera(1, self.period_ns, self.late_ns))

    def tick(self, count: int) -> None:
        for _ in range(count):
            self.now_ns += TICK
            for camera in self._cameras:
                camera.send(self.scene, self.now_ns)
            self.alignment.tick(self.now_ns)
            self.stage.compose(self.now_ns, ENDLESS)


def test_a_stage_shows_the_common_moment_and_says_what_is_left() -> None:
    with scenery(LEFT, RIGHT, slots=18) as scene:
        wall = Composed(scene, 600, S // 25, 200 * MS)
        wall.tick(50)
        luma, truth = wall.canvas.planes.y, wall.stage.truth
        assert luma[50, 100] == luma[50, 340], "the same number in both tiles"
        assert all(skew is not None and abs(skew) <= 21 for skew in wall.stage.skews_ms(wall.now_ns))
        assert wall.now_ns - truth.shown[0] > 150 * MS, "the prompt one is held back, and its age says so"
        assert wall.now_ns - truth.arrival[0] <= TICK
        for _ in range(18):
            scene.publish(0, 9, wall.now_ns)
        wall.stage.compose(wall.now_ns, ENDLESS)
        assert wall.stage.skews_ms(wall.now_ns)[0] is None, "the camera's clock does not tell"


def test_a_wall_that_is_not_aligned_shows_the_newest_and_says_how_far_behind_it_is() -> None:
    with scenery(LEFT, RIGHT) as scene:
        stage, _ = stage_of(scene, None)
        scene.publish_captured(0, 50, NOW - S // 2, NOW)
        stage.compose(NOW, ENDLESS)
        assert stage.skews_ms(NOW) == [None, None], "the camera's clock does not tell"
        video = SlotInfo(NOW, NOW - S // 2, NOW, PERIOD, SlotFlag.TIMED)
        panel = SlotInfo(NOW, NOW - S, NOW, PERIOD, SlotFlag.TIMED | SlotFlag.HELD)
        for index, info in enumerate((video, panel)):
            scene.publish_planes(index, (50, 0, 0), info)
        stage.compose(NOW, ENDLESS)
        assert stage.skews_ms(NOW) == [-500.0, 0.0]
        assert stage.truth.shown is stage.truth.arrival


def test_a_stage_holds_back_the_tiles_that_it_is_told_to() -> None:
    with scenery(LEFT, RIGHT, slots=8) as scene:
        wall = Composed(scene, 0, TICK, 0)
        wall.tick(10)
        assert [wall.now_ns - at for at in wall.stage.truth.captured.tolist()] == [0, 0]
        wall.stage.dress(replace(PLAIN, held_ms={"camera:1": 80}))
        wall.tick(3)
        assert [wall.now_ns - at for at in wall.stage.truth.captured.tolist()] == [0, 80 * MS]


def test_a_tile_that_is_held_back_is_live() -> None:
    with scenery(LEFT, RIGHT, slots=28) as scene:
        wall = Composed(scene, 1000, S // 15, 900 * MS)
        wall.tick(75)
        assert wall.stage.progress(wall.now_ns).live
        assert [list(TileState)[code] for code in wall.stage.states] == [TileState.LIVE] * 2


@pytest.mark.parametrize(("limit_ms", "most_ms"), [(0, 2000), (600, 2600)])
def test_a_tile_is_late_when_it_is_further_behind_than_the_wall_may_hold_it_back(
    limit_ms: int, most_ms: int
) -> None:
    for late_ms, state in ((most_ms - 80, TileState.LIVE), (most_ms + 200, TileState.LATE)):
        with scenery(LEFT, RIGHT, slots=28) as scene:
            wall = Composed(scene, limit_ms, S // 15, late_ms * MS)
            wall.tick(100)
            assert [list(TileState)[code] for code in wall.stage.states] == [TileState.LIVE, state]


class Panel:
    """A tile of which each picture holds until the next; its luma is its number."""

    def __init__(self, scene: Scenery, index: int) -> None:
        self.scene, self.index, self.count = scene, index, 0

    def publish(self, captured_ns: int, arrival_ns: int) -> None:
        flags = SlotFlag.TIMED | SlotFlag.HELD
        info = SlotInfo(arrival_ns, captured_ns, arrival_ns, S, flags)
        self.count += 1
        self.scene.publish_planes(self.index, (self.count, 0, 0), info)


def test_a_picture_that_is_held_is_shown_from_its_time_on_and_not_before() -> None:
    """The nearest would be shown half of the time between two values too early: hours, of a water level."""
    with scenery(LEFT, RIGHT, slots=15) as scene:
        camera, panel = Camera(0, TICK, 400 * MS), Panel(scene, 1)
        wall = Wall(scene, 500, camera, panels=1)
        panel.publish(NOW - 3600 * S, NOW)
        wall.tick(30)
        assert wall.slots[1] == 0
        value_ns = wall.now_ns
        panel.publish(value_ns, value_ns)
        while wall.alignment.at_ns < value_ns:
            wall.tick()
            held = wall.alignment.at_ns < value_ns
            assert wall.slots[1] == (0 if held else 1)
        assert value_ns - wall.now_ns < -350 * MS, "the wall is as late as its camera"


def test_a_panel_holds_no_camera_up_and_shows_what_there_is() -> None:
    with scenery(LEFT, slots=15) as scene:
        panel = Panel(scene, 0)
        wall = Wall(scene, 500, panels=1)
        panel.publish(NOW - 300 * MS, NOW)
        wall.tick(3)
        assert wall.alignment.at_ns == wall.now_ns - TICK, "a value that came late delays nobody"
        panel.publish(NOW + S, NOW)
        panel.publish(NOW + 2 * S, NOW)
        wall.tick()
        assert wall.slots[0] == 0
        fresh = AlignedShelf(Arena(scene.handle.path), [0], [0], Alignment(0), np.zeros(1, np.int64))
        slots = np.full(1, -1)
        fresh.look(Truth(1, aligned=True), slots)
        assert slots[0] == 0, "the first of those that are yet to come"
