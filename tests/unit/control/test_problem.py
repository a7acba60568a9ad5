from __future__ import annotations

import pytest

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    InvalidError,
    NotFoundError,
    StaleError,
)
from commandwall.control.database import StoreError
from commandwall.control.guessing import TooManyTriesError
from commandwall.control.problem import FieldFault, FieldsError, problem, problem_of
from commandwall.control.users import NotSignedInError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotSignedInError("x"), 401),
        (AccessRefusedError("x"), 403),
        (NotFoundError("x"), 404),
        (StaleError("x"), 412),
        (InvalidError("x"), 422),
        (TooManyTriesError(3.0), 429),
        (StoreError("x"), 503),
        (ConnectionLostError("x"), 503),
        (CommandwallError("x"), 503),
    ],
)
def test_each_error_has_its_status(error: CommandwallError, status: int) -> None:
    assert problem_of(error)["status"] == status


def test_a_problem_says_what_kind_it_is_and_what_happened() -> None:
    assert problem_of(StaleError("no wall is called {id!r}", id="main")) == {
        "type": "urn:commandwall:problem:stale",
        "title": "Precondition Failed",
        "title_zh": "版本已过时",
        "status": 412,
        "detail": "no wall is called 'main'",
        "detail_zh": "没有名为 'main' 的大屏",
    }
    assert problem(404, "x")["type"] == "about:blank"


def test_faulty_fields_are_named_one_by_one() -> None:
    one = problem_of(InvalidError("must be a list", field="size"))
    assert (one["detail"], one["errors"]) == (
        "size: must be a list",
        [{"field": "size", "detail": "must be a list", "detail_zh": "必须是列表"}],
    )
    two = problem_of(FieldsError([FieldFault.of("a", "must be a list"), FieldFault.of("b[1]", "is wrong")]))
    assert (two["detail"], two["detail_zh"]) == (
        "a: must be a list; b[1]: is wrong",
        "a：必须是列表；b[1]：is wrong",
    )
    assert [fault["field"] for fault in two["errors"]] == ["a", "b[1]"]
    assert "errors" not in problem_of(InvalidError("in general"))
