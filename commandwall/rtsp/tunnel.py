"""RTSP through HTTP, as QuickTime does it: what comes by a GET, and what is sent, in Base64, by a POST.

The two connections are joined by the ``x-sessioncookie`` that both bear. Beyond that it is RTSP with
interleaved frames.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from base64 import b64encode
from collections.abc import Mapping
from contextlib import ExitStack
from typing import cast
from urllib.parse import urlsplit

from commandwall.base.auth import ClientAuthenticator, Credentials, parse_challenges
from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
)
from commandwall.base.trust import Trust
from commandwall.rtsp.address import Address
from commandwall.rtsp.connection import RtspConnection
from commandwall.rtsp.dial import dial
from commandwall.rtsp.messages import Headers, Response, parse_head
from commandwall.rtsp.parser import MAX_HEAD_BYTES

_CONTENT_TYPE = "application/x-rtsp-tunnelled"
_BODY = (("Content-Type", _CONTENT_TYPE), ("Content-Length", "32767"))
"""The length is what every player claims for its POST; servers read on behind it."""
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_REFUSALS: Mapping[int, tuple[type[CommandwallError], str]] = {
    401: (AccessRefusedError, "wrong user or password, or none are set"),
    403: (AccessRefusedError, "the camera does not let this user in"),
    503: (UnavailableError, "the camera is busy"),
}


class _Upstream(asyncio.Protocol):
    """The POST's connection; the server has nothing to say on it, and what it says is dropped."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.down: RtspConnection | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.down is not None:
            self.down.end(ConnectionLostError("the camera closed the POST of the HTTP tunnel"))


class TunnelConnection(RtspConnection):
    """An :class:`RtspConnection` that reads from the GET's connection and writes to the POST's.

    ``answered`` is done with the head of the GET's answer; ``None`` if none came.
    """

    __slots__ = ("_head", "_upstream", "answered")

    def __init__(self) -> None:
        super().__init__()
        self.answered: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()
        self._head = b""
        self._upstream: _Upstream | None = None

    def data_received(self, data: bytes) -> None:
        """Take what was read: the answer to the GET, and RTSP behind it (called by the event loop)."""
        if self._upstream is not None:
            super().data_received(data)
            return
        self._head += data
        if self.answered.done():
            if len(self._head) > MAX_HEAD_BYTES:
                self.abort()  # Nothing was asked for yet that could be answered at such length.
            return
        match = _HEAD_END.search(self._head)
        if match is not None:
            self._answer(self._head[: match.start()])
            self._head = self._head[match.end() :]
        elif len(self._head) > MAX_HEAD_BYTES:
            self.answered.set_result(None)

    def _answer(self, head: bytes) -> None:
        try:
            message = parse_head(head)
        except ProtocolError:
            message = None
        self.answered.set_result(message if isinstance(message, Response) else None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that the connection is gone (called by the event loop)."""
        super().connection_lost(exc)
        if not self.answered.done():
            self.answered.set_result(None)

    def ask_for_stream(self, head: bytes) -> None:
        """Send the GET."""
        super()._write(head)

    def send_by(self, upstream: _Upstream, head: bytes) -> None:
        """Send the POST, and all that follows within it; what came behind the GET's answer is taken."""
        self._upstream = upstream
        upstream.down = self
        assert upstream.transport is not None
        upstream.transport.write(head)
        early, self._head = self._head, b""
        if early:
            super().data_received(early)

    def _write(self, data: bytes) -> None:
        if self._upstream is not None and self._upstream.transport is not None:
            self._upstream.transport.write(b64encode(data))

    def abort(self) -> None:
        """Close both connections at once."""
        super().abort()
        if self._upstream is not None and self._upstream.transport is not None:
            self._upstream.transport.abort()


async def open_tunnel(
    address: Address, credentials: Credentials | None, trust: Trust, timeout_s: float
) -> TunnelConnection:
    """Open both halves of a tunnel, signing in to the HTTP server if it asks.

    Raises what ``dial`` raises, AccessRefusedError (401, 403), UnavailableError (503),
    UnsupportedError (any other answer than 200).
    """
    requests = _Requests(address, ClientAuthenticator(credentials) if credentials else None)
    response = Response(0)
    for _ in range(2):
        with ExitStack() as stack:
            connection = await dial(TunnelConnection, address, trust, timeout_s)
            stack.callback(connection.abort)
            connection.ask_for_stream(requests.head("GET", ("Accept", _CONTENT_TYPE)))
            response = await _answer_of(connection, timeout_s)
            if response.status == 200:
                upstream = await dial(_Upstream, address, trust, timeout_s)
                connection.send_by(upstream, requests.head("POST", *_BODY))
                stack.pop_all()
                return connection
        if response.status != 401 or not requests.sign_in(response):
            break
    kind, words = _REFUSALS.get(
        response.status, (UnsupportedError, "this is no RTSP tunnel; check the port, or use transport tcp")
    )
    raise kind(f"connect: GET: {response}: {words}")


async def _answer_of(connection: TunnelConnection, timeout_s: float) -> Response:
    try:
        async with asyncio.timeout(timeout_s):
            response = await connection.answered
    except TimeoutError:
        raise ConnectionLostError(f"connect: GET: no answer within {timeout_s:g} s") from None
    if response is None:
        raise UnsupportedError("connect: GET: no HTTP answer; check the port, or use transport tcp")
    return response


class _Requests:
    """Writes the heads of both requests of one tunnel."""

    def __init__(self, address: Address, authenticator: ClientAuthenticator | None) -> None:
        parts = urlsplit(address.url)
        self._target = f"{address.path}?{parts.query}" if parts.query else address.path
        host = f"[{address.host}]" if ":" in address.host else address.host
        self._common = (
            ("Host", f"{host}:{address.port}"),
            ("User-Agent", "commandwall"),
            ("x-sessioncookie", secrets.token_hex(11)),
            ("Pragma", "no-cache"),
            ("Cache-Control", "no-cache"),
        )
        self._authenticator = authenticator

    def head(self, method: str, *fields: tuple[str, str]) -> bytes:
        """Return a request's head, with credentials if the server asked for them."""
        headers = Headers((*self._common, *fields))
        value = self._authenticator.authorise(method, self._target) if self._authenticator else None
        if value:
            headers.add("Authorization", value)
        lines = [f"{method} {self._target} HTTP/1.0", *(f"{name}: {text}" for name, text in headers)]
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")

    def sign_in(self, response: Response) -> bool:
        """Take the challenge of a 401; return whether it can be answered."""
        offers = parse_challenges(response.headers.get_all("WWW-Authenticate"))
        return self._authenticator is not None and self._authenticator.accept(offers)
