"""What a Janus server says: messages, one a line, up to the publisher whose picture is taken."""

from __future__ import annotations

from commandwall.base.errors import CommandwallError
from commandwall.conference.bridges.janus_feeds import Feeds
from commandwall.conference.bridges.janus_messages import (
    JanusMessage,
    id_of,
    parse_message,
    plugin_answer,
    refusal,
)

WORDS = (
    b'{"janus": "event", "sender": 42, "transaction": "a", "plugindata": {"data": {}}}\n',
    b'{"janus": "error", "error": {"code": 458, "reason": "no such session"}}\n',
    b'"publishers": [{"id": 1, "display": "a", "streams": []}]',
    b'{"type": "video", "mid": "1", "codec": "h264", "disabled": true}',
    b'"unpublished": 1',
    b'"leaving": "ok"',
    b'"jsep": {"type": "answer", "sdp": "v=0"}',
    b'"error_code": 433, "error": "x"',
    b"\\ud800",
    b"1e999",
    b"[[[[[[[[",
)
_MAX_SHOWN_CHARS = 400


def check(data: bytes) -> Feeds:
    feeds = Feeds("a" if data[:1] == b"{" else "")
    for line in data.split(b"\n"):
        try:
            _take(parse_message(line.decode(errors="replace"), "centre"), feeds)
        except CommandwallError as error:
            _show(str(error))
        _show(feeds.lacking())
        chosen = feeds.chosen()
        assert chosen is None or chosen.codec == "h264"
    return feeds


def _take(message: JanusMessage, feeds: Feeds) -> None:
    if message.hangs_up:
        _show(message.reason)
    if message.kind == "error":
        raise refusal(message)
    if message.kind == "event":
        feeds.take(plugin_answer(message).data)
    elif message.answers:
        assert type(id_of(message)) is int


def _show(words: str) -> None:
    assert words.isprintable() and len(words) <= _MAX_SHOWN_CHARS
