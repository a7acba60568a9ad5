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
    assert problem_of(StaleError("wall 'main' is at revision 2, not 1")) == {
        "type": "urn:commandwall:problem:stale",
        "title": "Precondition Failed",
        "status": 412,
        "detail": "wall 'main' is at revision 2, not 1",
    }
    assert problem(404, "x")["type"] == "about:blank"


def test_faulty_fields_are_named_one_by_one() -> None:
    one = problem_of(InvalidError("must be even", field="size"))
    assert (one["detail"], one["errors"]) == (
        "size: must be even",
        [{"field": "size", "detail": "must be even"}],
    )
    two = problem_of(FieldsError([FieldFault("a", "is missing"), FieldFault("b[1]", "is wrong")]))
    assert two["detail"] == "a: is missing; b[1]: is wrong"
    assert [fault["field"] for fault in two["errors"]] == ["a", "b[1]"]
    assert "errors" not in problem_of(InvalidError("in general"))
