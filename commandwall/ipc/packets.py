"""The packet bus: encoded access units on Unix sockets, one connection a subscription.

A subscriber connects, sends the stream's name and a line feed, and reads records. A record is
``!BIqqqb`` (flags, length, pts in 90 kHz, arrival, capture, level of sound) and the bytes: an access
unit, or, with the INFO flag, a JSON :class:`StreamInfo`. The publisher sends the current group of pictures
first; of sound, what comes next. Sound is a stream of its own, and its times begin at 0 by
themselves: what joins it to the pictures is ``capture``, or ``arrival`` where the camera does not
tell the time. A description without a codec says that there is no sound. A single byte ``K``
from the subscriber asks for a key frame.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from commandwall.base.errors import NotFoundError, ProtocolError
from commandwall.ipc.faults import first_fault
from commandwall.model.access_unit import AccessUnit, StreamInfo

_RECORD = struct.Struct("!BIqqqb")
_KEY, _DAMAGED, _INFO, _LOSS = 1, 2, 4, 8
_MAX_BACKLOG_BYTES = 4 << 20
_MAX_RECORD_BYTES = 32 << 20
_INFO_ADAPTER = TypeAdapter(StreamInfo)


@dataclass(frozen=True, slots=True)
class BusAddress:
    """A stream of a packet bus. ``session`` tells one publication from the next of the same name."""

    packet_path: str
    stream: str
    session: str


class PacketSource(Protocol):
    """Who publishes on the bus. Implemented by ingest's feeds and by a wall's head encoders."""

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Describe ``stream`` and push its current group of pictures, then all that follows.

        Raises :class:`NotFoundError` when there is no such stream.
        """

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Push nothing more; the subscriber is gone."""

    def request_key(self, stream: str) -> None:
        """Produce a key frame soon, if that is in the publisher's power."""


class Subscriber:
    """The publisher's end of one subscription; lives in the publisher's event loop.

    It begins with a key frame: nothing before it could be decoded. A subscriber that reads too slowly
    loses whole pictures up to the next one; ``dropped`` counts both. Nobody else notices.
    """

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport = transport
        self._skipping = True
        self._most_bytes = _MAX_BACKLOG_BYTES
        self.dropped = 0

    def describe(self, info: StreamInfo) -> None:
        """Send what is known of the stream; again when it changes."""
        body = encode_info(info)
        self._transport.write(_RECORD.pack(_INFO, len(body), 0, 0, 0, 0) + body)

    def begin(self, group: Sequence[AccessUnit]) -> None:
        """Send the group of pictures under way, whole however large: what follows is decoded upon it."""
        self._most_bytes += sum(len(unit.data) for unit in group)
        for unit in group:
            self.push(unit)

    def push(self, unit: AccessUnit) -> None:
        """Send ``unit``, or drop it. Whoever is gone, and not unsubscribed yet, is sent nothing."""
        if self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > self._most_bytes:
            self._skipping = True
        elif unit.key:
            self._skipping = False
        if self._skipping:
            self.dropped += 1
            return
        flags = unit.key * _KEY | unit.damaged * _DAMAGED | unit.loss * _LOSS
        header = _RECORD.pack(
            flags, len(unit.data), unit.pts_90k, unit.arrival_ns, unit.capture_utc_ns, unit.level_dbov
        )
        self._transport.write(header + unit.data)

    def end(self) -> None:
        """Send what waits and close: the stream is over."""
        self._transport.close()


def encode_info(info: StreamInfo) -> bytes:
    """Return ``info`` as the bytes of an INFO record."""
    return json.dumps(asdict(info)).encode()


def decode_info(body: bytes) -> StreamInfo:
    """Return the description in an INFO record. Raises :class:`ProtocolError` when it is none."""
    try:
        return _INFO_ADAPTER.validate_json(body)
    except ValidationError as error:
        raise ProtocolError(f"packet bus: not a description of a stream: {first_fault(error)}") from None


class PacketServer:
    """Serves a :class:`PacketSource` at a Unix socket; an async context manager."""

    def __init__(self, path: Path, source: PacketSource) -> None:
        self._path = path
        self._source = source
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> PacketServer:
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        subscriber = Subscriber(writer.transport)
        stream = ""
        try:
            stream = (await reader.readline()).decode().strip()
            self._source.subscribe(stream, subscriber)
            while await reader.read(64):
                self._source.request_key(stream)
        except (NotFoundError, ConnectionError, ValueError):
            pass  # The subscriber sees its connection close, which is all it can act on.
        finally:
            self._source.unsubscribe(stream, subscriber)
            self._writers.discard(writer)
            writer.close()


class Subscription:
    """The subscriber's end: iterate :meth:`records`. One task reads."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, path: Path, stream: str) -> Subscription:
        """Subscribe to ``stream`` at the bus ``path``; raises ``OSError`` when nobody serves it."""
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(stream.encode() + b"\n")
        return cls(reader, writer)

    def request_key(self) -> None:
        """Ask the publisher for a key frame."""
        if not self._writer.is_closing():
            self._writer.write(b"K")

    async def records(self) -> AsyncIterator[StreamInfo | AccessUnit]:
        """Yield the stream's description and access units until the publisher closes.

        Raises :class:`ProtocolError` when what comes is no record.
        """
        try:
            while True:
                flags, size, pts_90k, arrival_ns, capture, level = _RECORD.unpack(
                    await self._reader.readexactly(_RECORD.size)
                )
                if size > _MAX_RECORD_BYTES:
                    raise ProtocolError(f"packet bus: record of {size} bytes")
                body = await self._reader.readexactly(size)
                if flags & _INFO:
                    yield decode_info(body)
                else:
                    key, damaged = bool(flags & _KEY), bool(flags & _DAMAGED)
                    loss = bool(flags & _LOSS)
                    yield AccessUnit(body, pts_90k, key, damaged, arrival_ns, capture, level, loss)
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    def close(self) -> None:
        """End the subscription at once."""
        self._writer.transport.abort()
