from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commandwall.ingest.gop import GopBudget, GopCache
from commandwall.model.access_unit import AccessUnit


def unit(size: int = 10, *, key: bool = False) -> AccessUnit:
    return AccessUnit(bytes(size), 0, key)


def test_nothing_is_kept_before_the_first_key_frame() -> None:
    cache = GopCache(GopBudget())
    cache.add(unit())
    assert cache.units() == []


def test_the_group_since_the_newest_key_frame_is_kept() -> None:
    budget = GopBudget()
    cache = GopCache(budget)
    units = [unit(key=number in (0, 3)) for number in range(6)]
    for each in units:
        cache.add(each)
    assert cache.units() == units[3:]
    assert cache.whole
    assert budget.used == 30


def test_a_group_with_too_many_frames_is_cut_to_its_key_frame_until_the_next() -> None:
    cache = GopCache(GopBudget(), max_frames=3)
    first, second = unit(key=True), unit(key=True)
    for each in (first, unit(), unit(), unit(), unit()):
        cache.add(each)
    assert cache.units() == [first]
    assert not cache.whole
    cache.add(second)
    cache.add(unit())
    assert len(cache.units()) == 2
    assert cache.whole


def test_a_group_with_too_many_bytes_is_cut_to_its_key_frame() -> None:
    cache = GopCache(GopBudget(), max_bytes=100)
    for each in (unit(50, key=True), unit(50), unit(1)):
        cache.add(each)
    assert [len(each.data) for each in cache.units()] == [50]
    assert not cache.whole


def test_caches_share_one_budget() -> None:
    budget = GopBudget(100, assured=0)
    one, other = GopCache(budget), GopCache(budget)
    one.add(unit(60, key=True))
    other.add(unit(30, key=True))
    other.add(unit(20))
    assert not other.whole
    assert one.whole
    one.clear()
    other.add(unit(30, key=True))
    other.add(unit(20))
    assert other.whole


def test_a_key_frame_every_20_s_is_kept_whole() -> None:
    sub, main = GopCache(GopBudget()), GopCache(GopBudget())
    for number in range(20 * 25):
        sub.add(unit(384_000 // 8 // 25, key=number == 0))
        main.add(unit(4_000_000 // 8 // 25 if number else 400_000, key=number == 0))
    assert sub.whole and len(sub.units()) == 500
    assert main.whole and len(main.units()) == 500


def test_a_little_is_assured_to_each_however_much_others_hold() -> None:
    budget = GopBudget(100, assured=30)
    greedy, modest = GopCache(budget), GopCache(budget)
    greedy.add(unit(100, key=True))
    modest.add(unit(20, key=True))
    modest.add(unit(10))
    assert modest.whole and len(modest.units()) == 2
    modest.add(unit(1))
    assert not modest.whole


def test_what_was_handed_out_does_not_change() -> None:
    cache = GopCache(GopBudget())
    cache.add(unit(key=True))
    given_out = cache.units()
    cache.add(unit())
    assert len(given_out) == 1


@given(st.lists(st.one_of(st.none(), st.tuples(st.integers(1, 60), st.booleans())), max_size=60))
def test_bounds_hold_and_the_budget_is_exact_whatever_comes(
    steps: list[tuple[int, bool] | None],
) -> None:
    budget = GopBudget(10_000)
    cache = GopCache(budget, max_frames=5, max_bytes=120)
    for step in steps:
        if step is None:
            cache.clear()
        else:
            cache.add(unit(step[0], key=step[1]))
        units = cache.units()
        assert len(units) <= 5
        assert budget.used == sum(len(each.data) for each in units) <= 120
        assert all(each.key == (index == 0) for index, each in enumerate(units))
