"""The RTSP client: from a URL to access units."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field

from commandwall.base.errors import (
    AccessRefusedError,
    InvalidError,
    MovedError,
    ProtocolError,
    UnsupportedError,
)
from commandwall.model.camera import Transport
from commandwall.rtp.receiver import OnAccessUnit, RtpReceiver
from commandwall.rtsp.address import Address, base_url, parse_address, resolve_control
from commandwall.rtsp.auth import Credentials
from commandwall.rtsp.connection import RtspConnection
from commandwall.rtsp.dial import SYSTEM_TRUST, Trust, dial
from commandwall.rtsp.dialogue import Dialogue, Timeouts
from commandwall.rtsp.sdp import SessionDescription, parse_sdp
from commandwall.rtsp.session import RtspSession
from commandwall.rtsp.setup import SetUp
from commandwall.rtsp.tracks import choose_video
from commandwall.rtsp.tunnel import open_tunnel

DEFAULT_TIMEOUTS = Timeouts()
MAX_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """One stream to fetch. ``url`` never carries credentials; the password is not in ``repr``."""

    url: str = field(repr=False)
    transport: Transport = Transport.TCP
    user: str = ""
    password: str = field(default="", repr=False)
    trust: Trust = SYSTEM_TRUST


class RtspClient:
    """Opens streams."""

    @staticmethod
    @asynccontextmanager
    async def open(
        request: StreamRequest, *, on_access_unit: OnAccessUnit, timeouts: Timeouts = DEFAULT_TIMEOUTS
    ) -> AsyncIterator[RtspSession]:
        """Open the stream, receive it while the context lasts, and tear it down at its end.

        ``on_access_unit`` is called on the event loop as soon as an access unit is complete; it
        must not block. It may be called before this yields, and never after the context's end.

        Raises, with the step in the message: ConnectionLostError (not reachable, no answer, gone),
        UntrustedError (its certificate), AccessRefusedError (401, 403), NotFoundError (404),
        UnsupportedError (codec, transport, redirects), UnavailableError (busy), ProtocolError (what
        came makes no sense), InvalidError (the URL).
        """
        session, stack = await _Opening(request, on_access_unit, timeouts).follow()
        async with stack:
            yield session


class _Opening:
    """The way to one stream, redirects included.

    Credentials stay with the host that they were given for, and so does the wish for TLS.
    """

    def __init__(self, request: StreamRequest, on_access_unit: OnAccessUnit, timeouts: Timeouts) -> None:
        self._request = request
        self._on_access_unit = on_access_unit
        self._timeouts = timeouts
        self._home = self._parse(request.url)

    async def follow(self) -> tuple[RtspSession, AsyncExitStack]:
        """Open the stream where the camera says it is; return it and what ends it."""
        address = self._home
        for _ in range(MAX_REDIRECTS + 1):
            try:
                return await self._open(address)
            except MovedError as moved:
                address = self._moved_to(moved)
        raise UnsupportedError(
            f"the camera redirects more than {MAX_REDIRECTS} times; enter the URL of the stream itself"
        )

    def _parse(self, url: str) -> Address:
        return parse_address(url, tunnel=self._request.transport is Transport.HTTP)

    def _moved_to(self, moved: MovedError) -> Address:
        try:
            address = self._parse(moved.url)
            if self._home.tls and not address.tls:
                raise UnsupportedError("from rtsps to rtsp")
        except (InvalidError, UnsupportedError) as error:
            raise UnsupportedError(
                f"{moved}: the camera redirects to what cannot be used ({error}); enter the new URL"
            ) from error
        return address

    async def _connect(self, address: Address, credentials: Credentials | None) -> RtspConnection:
        trust, timeout_s = self._request.trust, self._timeouts.connect_s
        if self._request.transport is Transport.HTTP:
            return await open_tunnel(address, credentials, trust, timeout_s)
        return await dial(RtspConnection, address, trust, timeout_s)

    async def _open(self, address: Address) -> tuple[RtspSession, AsyncExitStack]:
        """Open the stream at ``address``."""
        request, timeouts = self._request, self._timeouts
        at_home = address.host == self._home.host
        credentials = Credentials(request.user, request.password) if request.user and at_home else None
        async with AsyncExitStack() as stack:
            connection = await self._connect(address, credentials)
            stack.callback(connection.abort)
            dialogue = Dialogue(connection, address, credentials, timeouts)
            stack.push_async_callback(dialogue.tear_down)
            media = stack.enter_context(ExitStack())
            try:
                session = await _establish(dialogue, request.transport, self._on_access_unit, media)
            except AccessRefusedError as error:
                if at_home:
                    raise
                raise AccessRefusedError(
                    f"{error}: the camera redirects to {address.where}, and is not signed in to there;"
                    " enter that URL"
                ) from error
            return session, stack.pop_all()


async def _establish(
    dialogue: Dialogue, transport: Transport, on_access_unit: OnAccessUnit, stack: ExitStack
) -> RtspSession:
    """Go through the steps up to PLAY; what they open is closed by ``stack``."""
    await dialogue.options()
    description, base = await _describe(dialogue)
    track = choose_video(description)
    fmt = track.format
    receiver = RtpReceiver(
        track.payload, fmt.payload_type, fmt.clock_hz, on_access_unit, dialogue.connection.end
    )
    url = resolve_control(base, track.media.control)
    path = await SetUp(dialogue, transport, stack).track(url, track.media, receiver)
    dialogue.url = resolve_control(base, description.control)
    await dialogue.call("PLAY", dialogue.url, ("Range", "npt=0.000-"))
    session = RtspSession(dialogue, receiver, path, track.payload)
    stack.callback(session.stop)
    return session


async def _describe(dialogue: Dialogue) -> tuple[SessionDescription, str]:
    """Return the description of the stream, and the URL that its controls are relative to."""
    response = await dialogue.call("DESCRIBE", dialogue.url, ("Accept", "application/sdp"))
    try:
        description = parse_sdp(response.body)
    except ProtocolError as error:
        raise ProtocolError(f"DESCRIBE: {error}") from error
    get = response.headers.get
    return description, base_url(dialogue.url, get("Content-Base"), get("Content-Location"))
