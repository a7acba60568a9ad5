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
    Roster,
    decode,
    encode,
)

TEXT = st.text(max_size=20)
NODE = st.text(min_size=1, max_size=20)
TIMES = st.floats(0, 2e9)
PEOPLE = st.builds(
    Person, TEXT, TEXT, TEXT, TEXT, st.lists(NODE, max_size=3).map(tuple), hand_at_s=st.none() | TIMES
)
HELD = st.builds(Held, TEXT, TIMES, TEXT)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(Hello, NODE, TEXT, TEXT, TEXT, st.lists(NODE, max_size=5).map(tuple)),
    st.builds(Roster, st.lists(PEOPLE, max_size=5).map(tuple)),
    st.builds(Holders, HELD, HELD, st.booleans()),
    st.builds(Command, st.integers(0, 2**31), TEXT, TEXT, TEXT, TEXT),
    st.builds(Claim, st.integers(0, 2**31), HELD, HELD),
    st.just(Bye()),
)


@given(MESSAGES)
def test_what_is_written_is_read(message: Message) -> None:
    assert decode(encode(message)) == message


def test_fields_of_later_releases_are_passed_over() -> None:
    assert decode('{"type": "bye", "colour": "red"}') == Bye()


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
