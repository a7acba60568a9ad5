"""The byte stream of an RTSP connection: messages and interleaved frames, read whole and in pieces."""

from __future__ import annotations

from commandwall.base.errors import ProtocolError
from commandwall.rtsp.messages import Request, Response
from commandwall.rtsp.parser import RtspParser

WORDS = (
    b"RTSP/1.0 200 OK\r\n", b"OPTIONS * RTSP/1.0\r\n", b"Content-Length: 5\r\n", b"\r\n\r\n", b"\n\n",
    b"$\x00\x00\x04",
)  # fmt: skip


def check(data: bytes) -> RtspParser:
    """Read it twice: the first byte says how large the pieces are, and they must not make a difference."""
    size = data[0] + 1 if data else 1
    whole, in_pieces = _Listener(), _Listener()
    whole.feed(data[1:])
    for start in range(1, len(data), size):
        in_pieces.feed(data[start : start + size])
    assert whole.told == in_pieces.told
    return whole.parser


class _Listener:
    def __init__(self) -> None:
        self.told: list[object] = []
        self.parser = RtspParser(self._message, self._frame)

    def feed(self, data: bytes) -> None:
        if self.told[-1:] == [ProtocolError]:
            return
        try:
            self.parser.feed(data)
        except ProtocolError as error:
            assert str(error).isprintable() and len(str(error)) < 400
            self.told.append(ProtocolError)

    def _message(self, message: Request | Response) -> None:
        self.told.append((message.to_bytes(), message.body))

    def _frame(self, channel: int, data: bytes, start: int, end: int) -> None:
        assert 0 <= start <= end <= len(data)
        self.told.append((channel, data[start:end]))
