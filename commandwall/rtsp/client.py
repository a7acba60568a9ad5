"""The RTSP client: from a URL to access units, and to a camera's loudspeaker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from commandwall.base.auth import Credentials
from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    InvalidError,
    MovedError,
    UnsupportedError,
)
from commandwall.base.trust import SYSTEM_TRUST, Trust
from commandwall.model.camera import Transport
from commandwall.rtp.receiver import OnAccessUnit
from commandwall.rtsp.address import Address, parse_address
from commandwall.rtsp.backchannel import Backchannel, establish_backchannel
from commandwall.rtsp.connection import RtspConnection
from commandwall.rtsp.dial import dial
from commandwall.rtsp.dialogue import Dialogue, Timeouts
from commandwall.rtsp.session import RtspSession
from commandwall.rtsp.steps import AudioHarmsError, Steps
from commandwall.rtsp.tunnel import open_tunnel

DEFAULT_TIMEOUTS = Timeouts()
MAX_REDIRECTS = 3

_Opened = TypeVar("_Opened")
_Establish = Callable[[Dialogue, ExitStack], Awaitable[_Opened]]
"""Goes through the steps of a session on a new connection; what they open is closed by the stack."""


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """One stream to fetch. ``url`` never carries credentials; the password is not in ``repr``.

    ``audio`` is whether its sound is fetched as well, if it has some that is taken.
    """

    url: str = field(repr=False)
    transport: Transport = Transport.TCP
    user: str = ""
    password: str = field(default="", repr=False)
    trust: Trust = SYSTEM_TRUST
    audio: bool = False


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
        Sound is asked for with ``request.audio`` and heard by ``RtspSession.listen``; whatever is
        wrong with it, the pictures come.

        Raises, with the step in the message: ConnectionLostError (not reachable, no answer, gone),
        LocalError (this machine), UntrustedError (its certificate), AccessRefusedError (401, 403),
        NotFoundError (404), UnsupportedError (codec, transport, redirects), UnavailableError (busy),
        ProtocolError (what came makes no sense), InvalidError (the URL).
        """

        def steps(audio: bool, fault: CommandwallError | None) -> _Establish[RtspSession]:
            async def establish(dialogue: Dialogue, media: ExitStack) -> RtspSession:
                steps = Steps(dialogue, request.transport, media)
                return await steps.establish(on_access_unit, audio=audio, audio_fault=fault)

            return establish

        approach = _Approach(request, timeouts)
        try:
            session, stack = await approach.follow(steps(request.audio, None))
        except AudioHarmsError as error:
            session, stack = await approach.follow(steps(False, error.reason))
        async with stack:
            yield session

    @staticmethod
    @asynccontextmanager
    async def talk(
        request: StreamRequest, *, timeouts: Timeouts = DEFAULT_TIMEOUTS
    ) -> AsyncIterator[Backchannel]:
        """Open the way to the camera's loudspeaker, in a session of its own; tear it down at the end.

        No pictures come with it, and whatever becomes of it, those that are watched go on. Raises as
        :meth:`open` does; UnsupportedError also where the camera has no backchannel.
        """

        async def establish(dialogue: Dialogue, media: ExitStack) -> Backchannel:
            return await establish_backchannel(dialogue, request.transport, media)

        backchannel, stack = await _Approach(request, timeouts).follow(establish)
        async with stack:
            yield backchannel


class _Approach:
    """The way to one stream, redirects included; where they lead is where the next try begins.

    Credentials stay with the host that they were given for, and so does the wish for TLS.
    """

    def __init__(self, request: StreamRequest, timeouts: Timeouts) -> None:
        self._request = request
        self._timeouts = timeouts
        self._home = self._parse(request.url)
        self._address = self._home

    async def follow(self, establish: _Establish[_Opened]) -> tuple[_Opened, AsyncExitStack]:
        """Open the stream where the camera says it is; return it and what ends it."""
        for _ in range(MAX_REDIRECTS + 1):
            try:
                return await self._open(self._address, establish)
            except MovedError as moved:
                self._address = self._moved_to(moved)
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

    async def _open(self, address: Address, establish: _Establish[_Opened]) -> tuple[_Opened, AsyncExitStack]:
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
                opened = await establish(dialogue, media)
            except AccessRefusedError as error:
                if at_home:
                    raise
                raise AccessRefusedError(
                    f"{error}: the camera redirects to {address.where}, and is not signed in to there;"
                    " enter that URL"
                ) from error
            return opened, stack.pop_all()
