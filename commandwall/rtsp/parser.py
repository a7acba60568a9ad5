"""Cutting a byte stream into RTSP messages and interleaved binary frames (RFC 2326 section 10.12).

The same parser serves client and server. It runs inside ``data_received`` for every packet of
every feed, so a frame is handed on as a place in the bytes that were read, not as a copy.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from commandwall.base.errors import ProtocolError
from commandwall.rtsp.messages import Request, Response, parse_head

MAX_HEAD_BYTES = 16 * 1024
MAX_BODY_BYTES = 256 * 1024

OnMessage = Callable[[Request | Response], None]
OnFrame = Callable[[int, bytes, int, int], None]
"""Called with (channel, data, start, end): the frame is ``data[start:end]``."""
FrameSink = Callable[[bytes, int, int], None]
"""Called with (data, start, end) for the frames of one channel."""

_DOLLAR = 0x24
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_ENDS = b"\r\n"


class RtspParser:
    """Takes bytes cut anywhere and calls ``on_message`` and ``on_frame`` in the order of the stream.

    ``sinks`` says who takes the frames of a channel; ``on_frame`` takes those of all others.
    Holds at most one incomplete message or frame. Belongs to one connection; not reentrant: a
    callback does not call ``feed``.
    """

    __slots__ = ("_held", "_in_head", "_need", "_on_frame", "_on_message", "sinks")

    def __init__(self, on_message: OnMessage, on_frame: OnFrame) -> None:
        self.sinks: dict[int, FrameSink] = {}
        self._on_message = on_message
        self._on_frame = on_frame
        self._held: bytearray | None = None
        self._need = 0
        self._in_head = False

    def feed(self, data: bytes) -> None:
        """Take ``data``, what was read next.

        Raises ProtocolError when it is neither RTSP nor an interleaved frame, or too large; the
        stream cannot be read on after that.
        """
        held = self._held
        if held is not None:
            held += data
            if len(held) < self._need and not (self._in_head and b"\n" in data):
                return
            data = bytes(held)
            self._held = None
        position = 0
        size = len(data)
        sinks = self.sinks
        while size - position >= 4:
            if data[position] == _DOLLAR:
                start = position + 4
                end = start + (data[position + 2] << 8 | data[position + 3])
                if end > size:
                    self._hold(data, position, end - position)
                    return
                channel = data[position + 1]
                if channel in sinks:
                    sinks[channel](data, start, end)
                else:
                    self._on_frame(channel, data, start, end)
                position = end
            else:
                after = self._message(data, position)
                if after is None:
                    return
                position = after
        if position < size:
            self._hold(data, position, 4)

    def _hold(self, data: bytes, position: int, need: int, in_head: bool = False) -> None:
        """Keep what is there until ``need`` bytes are, or, in a head, until a line ends."""
        self._held = bytearray(data[position:])
        self._need = need
        self._in_head = in_head

    def _message(self, data: bytes, position: int) -> int | None:
        """Hand on the message at ``position`` and return where it ends; ``None`` if it is not all there."""
        first = data[position]
        if first in _LINE_ENDS:
            return position + 1
        if not 0x41 <= first <= 0x5A:
            raise ProtocolError(f"neither RTSP nor an interleaved frame: {data[position : position + 16]!r}")
        match = _HEAD_END.search(data, position, position + MAX_HEAD_BYTES)
        if match is None:
            if len(data) - position >= MAX_HEAD_BYTES:
                raise ProtocolError(f"an RTSP message has more than {MAX_HEAD_BYTES} bytes of header")
            self._hold(data, position, MAX_HEAD_BYTES, in_head=True)
            return None
        message = parse_head(data[position : match.start()])
        end = match.end() + _content_length(message)
        if end > len(data):
            self._hold(data, position, end - position)
            return None
        message.body = data[match.end() : end]
        self._on_message(message)
        return end


def _content_length(message: Request | Response) -> int:
    text = message.headers.get("Content-Length").strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) > MAX_BODY_BYTES:
        raise ProtocolError(f"Content-Length is not a number up to {MAX_BODY_BYTES}: {text[:20]!a}")
    return int(text)
