from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from commandwall.ingest.ladder import Budget, Demand, decide
from commandwall.model.wall import DecodeLevel

LEVELS = list(DecodeLevel)
rates = st.floats(1, 30)
demands = st.lists(
    st.builds(
        Demand,
        feed=st.integers(0, 10_000).map(str),
        wanted=st.sampled_from(LEVELS[1:]),
        current=st.sampled_from(LEVELS),
        importance=st.sampled_from([0.1, 0.5, 1.0]),
        fps=rates,
        key_fps=st.floats(0.05, 1),
        frame_cost_s=st.floats(1e-4, 2e-2),
        key_cost_s=st.floats(1e-4, 5e-2),
    ),
    unique_by=lambda each: each.feed,
    max_size=12,
)
budgets = st.floats(0.01, 8)


def demand(feed: str, **changes: object) -> Demand:
    base = Demand(feed, DecodeLevel.NODEBLOCK, DecodeLevel.NODEBLOCK, 1.0, 10.0, 0.5, 0.01, 0.02)
    return replace(base, **changes)  # type: ignore[arg-type]


def load(given_demands: list[Demand], levels: dict[str, DecodeLevel]) -> float:
    return sum(each.load(levels[each.feed]) for each in given_demands)


@given(demands, budgets)
def test_nobody_starves_and_nobody_gets_more_than_wanted(each_demand: list[Demand], budget: float) -> None:
    levels = decide(each_demand, budget)
    assert levels.keys() == {each.feed for each in each_demand}
    for each in each_demand:
        assert 1 <= LEVELS.index(levels[each.feed]) <= LEVELS.index(each.wanted)


@given(demands, budgets)
def test_the_budget_is_kept_unless_key_frames_alone_exceed_it(
    each_demand: list[Demand], budget: float
) -> None:
    levels = decide(each_demand, budget)
    floor = load(each_demand, dict.fromkeys(levels, DecodeLevel.KEY))
    assert load(each_demand, levels) <= max(budget, floor) + 1e-9


@given(demands, budgets)
def test_deciding_again_changes_nothing(each_demand: list[Demand], budget: float) -> None:
    levels = decide(each_demand, budget)
    again = decide([replace(each, current=levels[each.feed]) for each in each_demand], budget)
    assert again == levels


@given(demands, budgets)
def test_equal_feeds_are_cut_by_importance(each_demand: list[Demand], budget: float) -> None:
    alike = [demand(each.feed, importance=each.importance) for each in each_demand]
    levels = decide(alike, budget)
    kept = [each.importance for each in alike if levels[each.feed] is DecodeLevel.NODEBLOCK]
    cut = [each.importance for each in alike if levels[each.feed] is DecodeLevel.KEY]
    assert not kept or not cut or min(kept) >= max(cut)


def test_with_room_for_all_everyone_gets_what_it_deserves() -> None:
    wanted = [demand("a", wanted=DecodeLevel.FULL), demand("b"), demand("c", current=DecodeLevel.KEY)]
    assert decide(wanted, 4.0) == {
        "a": DecodeLevel.FULL,
        "b": DecodeLevel.NODEBLOCK,
        "c": DecodeLevel.NODEBLOCK,
    }


def test_all_frames_of_one_come_before_deblocking_of_another() -> None:
    wanted = [demand("a", wanted=DecodeLevel.FULL, importance=9), demand("b", importance=1)]
    levels = decide(wanted, 0.22)
    assert levels == {"a": DecodeLevel.NODEBLOCK, "b": DecodeLevel.NODEBLOCK}


def test_what_was_cut_comes_back_only_with_room_to_spare() -> None:
    cost = demand("a").load(DecodeLevel.NODEBLOCK)
    cut, uncut = demand("a", current=DecodeLevel.KEY), demand("a")
    assert decide([uncut], cost * 1.05) == {"a": DecodeLevel.NODEBLOCK}
    assert decide([cut], cost * 1.05) == {"a": DecodeLevel.KEY}
    assert decide([cut], cost * 1.25) == {"a": DecodeLevel.NODEBLOCK}


def test_among_equals_those_that_have_it_keep_it() -> None:
    alike = [demand("a", current=DecodeLevel.KEY), demand("b"), demand("c", current=DecodeLevel.KEY)]
    levels = decide(alike, demand("b").load(DecodeLevel.NODEBLOCK) + 0.03)
    assert levels == {"a": DecodeLevel.KEY, "b": DecodeLevel.NODEBLOCK, "c": DecodeLevel.KEY}


def test_waiting_cuts_the_budget_step_by_step() -> None:
    budget = Budget(2.0)
    budget.measured(0.5, catching_up=False)
    assert budget.cores == 2.0
    budget.measured(0.5, catching_up=False)
    assert 1.7 < budget.cores < 2.0
    cut = budget.cores
    budget.measured(0.5, catching_up=False)
    assert budget.cores == cut
    budget.measured(0.0, catching_up=False)
    assert cut < budget.cores <= 2.0


def test_a_switch_cuts_nothing() -> None:
    budget = Budget(2.0)
    for _ in range(10):
        budget.measured(1.0, catching_up=True)
    assert budget.cores == 2.0


def test_a_budget_that_was_cut_often_comes_back_in_small_steps_until_it_is_calm() -> None:
    budget = Budget(1.0)
    for _ in range(20):
        budget.measured(1.0, catching_up=False)
    low = budget.cores
    budget.measured(0.0, catching_up=False)
    assert 0 < budget.cores - low < 0.03
    for _ in range(40):
        budget.measured(0.0, catching_up=False)
    assert budget.cores == 1.0


def test_the_budget_never_vanishes() -> None:
    budget = Budget(2.0)
    for _ in range(200):
        budget.measured(1.0, catching_up=False)
    assert budget.cores >= 0.6


def test_who_gets_no_key_frames_is_not_left_with_them_alone() -> None:
    levels = decide([demand("a"), demand("keyless", least=DecodeLevel.NODEBLOCK)], 0.0)
    assert levels == {"a": DecodeLevel.KEY, "keyless": DecodeLevel.NODEBLOCK}
