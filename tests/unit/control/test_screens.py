from __future__ import annotations

from typing import Any

import pytest

from commandwall.base.errors import NotFoundError
from commandwall.control import screens as module
from commandwall.control.screens import ScreenEvent, Screens
from commandwall.model.camera import FeedState, StreamName
from commandwall.model.reason import Reason, ReasonCode


class Bench:
    def __init__(self) -> None:
        self.events: list[tuple[str, ScreenEvent]] = []
        self.removed: list[str] = []
        self.renamed: list[str] = []
        self.changed: list[str] = []
        self.screens = Screens(self._publish, self.removed.append, self.renamed.append)
        self.screens.watch(self.changed.append)

    def _publish(self, kind: str, body: Any) -> None:
        self.events.append((kind, body))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_screen_is_made_by_being_shared_and_stays_when_that_ends(bench: Bench) -> None:
    screens = bench.screens
    screens.begin("desk", "2 号席位", "wang")
    assert screens.state("desk") == (FeedState.CONNECTING, Reason(ReasonCode.OPENING))
    screens.live("desk")
    assert screens.state("desk") == (FeedState.LIVE, Reason())
    screens.end("desk")
    (screen,) = screens.all()
    assert (screen.id, screen.name, screen.by, screen.state) == ("desk", "2 号席位", "wang", FeedState.LOST)
    assert (screen.reason, screen.reason_zh) == ("screen share ended", "共享屏幕已结束")
    assert bench.changed == ["desk"] * 3
    assert [kind for kind, _ in bench.events] == ["screen"] * 3


def test_it_is_a_source(bench: Bench) -> None:
    bench.screens.begin("desk", "席位", "wang")
    assert list(bench.screens.ids()) == ["desk"]
    assert bench.screens.name("desk") == "席位"
    assert bench.screens.stream("desk", 64, 64) is StreamName.MAIN
    assert bench.screens.on_demand("desk", StreamName.MAIN)
    with pytest.raises(NotFoundError, match="no screen is called 'other'"):
        bench.screens.name("other")


def test_another_name_is_told(bench: Bench) -> None:
    for name in ("a", "a", "b"):
        bench.screens.begin("desk", name, "wang")
    assert bench.renamed == ["desk"]


def test_the_oldest_of_too_many_that_ended_is_forgotten(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ENDED", 1)
    bench.screens.begin("live", "", "")
    for name in ("old", "new"):
        bench.screens.begin(name, "", "")
        bench.screens.end(name)
    assert list(bench.screens.ids()) == ["live", "new"]
    assert bench.removed == ["old"]
    kind, event = bench.events[-1]
    assert (kind, event.screen.id, event.removed) == ("screen", "old", True)
