"""One WebRTC connection: it answers one offer, connects or does not, and ends once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from aiortc import (
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpCodecCapability,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError

from commandwall.base.errors import ConnectionLostError, InvalidError
from commandwall.rtc.hooks import PayloadTrack
from commandwall.rtc.offer import Offer, fragment_user, parse_candidates

CONNECT_S = 15.0
_REFUSALS = (ValueError, InternalError, InvalidAccessError, InvalidStateError, OperationError)


class Peer:
    """A peer with one video section. Belongs to the event loop; :meth:`live` is one task.

    Candidates are those of this machine's addresses; ``ice_servers`` (URLs) add to them, usually none.
    """

    def __init__(self, ice_servers: Sequence[str]) -> None:
        servers = [RTCIceServer(urls=list(ice_servers))] if ice_servers else []
        self._connection = RTCPeerConnection(RTCConfiguration(servers))
        self._connection.on("connectionstatechange", self._changed)
        self._connected = asyncio.Event()
        self._over = asyncio.Event()
        self._user = ""

    def video(self, *, sends: bool, preferences: list[RTCRtpCodecCapability]) -> RTCRtpTransceiver:
        """Return the one video section, in which this end ``sends`` or receives; before :meth:`answer`."""
        track_or_kind = PayloadTrack() if sends else "video"
        direction = "sendonly" if sends else "recvonly"
        transceiver = self._connection.addTransceiver(track_or_kind, direction)
        transceiver.setCodecPreferences(preferences)
        return transceiver

    async def answer(self, offer: Offer) -> str:
        """Return the answer to ``offer``, with all candidates; raises :class:`InvalidError`."""
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except _REFUSALS as error:
            raise InvalidError(
                "the offer cannot be answered: {why}", why=str(error)[:120], field="sdp"
            ) from None
        self._user = fragment_user(offer.sdp)
        return str(self._connection.localDescription.sdp)

    async def trickle(self, fragment: str) -> None:
        """Take further candidates of the peer (RFC 8840); raises :class:`InvalidError`.

        One with another user name would restart ICE, which is not done: the client asks anew.
        """
        if fragment_user(fragment) not in ("", self._user):
            raise InvalidError("ICE is not restarted here; delete this session and ask anew", field="sdp")
        for candidate in parse_candidates(fragment):
            await self._connection.addIceCandidate(candidate)

    async def live(self, on_connected: Callable[[], None]) -> None:
        """Return when the connection is over; raises :class:`ConnectionLostError` if it never stood."""
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._connected.wait()
        except TimeoutError:
            raise ConnectionLostError(f"no connection came about within {CONNECT_S:.0f} s") from None
        if not self._over.is_set():
            on_connected()
        await self._over.wait()

    def end(self) -> None:
        """Let :meth:`live` return soon."""
        self._connected.set()
        self._over.set()

    async def close(self) -> None:
        """Say goodbye and let go of all sockets."""
        await self._connection.close()

    def _changed(self) -> None:
        match self._connection.connectionState:
            case "connected":
                self._connected.set()
            case "failed" | "closed":
                self.end()
