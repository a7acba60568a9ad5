from __future__ import annotations

import pytest

from commandwall.base.errors import HeldError, InvalidError
from commandwall.base.sentence import Sentence
from commandwall.model.conference.attendance import arrive, invite, lost
from commandwall.model.conference.command import Verb
from commandwall.model.conference.contents import ContentSource, drop_content, take_content
from commandwall.model.conference.participant import Participant
from commandwall.model.conference.state import Content
from tests.unit.model.conference.people import NOW_S, room, said


def test_the_first_has_the_token_and_a_second_is_told_who_has_it() -> None:
    state = take_content(room("a", "b"), "a", NOW_S)
    assert state.content == Content("a", "", NOW_S)
    assert take_content(state, "a", NOW_S + 1) == state
    with pytest.raises(HeldError, match="A shows content") as refused:
        take_content(state, "b", NOW_S)
    assert "主席" in refused.value.zh


def test_who_is_let_in_has_it_before_he_is_connected() -> None:
    state = invite(room(), Participant("a", "A"))
    with pytest.raises(InvalidError, match="A is not in the conference now"):
        take_content(state, "a", NOW_S)
    state = take_content(arrive(state, "a"), "a", NOW_S)
    assert state.content.holder == "a"
    assert not lost(state, "a", Sentence("connection lost"), NOW_S).content.taken


def test_it_is_free_again_when_its_holder_stops() -> None:
    state = take_content(room("a", "b"), "a", NOW_S)
    assert drop_content(state, "b", NOW_S) == state
    assert take_content(drop_content(state, "a", NOW_S), "b", NOW_S).content.holder == "b"


def test_the_chair_gives_it_to_whom_he_likes() -> None:
    state = take_content(room("a", "b"), "a", NOW_S)
    assert said(state, Verb.PRESENT, "b").content.holder == "b"
    state = said(state, Verb.PRESENT, "camera:dongmen-001")
    assert (state.content.holder, state.content.source) == ("", "camera:dongmen-001")
    with pytest.raises(HeldError, match="camera:dongmen-001 shows content"):
        take_content(state, "a", NOW_S)
    assert not said(state, Verb.PRESENT).content.taken


@pytest.mark.parametrize("text", ["camera:a", "screen:a", "head:main/left", "scene:a", "data:a"])
def test_whatever_the_room_shows_can_be_content(text: str) -> None:
    assert str(ContentSource.parse(text)) == text


@pytest.mark.parametrize("text", ["", "camera:", "head:main", "head:/x", "none", "conference:a/b", "a:b"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match="cannot be content"):
        ContentSource.parse(text)
