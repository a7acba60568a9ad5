from __future__ import annotations

import asyncio
import logging

import pytest

from commandwall.base.errors import InvalidError
from commandwall.control.mishaps import Mishaps


def test_a_mishap_is_told_once_until_it_is_another_or_it_went_well(caplog: pytest.LogCaptureFixture) -> None:
    mishaps = Mishaps(logging.getLogger("some"))

    def happens(words: str) -> list[str]:
        caplog.clear()
        with mishaps.of("wall main"):
            if words:
                raise InvalidError(words)
        return caplog.messages

    assert happens("too fine") == ["wall main: too fine"]
    assert happens("too fine") == []
    assert happens("too small") == ["wall main: too small"]
    assert happens("") == []
    assert happens("too small") == ["wall main: too small"]


def test_what_nobody_foresaw_ends_nothing_else_and_is_told_once_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mishaps = Mishaps(logging.getLogger("some"))
    for _ in range(2):
        with mishaps.of("wall main"):
            raise KeyError("main")
    (told,) = caplog.records
    assert told.getMessage() == "wall main" and told.exc_info is not None


def test_who_is_cancelled_ends() -> None:
    with pytest.raises(asyncio.CancelledError), Mishaps(logging.getLogger("some")).of("wall main"):
        raise asyncio.CancelledError
