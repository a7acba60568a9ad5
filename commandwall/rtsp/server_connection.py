"""One client of the RTSP server: its requests, in order, and its session (RFC 2326 section 10)."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Protocol, cast
from urllib.parse import urlsplit

from commandwall.base.auth import ServerAuthenticator
from commandwall.base.clock import Clock
from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.rtsp.headers import TransportSpec, parse_session, parse_transports
from commandwall.rtsp.messages import Headers, Request, Response
from commandwall.rtsp.parser import RtspParser
from commandwall.rtsp.sdp import MediaDescription, SessionDescription, build_sdp
from commandwall.rtsp.server_outlet import InterleavedOutlet, UdpOutlet, UdpPair
from commandwall.rtsp.server_session import Leg, Session
from commandwall.rtsp.server_track import Catalogue, Track, TrackSender

log = logging.getLogger(__name__)

TRACK = "trackID="
MAX_WAITING_REQUESTS = 16
MAX_UNREAD_BYTES = 1 << 20
"""How much of answers, beyond media, may wait for a client that does not read."""

_TRACK_AT_END = re.compile(f"/{TRACK}([0-9]{{1,3}})$")
_OPENING = ("DESCRIBE", "SETUP")
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN"


class Server(Protocol):
    """What a connection needs of its server; implemented by ``RtspServer``."""

    catalogue: Catalogue
    authenticator: ServerAuthenticator | None
    limit_bytes: int
    timeout_s: float
    name: str
    clock: Clock

    async def udp(self) -> UdpPair:
        """Return the server's UDP sockets, opened when first asked for."""

    def opened(self, connection: Connection) -> None:
        """Take over the running of ``connection``."""

    def closed(self, connection: Connection) -> None:
        """Stop running ``connection`` and forget it."""


class Connection(asyncio.Protocol):
    """One TCP connection. Requests are answered one after the other by ``run``, which the server owns.

    A session lives no longer than its connection.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._requests: asyncio.Queue[Request] = asyncio.Queue()
        self._parser = RtspParser(self._on_message, self._on_frame)
        self._transport: asyncio.Transport | None = None
        self._verbs: dict[str, Callable[[Request], Awaitable[Response]]] = {
            "OPTIONS": self._options,
            "DESCRIBE": self._describe,
            "SETUP": self._setup,
            "PLAY": self._play,
            "PAUSE": self._pause,
            "GET_PARAMETER": self._parameter,
            "SET_PARAMETER": self._parameter,
            "TEARDOWN": self._teardown,
        }
        self.session: Session | None = None
        self.alive_at_s = server.clock()
        self.answering = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: the server runs this connection from now on."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._server.opened(self)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent; what is not RTSP ends the connection."""
        self.alive_at_s = self._server.clock()
        try:
            self._parser.feed(data)
        except ProtocolError as error:
            log.info("%s: closed: %s", self.peer, error)
            self._write(Response(400))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End: stop what plays; the server stops ``run``."""
        self._end_session()
        self._server.closed(self)

    @property
    def peer(self) -> str:
        """The client's address, for messages."""
        address = self._transport.get_extra_info("peername") if self._transport else None
        return f"{address[0]}:{address[1]}" if address else "a client that has gone"

    @property
    def closing(self) -> bool:
        """Whether :meth:`close` was called, and what was written has not been sent yet."""
        return self._transport is not None and self._transport.is_closing()

    def close(self) -> None:
        """Close the connection after what was written has been sent."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    async def run(self) -> None:
        """Answer requests until cancelled."""
        while True:
            request = await self._requests.get()
            self.answering = True
            response = await self._answer(request)
            self._write(response, request)
            self.answering = False
            self.alive_at_s = self._server.clock()
            if request.method == "PLAY" and response.status == 200 and self.session is not None:
                self.session.play()

    def _on_message(self, message: Request | Response) -> None:
        if isinstance(message, Response):
            return
        if self._requests.qsize() >= MAX_WAITING_REQUESTS:
            raise ProtocolError(f"more than {MAX_WAITING_REQUESTS} requests wait for their answers")
        self._requests.put_nowait(message)

    def _on_frame(self, channel: int, data: bytes, start: int, end: int) -> None:
        """Receiver reports: that they came has kept the session alive already."""

    async def _answer(self, request: Request) -> Response:
        verb = self._verbs.get(request.method)
        if verb is None:
            return Response(501, headers=Headers([("Public", _METHODS)]))
        if required := request.headers.get("Require"):
            return Response(551, headers=Headers([("Unsupported", required)]))
        try:
            if challenges := self._refuse(request):
                return Response(401, headers=Headers(("WWW-Authenticate", value) for value in challenges))
            return await verb(request)
        except (ProtocolError, ValueError):
            return Response(400)
        except (CommandwallError, OSError) as error:
            log.info("%s: %s %s: %s", self.peer, request.method, _path(request.url)[0], error)
            return Response(503)

    def _refuse(self, request: Request) -> list[str] | None:
        """Return what to challenge the client with before it gets what it asks for; raises ValueError.

        What is done with a session is done at its path: clients differ in what they write there.
        """
        guard = self._server.authenticator
        if guard is None or request.method == "OPTIONS":
            return None
        if self.session is None or request.method in _OPENING:
            path, _ = _path(request.url)
        else:
            path = self.session.path
        return guard.refuse(request.method, request.headers.get("Authorization"), path)

    async def _options(self, request: Request) -> Response:
        return Response(200, headers=Headers([("Public", _METHODS)]))

    async def _describe(self, request: Request) -> Response:
        tracks = await self._server.catalogue.open(_path(request.url)[0])
        if not tracks:
            return Response(404)
        media = tuple(
            MediaDescription(track.kind, (track.format,), f"{TRACK}{number}")
            for number, track in enumerate(tracks)
        )
        description = SessionDescription(media, "*", self._server.name, (("range", "npt=0-"),))
        base = request.url.split("?")[0].rstrip("/") + "/"
        headers = Headers([("Content-Base", base), ("Content-Type", "application/sdp")])
        return Response(200, headers=headers, body=build_sdp(description))

    async def _setup(self, request: Request) -> Response:
        path, number = _path(request.url)
        session = self.session
        if session is not None and session.playing:
            return Response(455)
        if session is not None and (session.path != path or number in session.legs):
            return Response(459)
        chosen = next(filter(_usable, parse_transports(request.headers.get("Transport"))), None)
        if chosen is None:
            return Response(461)
        if session is None:
            session = Session(path, await self._server.catalogue.open(path))
        if number >= len(session.tracks) or self._transport is None:
            return Response(404)
        leg, spec = await self._open_leg(session.tracks[number], number, chosen, self._transport)
        session.set_up(number, leg)
        self.session = session
        return Response(200, headers=Headers([("Transport", str(spec)), self._session_field(session)]))

    async def _open_leg(self, track: Track, number: int, chosen: TransportSpec,
                        transport: asyncio.Transport) -> tuple[Leg, TransportSpec]:  # fmt: skip
        server, clock_hz = self._server, track.format.clock_hz
        if chosen.tcp:
            channels = chosen.interleaved or (2 * number, 2 * number + 1)
            outlet = InterleavedOutlet(transport, channels)
            sender = TrackSender(outlet, server.limit_bytes, server.clock, clock_hz)
            return Leg(track, sender, None), TransportSpec(True, channels, ssrc=sender.ssrc)
        assert chosen.client_port is not None
        host = transport.get_extra_info("peername")[0]
        sockets = await server.udp()
        by_udp = UdpOutlet(sockets, host, chosen.client_port)
        sender = TrackSender(by_udp, server.limit_bytes, server.clock, clock_hz)
        spec = TransportSpec(False, None, chosen.client_port, sockets.ports, ssrc=sender.ssrc)
        return Leg(track, sender, (host, chosen.client_port[1])), spec

    async def _play(self, request: Request) -> Response:
        session = self._named_session(request)
        if session is None:
            return Response(454)
        url = _TRACK_AT_END.sub("", request.url.split("?")[0].rstrip("/"))
        info = ",".join(
            f"url={url}/{TRACK}{number};seq={leg.sender.next_sequence}"
            for number, leg in session.legs.items()
        )
        fields = [self._session_field(session), ("Range", "npt=0-"), ("RTP-Info", info)]
        return Response(200, headers=Headers(fields))

    async def _pause(self, request: Request) -> Response:
        session = self._named_session(request)
        if session is None:
            return Response(454)
        session.pause()
        return Response(200, headers=Headers([self._session_field(session)]))

    async def _parameter(self, request: Request) -> Response:
        """Answer a sign of life; there are no parameters to read or to set."""
        if "Session" in request.headers and self._named_session(request) is None:
            return Response(454)
        return Response(451 if request.body.strip() else 200)

    async def _teardown(self, request: Request) -> Response:
        if self._named_session(request) is None:
            return Response(454)
        self._end_session()
        return Response(200)

    def _named_session(self, request: Request) -> Session | None:
        session = self.session
        return session if session and session.id == parse_session(request.headers.get("Session")).id else None

    def _session_field(self, session: Session) -> tuple[str, str]:
        return "Session", f"{session.id};timeout={round(self._server.timeout_s)}"

    def _end_session(self) -> None:
        if self.session is not None:
            self.session.stop()
            self.session = None

    def _write(self, response: Response, request: Request | None = None) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if request is not None and request.cseq is not None:
            response.headers.add("CSeq", str(request.cseq))
        response.headers.add("Server", self._server.name)
        self._transport.write(response.to_bytes())
        if self._transport.get_write_buffer_size() > self._server.limit_bytes + MAX_UNREAD_BYTES:
            log.info("%s: closed: it does not read its answers", self.peer)
            self.abort()


def _usable(spec: TransportSpec) -> bool:
    return not spec.multicast and (spec.tcp or spec.client_port is not None)


def _path(url: str) -> tuple[str, int]:
    """Return the path of ``url`` without slash at the end, and the number of its track: 0 if it names none.

    Raises ValueError.
    """
    path = urlsplit(url).path.rstrip("/")
    match = _TRACK_AT_END.search(path)
    if match is None:
        return path or "/", 0
    return path[: match.start()].rstrip("/") or "/", int(match[1])
