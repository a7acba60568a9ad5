"""A two-way channel of typed messages on a Unix socket, with requests and answers.

A frame is ``!III`` (length of the JSON, length of the blob, call number) followed by both. The
JSON is ``["TypeName", {...}]``. Call number 0 is a plain message; a request has its top bit
clear, and its answer carries the same number with the top bit set.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.ipc.faults import first_fault
from commandwall.ipc.messages import Failure, Message

_FRAME = struct.Struct("!III")
_ANSWER = 1 << 31
_MAX_BYTES = 64 << 20
_KINDS: dict[str, Any] = {kind.__name__: kind for kind in get_args(Message)}


class ChannelClosedError(CommandwallError):
    """Raised when the process at the other end of a channel is gone."""


def encode(message: Message) -> bytes:
    """Return ``message`` as JSON bytes."""
    name = type(message).__name__
    return b'["%s",%s]' % (name.encode(), _adapter(name).dump_json(message))


def decode(data: bytes) -> Message:
    """Return the message in ``data``; raises :class:`ProtocolError` when it is none of ours."""
    try:
        name, body = from_json(data)
        message: Message = _adapter(name).validate_python(body)
    except ValidationError as error:
        raise ProtocolError(f"channel: not a known message: {first_fault(error)}") from None
    except (ValueError, TypeError, KeyError) as error:
        raise ProtocolError(f"channel: not a known message: {str(error)[:80]!a}") from error
    return message


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    """Return what reads and writes messages of one kind; made when the first one comes.

    All of them take 6 MB and 30 ms, in every process; most processes know a few. Raises ``KeyError``.
    """
    return TypeAdapter(_KINDS[name])


@dataclass(frozen=True, slots=True)
class Received:
    """A message with its blob; ``call`` is not 0 when the sender waits for an answer."""

    message: Message
    blob: bytes
    call: int


class Channel:
    """One end of a channel. Belongs to one event loop.

    One task iterates :meth:`received`; any task may post, call and answer. Frames are never
    dropped: commands and states are small, and a peer that stops reading is killed by the
    supervisor's ping.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = count(1)
        self._calls: dict[int, asyncio.Future[Received]] = {}

    @classmethod
    async def from_socket(cls, sock: socket.socket) -> Channel:
        """Return a channel over a connected Unix stream socket, which it takes over."""
        reader, writer = await asyncio.open_unix_connection(sock=sock, limit=_MAX_BYTES)
        return cls(reader, writer)

    def post(self, message: Message, blob: bytes = b"") -> None:
        """Send ``message`` without waiting; does nothing when the peer is gone."""
        self._send(message, blob, 0)

    def answer(self, call: int, message: Message, blob: bytes = b"") -> None:
        """Answer the request that was received under number ``call``."""
        self._send(message, blob, call | _ANSWER)

    async def call(self, message: Message, timeout_s: float = 5.0) -> Received:
        """Send a request and return its answer.

        Raises :class:`ChannelClosedError` when the peer goes away, ``TimeoutError`` when it does
        not answer in time, :class:`CommandwallError` when it answers with a failure.
        """
        number = next(self._numbers)
        future: asyncio.Future[Received] = asyncio.get_running_loop().create_future()
        self._calls[number] = future
        try:
            self._send(message, b"", number)
            received = await asyncio.wait_for(future, timeout_s)
        finally:
            del self._calls[number]
        if isinstance(received.message, Failure):
            raise received.message.error()
        return received

    async def received(self) -> AsyncIterator[Received]:
        """Yield what the peer sends (answers go to their callers) until it closes."""
        try:
            while True:
                sizes = _FRAME.unpack(await self._reader.readexactly(_FRAME.size))
                if sizes[0] + sizes[1] > _MAX_BYTES:
                    raise ProtocolError(f"channel: frame of {sizes[0] + sizes[1]} bytes")
                body = await self._reader.readexactly(sizes[0])
                blob = await self._reader.readexactly(sizes[1]) if sizes[1] else b""
                item = Received(decode(body), blob, sizes[2])
                if not item.call & _ANSWER:
                    yield item
                elif (future := self._calls.get(item.call & ~_ANSWER)) and not future.done():
                    future.set_result(item)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._fail_calls()

    async def close(self) -> None:
        """Close this end; unsent frames are flushed first, for at most a second."""
        self._fail_calls()
        self._writer.close()
        try:
            await asyncio.wait_for(self._writer.wait_closed(), 1.0)
        except (OSError, TimeoutError):
            self._writer.transport.abort()

    def _send(self, message: Message, blob: bytes, call: int) -> None:
        if self._writer.is_closing():
            return
        body = encode(message)
        self._writer.write(_FRAME.pack(len(body), len(blob), call) + body + blob)

    def _fail_calls(self) -> None:
        for future in self._calls.values():
            if not future.done():
                future.set_exception(ChannelClosedError("the worker went away before it answered"))
