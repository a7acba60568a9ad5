"""The start line and header fields of an RTSP message, and the fields that have a structure."""

from __future__ import annotations

from commandwall.rtsp.headers import parse_methods, parse_session, parse_transports
from commandwall.rtsp.messages import Request, Response, parse_head

WORDS = (
    b"RTSP/1.0 200 OK\r\n", b"CSeq: ", b"Session: ", b";timeout=", b"Transport: RTP/AVP/TCP;unicast;",
    b"interleaved=", b"server_port=", b"client_port=", b"source=", b"ssrc=", b"Public: ",
    b"Content-Length: ", b"\r\n ",
)  # fmt: skip


def check(data: bytes) -> None:
    message = parse_head(data)
    message.to_bytes()
    assert message.cseq is None or message.cseq >= 0
    if isinstance(message, Response):
        assert str(message).isprintable() and len(str(message)) < 200
    else:
        assert isinstance(message, Request)
    parse_session(message.headers.get("Session"))
    parse_methods(message.headers.get("Public"))
    for spec in parse_transports(message.headers.get("Transport")):
        assert parse_transports(str(spec)) or spec.source
