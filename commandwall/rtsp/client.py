"""The RTSP client: from a URL to access units."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field

from commandwall.base.errors import ProtocolError
from commandwall.model.camera import Transport
from commandwall.rtp.receiver import OnAccessUnit, RtpReceiver
from commandwall.rtsp.address import base_url, parse_address, resolve_control
from commandwall.rtsp.auth import Credentials
from commandwall.rtsp.connection import connect
from commandwall.rtsp.dialogue import Dialogue, Timeouts
from commandwall.rtsp.sdp import SessionDescription, parse_sdp
from commandwall.rtsp.session import RtspSession
from commandwall.rtsp.tracks import choose_video, set_up_tcp, set_up_udp

DEFAULT_TIMEOUTS = Timeouts()


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """One stream to fetch. ``url`` never carries credentials; the password is not in ``repr``."""

    url: str = field(repr=False)
    transport: Transport = Transport.TCP
    user: str = ""
    password: str = field(default="", repr=False)


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
        AccessRefusedError (401, 403), NotFoundError (404), UnsupportedError (codec, transport,
        redirect), UnavailableError (busy), ProtocolError (what came makes no sense), InvalidError
        (the URL).
        """
        address = parse_address(request.url)
        connection = await connect(address, timeouts.connect_s)
        async with AsyncExitStack() as stack:
            stack.callback(connection.abort)
            credentials = Credentials(request.user, request.password) if request.user else None
            dialogue = Dialogue(connection, address, credentials, timeouts)
            stack.push_async_callback(dialogue.tear_down)
            media = stack.enter_context(ExitStack())
            yield await _establish(dialogue, request.transport, on_access_unit, media)


async def _establish(
    dialogue: Dialogue, transport: Transport, on_access_unit: OnAccessUnit, stack: ExitStack
) -> RtspSession:
    """Go through the steps up to PLAY; what they open is closed by ``stack``."""
    await dialogue.options()
    description, base = await _describe(dialogue)
    track = choose_video(description)
    fmt = track.format
    receiver = RtpReceiver(track.payload, fmt.payload_type, fmt.clock_hz, on_access_unit, dialogue.bye)
    url = resolve_control(base, track.control)
    if transport is Transport.UDP:
        path = await set_up_udp(dialogue, url, receiver, stack)
    else:
        path = await set_up_tcp(dialogue, url, receiver)
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
