from __future__ import annotations

import pytest

from commandwall.base.errors import (
    CommandwallError,
    ConnectionLostError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from commandwall.base.sentence import Sentence


def test_a_sentence_is_english_text_and_says_the_same_in_chinese() -> None:
    said = Sentence("there is no user {name!r}", name="li")
    assert (said, said.zh) == ("there is no user 'li'", "没有用户 'li'")


def test_a_field_is_said_in_the_language_of_the_whole() -> None:
    cause = ConnectionLostError("cannot be reached")
    said = UnavailableError("camera {id!r}: {error}", id="gate", error=cause)
    assert (str(said), said.zh) == ("camera 'gate': cannot be reached", "摄像机 'gate'：无法连接")


def test_what_has_no_translation_is_the_same_in_both() -> None:
    said = Sentence("PLAY: 453 {Not Enough Bandwidth}")
    assert said == said.zh == "PLAY: 453 {Not Enough Bandwidth}"


def test_a_sentence_stays_what_it_is_when_it_is_passed_on() -> None:
    said = Sentence.of("one", "一")
    assert Sentence(said) is said
    assert NotFoundError(said).zh == "一"


@pytest.mark.parametrize(("field", "zh"), [("size", "size：不能为空"), ("", "不能为空")])
def test_an_invalid_field_is_named_in_both(field: str, zh: str) -> None:
    error = InvalidError("must not be empty", field=field)
    assert (error.zh, error.reason.zh) == (zh, "不能为空")
    assert isinstance(error, CommandwallError)
