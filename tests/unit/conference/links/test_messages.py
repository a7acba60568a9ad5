from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError
from commandwall.conference.links.messages import (
    Bye,
    Claim,
    Command,
    Held,
    Hello,
    Holders,
    Message,
    Person,
    Refused,
    Roster,
    Select,
    Speaking,
    Voice,
    decode,
    encode,
)

TEXT = st.from_regex(r"[!-~一-龥]([ -~一-龥]{0,18}[!-~一-龥])?|", fullmatch=True)
ID = st.from_regex(r"[A-Za-z0-9._/-]{0,20}", fullmatch=True)
NODE = st.from_regex(r"[A-Za-z0-9._-]{1,20}", fullmatch=True)
TIMES = st.floats(0, 2e9)
PEOPLE = st.builds(
    Person, ID, TEXT, TEXT, TEXT, st.lists(NODE, max_size=3).map(tuple), hand_at_s=st.none() | TIMES
)
HELD = st.builds(Held, st.from_regex(r"([A-Za-z0-9._-]{0,20}@[a-z-]{1,20})?", fullmatch=True), TIMES, TEXT)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(Hello, NODE, TEXT, TEXT, ID, st.lists(NODE, max_size=5).map(tuple)),
    st.builds(Roster, st.lists(PEOPLE, max_size=5).map(tuple)),
    st.builds(Speaking, st.lists(st.builds(Voice, ID, st.floats(-127, 0)), max_size=5).map(tuple)),
    st.builds(Select, st.lists(ID, max_size=8).map(tuple)),
    st.builds(Holders, HELD, HELD, st.booleans()),
    st.builds(Command, st.integers(0, 2**31), TEXT, ID, ID, ID),
    st.builds(Claim, st.integers(0, 2**31), HELD, HELD),
    st.just(Bye()),
)


@given(MESSAGES)
def test_what_is_written_is_read(message: Message) -> None:
    assert decode(encode(message)) == message


def test_fields_of_later_releases_are_passed_over() -> None:
    assert decode('{"type": "bye", "colour": "red"}') == Bye()


def test_what_people_read_comes_as_it_can_be_shown() -> None:
    said = decode('{"type": "refused", "en": " a\\nb\\u0000\\u202ec ", "zh": "东　门"}')
    assert said == Refused("a b\ufffd\ufffdc", "东 门")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"type": "dance"}',
        '{"type": "roster"}',
        '{"type": "roster", "people": [{"id": "x"}]}',
        '{"type": "nodes", "nodes": [""]}',
        '{"type": "command", "call": "x", "verb": "mute"}',
        '{"type": "hello", "node": "", "name": "", "level": "", "link": "", "nodes": []}',
        '{"type": "nodes", "nodes": ["a\\nb"]}',
        '{"type": "claim", "call": 1, "floor": {"since_s": NaN}, "content": {}}',
        '{"type": "claim", "call": 1, "floor": {}, "content": {"since_s": 1e999}}',
        '{"type": "claim", "call": 1, "floor": {"holder": "chen\\u202e@city"}, "content": {}}',
        '{"type": "claim", "call": 1, "floor": {}, "content": {"holder": "city", "source": "camera:1"}}',
        '{"type": "roster", "people": [{"id": "a b", "name": "x", "role": "member"}]}',
        '{"type": "answer", "call": -1}',
        '{"type": "speaking", "voices": [{"id": "x", "level_db": NaN}]}',
        '{"type": "select", "people": ["a", "b", "c", "d", "e", "f", "g", "h", "i"]}',
        '{"type": "answer", "call": ' + "9" * 4000 + "}",
        '{"type": ["bye"]}',
        '{"type": "refused", "en": "\\ud800", "zh": ""}',
        "[" * 3000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError, match="not understood"):
        decode(text)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    with pytest.raises(ProtocolError):
        decode(text)
