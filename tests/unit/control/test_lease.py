"""Who operates a camera: one at a time, by precedence, for as long as commands come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import HeldError
from commandwall.control.lease import Lease
from commandwall.control.roles import Principal, Role
from tests.unit.onvif.conftest import Ticker

WANG = Principal("wang", Role.OPERATOR)
LI = Principal("li", Role.OPERATOR)
ADMIN = Principal("admin", Role.ADMIN)


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


@pytest.fixture
def lease(ticker: Ticker) -> Lease:
    return Lease(10, ticker)


def test_it_is_free_until_taken_and_free_again_when_no_command_comes(lease: Lease, ticker: Ticker) -> None:
    assert (lease.holder, lease.remaining_s) == (None, 0)
    assert lease.take(WANG, "dome")
    ticker.now_s += 9
    assert not lease.take(WANG, "dome")
    ticker.now_s += 9
    assert (lease.holder, lease.remaining_s) == (WANG, 1)
    ticker.now_s += 1
    assert lease.holder is None


def test_others_of_the_same_rank_wait(lease: Lease, ticker: Ticker) -> None:
    lease.take(WANG, "dome")
    ticker.now_s += 4
    with pytest.raises(HeldError, match="camera 'dome' is operated by wang; it is free 6 s"):
        lease.take(LI, "dome")
    assert lease.holder == WANG
    ticker.now_s += 6
    assert lease.take(LI, "dome")


def test_a_higher_role_takes_over_and_keeps_it(lease: Lease) -> None:
    lease.take(WANG, "dome")
    assert lease.take(ADMIN, "dome")
    with pytest.raises(HeldError, match="operated by admin"):
        lease.take(WANG, "dome")


def test_only_its_holder_gives_it_back(lease: Lease) -> None:
    lease.take(WANG, "dome")
    lease.release(LI)
    assert lease.held_by(WANG)
    lease.release(WANG)
    assert lease.holder is None


def test_a_holder_goes_on_at_another_desk(lease: Lease) -> None:
    lease.take(WANG, "dome")
    assert not lease.take(Principal("wang", Role.OPERATOR, via="mqtt"), "dome")


@given(st.lists(st.tuples(st.sampled_from([WANG, LI, ADMIN]), st.floats(0, 12)), max_size=30))
def test_there_is_never_more_than_one_holder(tries: list[tuple[Principal, float]]) -> None:
    ticker = Ticker()
    lease = Lease(10, ticker)
    for who, later_s in tries:
        ticker.now_s += later_s
        before = lease.holder
        try:
            lease.take(who, "dome")
        except HeldError:
            assert before is not None
            assert lease.holder == before
            assert not who.outranks(before)
        else:
            assert lease.held_by(who)
