"""One RTSP connection of a client: requests and their answers, and interleaved frames."""

from __future__ import annotations

import asyncio
import os
from typing import cast

from commandwall.base.errors import CommandwallError, ConnectionLostError, ProtocolError
from commandwall.rtsp.messages import Headers, Request, Response
from commandwall.rtsp.parser import RtspParser

_LOT = [memoryview(bytearray(1 << 18))]
"""Where a lot is read to before it is cut to size. Asking for as much fresh memory at every read takes
36 us, most of it the kernel's, where this takes 2. Empty between calls: each belongs to the event loop."""
MAX_UNSENT_BYTES = 1 << 20
"""How much may wait for a camera that does not read; requests and reports are small."""

_ANSWERED = frozenset(("OPTIONS", "GET_PARAMETER", "SET_PARAMETER"))


class RtspConnection(asyncio.Protocol):
    """The protocol object of a TCP connection to a camera.

    ``sinks`` says who takes the frames of which channel; frames of other channels are counted in
    ``unassigned`` and dropped. ``ended`` is done when nothing more will come, with the reason:
    a :class:`CommandwallError`, or what a sink raised that nobody foresaw.
    Sinks run inside ``data_received``; no task is woken for media.
    """

    __slots__ = ("_cseq", "_lot_fd", "_parser", "_transport", "_waiting", "ended", "sinks", "unassigned")

    def __init__(self) -> None:
        self.unassigned = 0
        self.ended: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._parser = RtspParser(self._on_message, self._on_stray_frame)
        self.sinks = self._parser.sinks
        self._transport: asyncio.Transport | None = None
        self._waiting: dict[int, asyncio.Future[Response]] = {}
        self._cseq = 0
        self._lot_fd = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (called by the event loop)."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take what was read (called by the event loop)."""
        try:
            self._parser.feed(data)
        except Exception as error:  # noqa: BLE001 - who reads lots reads those of all cameras
            self.end(error)
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that the connection is gone (called by the event loop)."""
        words = f"the connection broke: {exc}" if exc else "the camera closed the connection"
        self._transport = None
        self._lot_fd = -1
        self.end(ConnectionLostError(words))

    def end(self, reason: Exception) -> None:
        """Say that nothing more will come; the first reason given stays. The connection may remain open."""
        if not self.ended.done():
            self.ended.set_result(reason)
        for future in self._waiting.values():
            if not future.done():
                future.set_result(Response(0))

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def open(self) -> bool:
        """Whether something can still be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def host(self, name: str) -> str:
        """Return the IP address of ``sockname`` (this side) or ``peername`` (the camera).

        Raises ConnectionLostError if the connection is gone.
        """
        found = self._transport.get_extra_info(name) if self._transport is not None else None
        if not found:
            raise ConnectionLostError("the camera closed the connection")
        return str(found[0])

    def read_in_lots(self, lots: bool) -> None:
        """Read only when :meth:`read_lot` is called, or, as it is from the start, whatever comes at once.

        Meanwhile the kernel keeps what comes, and the event loop is not woken. What comes by TLS is
        read at once all the same: the kernel has only what is encrypted.
        """
        if not self.open or lots is (self._lot_fd >= 0):
            return
        transport = cast("asyncio.Transport", self._transport)
        if transport.get_extra_info("ssl_object") is not None:
            return
        if lots:
            transport.pause_reading()
            self._lot_fd = transport.get_extra_info("socket").fileno()
        else:
            self._lot_fd = -1
            transport.resume_reading()

    def read_lot(self) -> None:
        """Read what waits, if it is read in lots. The end of the connection is left to the transport."""
        if self._lot_fd < 0 or not self.open:
            return
        try:
            data = _LOT[0][: os.readv(self._lot_fd, _LOT)].tobytes()
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.data_received(data)
        else:
            self.read_in_lots(False)

    def send_frame(self, channel: int, payload: bytes) -> None:
        """Send an interleaved frame, if the connection is still there."""
        self._write(b"$" + bytes((channel,)) + len(payload).to_bytes(2, "big") + payload)

    def ask(self, method: str, url: str, headers: Headers) -> asyncio.Future[Response]:
        """Send a request; the future gets the answer, or one of status 0 if the connection ends first."""
        self._cseq += 1
        cseq = self._cseq
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        if not self.open:
            future.set_result(Response(0))
            return future
        self._waiting[cseq] = future
        future.add_done_callback(lambda _: self._waiting.pop(cseq, None))
        request = Request(method, url, headers=Headers([("CSeq", str(cseq)), *headers]))
        self._write(request.to_bytes())
        return future

    async def call(self, method: str, url: str, headers: Headers, timeout_s: float) -> Response:
        """Send a request and wait for its answer.

        Raises ConnectionLostError if none comes within ``timeout_s``, or the reason why the
        connection ended.
        """
        try:
            async with asyncio.timeout(timeout_s):
                response = await self.ask(method, url, headers)
        except TimeoutError:
            raise ConnectionLostError(
                "{method}: no answer within {timeout_s:g} s", method=method, timeout_s=timeout_s
            ) from None
        if response.status == 0:
            closed = ConnectionLostError("the connection is closed")
            reason = self.ended.result() if self.ended.done() else closed
            if not isinstance(reason, CommandwallError):
                raise reason
            kind = type(reason) if isinstance(reason, ProtocolError) else ConnectionLostError
            raise kind(f"{method}: {reason}")
        return response

    def _write(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(data)
        if transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self.end(ConnectionLostError("the camera does not read what is sent to it; restart the camera"))
            self.abort()

    def _on_stray_frame(self, channel: int, data: bytes, start: int, end: int) -> None:
        self.unassigned += 1

    def _on_message(self, message: Request | Response) -> None:
        if isinstance(message, Request):
            status = 200 if message.method in _ANSWERED else 501
            self._write(Response(status, headers=Headers([("CSeq", message.headers.get("CSeq"))])).to_bytes())
            return
        future = self._waiting.get(message.cseq or 0)
        if future is None and message.cseq is None and len(self._waiting) == 1:
            future = next(iter(self._waiting.values()))
        if future is not None and not future.done():
            future.set_result(message)
