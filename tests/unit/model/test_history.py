from __future__ import annotations

from commandwall.model.arrangement import Arrangement
from commandwall.model.history import MOST_STEPS, History


def at(layout: str) -> Arrangement:
    return Arrangement(7, layout)


def never(_: Arrangement) -> bool:
    return False


def test_steps_go_back_and_forward() -> None:
    history = History()
    for before in "ab":
        history.note(at(before))
    assert history.back(at("c"), never) == Arrangement(0, "b")
    assert history.back(at("b"), never) == Arrangement(0, "a")
    assert history.back(at("a"), never) is None
    assert [history.forward(at(now), never) for now in "ab"] == [Arrangement(0, "b"), Arrangement(0, "c")]
    assert history.forward(at("c"), never) is None


def test_a_new_step_forgets_what_was_ahead() -> None:
    history = History()
    history.note(at("a"))
    history.back(at("b"), never)
    history.note(at("a"))
    assert history.forward(at("c"), never) is None
    assert history.past == [Arrangement(0, "a")]


def test_what_is_shown_already_is_passed_over() -> None:
    history = History([at("a"), at("b"), at("b")])
    assert history.back(at("b"), lambda kept: kept.layout == "b") == at("a")
    assert history.future == [Arrangement(0, "b")]


def test_the_oldest_steps_are_forgotten() -> None:
    history = History()
    for number in range(MOST_STEPS + 5):
        history.note(at(str(number)))
    assert (len(history.past), history.past[0].layout) == (MOST_STEPS, "5")
