from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from commandwall.ingest.ladder import Demand, Limits, decide, deserved
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
budgets = st.floats(0.01, 8).flatmap(
    lambda keep: st.builds(Limits, st.just(keep), st.floats(0.01, 1).map(keep.__mul__))
)


def demand(feed: str, **changes: object) -> Demand:
    base = Demand(feed, DecodeLevel.NODEBLOCK, DecodeLevel.NODEBLOCK, 1.0, 10.0, 0.5, 0.01, 0.02)
    return replace(base, **changes)  # type: ignore[arg-type]


def load(given_demands: list[Demand], levels: dict[str, DecodeLevel]) -> float:
    return sum(each.load(levels[each.feed]) for each in given_demands)


@given(demands, budgets)
def test_nobody_starves_and_nobody_gets_more_than_wanted(each_demand: list[Demand], budget: Limits) -> None:
    levels = decide(each_demand, budget)
    assert levels.keys() == {each.feed for each in each_demand}
    for each in each_demand:
        assert 1 <= LEVELS.index(levels[each.feed]) <= LEVELS.index(each.wanted)


@given(demands, budgets)
def test_who_gets_more_than_key_frames_fits_in_with_all_that_are_as_important(
    each_demand: list[Demand], budget: Limits
) -> None:
    levels = decide(each_demand, budget)
    for climbed in each_demand:
        if levels[climbed.feed] is not DecodeLevel.KEY:
            at_least = [each for each in each_demand if each.importance >= climbed.importance]
            assert load(at_least, levels) <= budget.keep + 1e-9


def test_key_frames_of_others_do_not_cost_what_is_pinned_its_frames() -> None:
    crowd = [demand(str(number), current=DecodeLevel.KEY) for number in range(100)]
    pinned = demand("pinned", current=DecodeLevel.KEY, importance=9)
    limit = pinned.load(DecodeLevel.NODEBLOCK) * 1.1
    assert limit < load(crowd, dict.fromkeys((each.feed for each in crowd), DecodeLevel.KEY))
    levels = decide([*crowd, pinned], Limits(limit, limit))
    assert [feed for feed, level in levels.items() if level is not DecodeLevel.KEY] == ["pinned"]


@given(demands, budgets)
def test_deciding_again_changes_nothing(each_demand: list[Demand], budget: Limits) -> None:
    levels = decide(each_demand, budget)
    again = decide([replace(each, current=levels[each.feed]) for each in each_demand], budget)
    assert again == levels


@given(demands, budgets)
def test_equal_feeds_are_cut_by_importance(each_demand: list[Demand], budget: Limits) -> None:
    alike = [demand(each.feed, importance=each.importance, current=each.current) for each in each_demand]
    levels = decide(alike, budget)
    kept = [each.importance for each in alike if levels[each.feed] is DecodeLevel.NODEBLOCK]
    cut = [each.importance for each in alike if levels[each.feed] is DecodeLevel.KEY]
    assert not kept or not cut or min(kept) >= max(cut)


def test_with_room_for_all_everyone_gets_what_it_deserves() -> None:
    wanted = [demand("a", wanted=DecodeLevel.FULL), demand("b"), demand("c", current=DecodeLevel.KEY)]
    assert decide(wanted, Limits(4.0, 4.0)) == {
        "a": DecodeLevel.FULL,
        "b": DecodeLevel.NODEBLOCK,
        "c": DecodeLevel.NODEBLOCK,
    }


def test_all_frames_of_one_come_before_deblocking_of_another() -> None:
    wanted = [demand("a", wanted=DecodeLevel.FULL, importance=9), demand("b", importance=1)]
    levels = decide(wanted, Limits(0.22, 0.22))
    assert levels == {"a": DecodeLevel.NODEBLOCK, "b": DecodeLevel.NODEBLOCK}


def test_what_was_cut_comes_back_only_with_room_to_spare() -> None:
    cost = demand("a").load(DecodeLevel.NODEBLOCK)
    cut, uncut = demand("a", current=DecodeLevel.KEY), demand("a")
    limits = Limits(keep=cost * 1.05, take=cost * 0.9)
    assert decide([uncut], limits) == {"a": DecodeLevel.NODEBLOCK}
    assert decide([cut], limits) == {"a": DecodeLevel.KEY}
    assert decide([cut], Limits(keep=cost * 1.25, take=cost * 1.06)) == {"a": DecodeLevel.NODEBLOCK}


def test_what_becomes_important_takes_the_place_of_what_is_less_so() -> None:
    cost = demand("a").load(DecodeLevel.NODEBLOCK)
    pinned = demand("a", current=DecodeLevel.KEY, importance=9)
    limits = Limits(keep=cost * 1.5, take=cost * 0.5)
    assert decide([pinned, demand("b")], limits) == {"a": DecodeLevel.NODEBLOCK, "b": DecodeLevel.KEY}
    alone = decide([pinned, demand("b", current=DecodeLevel.KEY)], limits)
    assert alone == {"a": DecodeLevel.KEY, "b": DecodeLevel.KEY}


def test_among_equals_those_that_have_it_keep_it() -> None:
    alike = [demand("a", current=DecodeLevel.KEY), demand("b"), demand("c", current=DecodeLevel.KEY)]
    cores = demand("b").load(DecodeLevel.NODEBLOCK) + 0.03
    levels = decide(alike, Limits(cores, cores))
    assert levels == {"a": DecodeLevel.KEY, "b": DecodeLevel.NODEBLOCK, "c": DecodeLevel.KEY}


def test_a_tile_nearly_as_wide_as_the_picture_deserves_deblocking() -> None:
    assert deserved([64, 512], 640) is DecodeLevel.FULL
    assert deserved([64, 510], 640) is DecodeLevel.NODEBLOCK
    assert deserved([1920], 0) is DecodeLevel.NODEBLOCK
