from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.control.sound import SoundControl
from commandwall.ipc.channel import Received, decode, encode
from commandwall.ipc.messages import Message
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.sound_messages import (
    EVERYBODY,
    ArrangeSound,
    ConfigureSound,
    EndSound,
    SoundInput,
    SoundReport,
    VoiceFault,
    VoiceFigures,
)
from commandwall.workers.worker import Worker

PATH = Path("/run/sound.packets")
WANG = SoundInput("wang", BusAddress("/run/rtc.packets", "conference/c/wang/voice", "1"), True)
REPORT = SoundReport("c", (VoiceFigures("wang", -31.5, True, 42.0, 60, VoiceFault.SILENT),), 50, 1, 0.4)


class Bench:
    """The control of a sound process that never runs: what it is told, and what it says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[Message] = []
        self.reports: list[SoundReport] = []
        self.wanted = 0
        monkeypatch.setattr(Worker, "post", lambda worker, message: self.told.append(message))
        monkeypatch.setattr(Worker, "want", lambda worker: self.want())
        self.sound = SoundControl(PATH)
        self.sound.watch(self.reports.append)

    def want(self) -> None:
        self.wanted += 1


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_the_first_conference_starts_the_process(bench: Bench) -> None:
    assert bench.wanted == 0
    bench.sound.arrange("c", [WANG], ["wang", "li"])
    assert bench.wanted == 1
    assert bench.told == [ArrangeSound("c", (WANG,), ("wang", "li"))]


def test_an_arrangement_that_is_in_force_is_not_sent_again(bench: Bench) -> None:
    for listeners in (["li"], ["li"], ["wang"]):
        bench.sound.arrange("c", [WANG], listeners)
    assert bench.told == [ArrangeSound("c", (WANG,), (who,)) for who in ("li", "wang")]


def test_a_new_process_is_told_all_that_is_arranged_now(bench: Bench) -> None:
    for conference in ("a", "b", "c"):
        bench.sound.arrange(conference, [], [conference])
    bench.sound.end("b")
    bench.told.clear()
    bench.sound._ready(bench.sound.worker)
    assert bench.told == [
        ConfigureSound(str(PATH)), ArrangeSound("a", (), ("a",)), ArrangeSound("c", (), ("c",))
    ]  # fmt: skip


def test_only_what_was_arranged_is_ended(bench: Bench) -> None:
    bench.sound.end("c")
    assert bench.told == []
    bench.sound.arrange("c", [WANG], [])
    bench.sound.end("c")
    assert bench.told[-1] == EndSound("c")


def test_reports_are_handed_on_while_their_conference_is_arranged(bench: Bench) -> None:
    said = Received(REPORT, b"", 0)
    bench.sound._hear(bench.sound.worker, said)
    bench.sound.arrange("c", [WANG], ["wang"])
    bench.sound._hear(bench.sound.worker, said)
    bench.sound.end("c")
    bench.sound._hear(bench.sound.worker, said)
    assert bench.reports == [REPORT]


def test_it_tells_where_a_mix_is(bench: Bench) -> None:
    assert bench.sound.address("c", "wang") == BusAddress(str(PATH), "mix/c/wang", "")
    assert bench.sound.address("c", EVERYBODY).stream == "mix/c/all"


@pytest.mark.parametrize("message", [REPORT, ArrangeSound("c", (WANG,), ("wang",)), EndSound("c")])
def test_messages_come_through_whole(message: Message) -> None:
    assert decode(encode(message)) == message
