"""The messages between processes."""

from __future__ import annotations

from commandwall.ipc.channel import decode, encode

WORDS = (
    b'["Ready",{}]',
    b'["FeedChanged",',
    b'["AddFeeds",{"feeds":[',
    b'["Arrange",',
    b'"revision":',
    b"[[[[[[[[",
)


def check(data: bytes) -> None:
    message = decode(data)
    assert type(decode(encode(message))) is type(message)
