from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.sentence import Sentence
from commandwall.conference.bridges.janus_feeds import Feeds

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


def publisher(feed: int, name: str = "", codec: str = "h264", **more: object) -> dict[str, Any]:
    streams = [{"type": "audio", "mid": "0"}, {"type": "video", "mid": "1", "codec": codec, **more}]
    return {"id": feed, "display": name, "streams": streams}


def test_the_first_h264_is_taken_and_another_when_it_goes() -> None:
    feeds = Feeds()
    assert (feeds.chosen(), feeds.lacking()) == (None, "nobody sends a picture there")
    feeds.take({"publishers": [publisher(1, codec="vp8"), publisher(2), publisher(3)]})
    chosen = feeds.chosen()
    assert chosen is not None
    assert (chosen.id, chosen.mid, feeds.lacking()) == (2, "1", "")
    feeds.take({"unpublished": 2})
    assert feeds.chosen() == (3, "1", "", "h264")
    feeds.take({"leaving": 3})
    assert feeds.chosen() is None
    assert "1 sends VP8" in feeds.lacking()


def test_what_lacks_can_be_shown_whatever_they_call_themselves() -> None:
    feeds = Feeds()
    feeds.take({"publishers": [publisher(1, "\ud800\n\u202e" + "x" * 999, codec="vp8\n" * 99)]})
    assert len(feeds.lacking()) < 250
    assert feeds.lacking().isprintable()


def test_only_the_wanted_one_is_taken() -> None:
    feeds = Feeds("市中心")
    feeds.take({"publishers": [publisher(1, "other"), publisher(2, "市中心")]})
    chosen = feeds.chosen()
    assert chosen is not None
    assert chosen.id == 2


def test_a_room_that_takes_no_h264_is_told_first() -> None:
    feeds = Feeds()
    feeds.taken = False
    lacking = feeds.lacking()
    assert isinstance(lacking, Sentence)
    assert "H.264" in lacking
    assert "会议室" in lacking.zh


@pytest.mark.parametrize(
    "event", [{"leaving": "ok"}, {"unpublished": True}, {"publishers": [None, {}, {"id": 1}]}]
)
def test_what_is_no_publisher_is_passed_over(event: dict[str, Any]) -> None:
    feeds = Feeds()
    feeds.take({"publishers": [publisher(7)]})
    feeds.take(event)
    assert feeds.chosen() is not None
    assert not publisher_off(feeds)


def publisher_off(feeds: Feeds) -> bool:
    feeds.take({"publishers": [publisher(7, disabled=True)]})
    return feeds.chosen() is None


@given(st.dictionaries(st.sampled_from(["publishers", "unpublished", "leaving"]), JSON))
def test_no_event_breaks_it(event: dict[str, Any]) -> None:
    feeds = Feeds()
    feeds.take(event)
    feeds.lacking()
