"""One WebRTC connection: it answers an offer or makes one, connects or does not, and ends once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpCodecCapability,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError

from commandwall.base.errors import ConnectionLostError, InvalidError, UnavailableError
from commandwall.base.readable import readable
from commandwall.rtc.hooks import PayloadTrack
from commandwall.rtc.offer import Offer, fragment_user, parse_candidates, parse_description

CONNECT_S = 15.0
_REFUSALS = (ValueError, InternalError, InvalidAccessError, InvalidStateError, OperationError)


class Peer:
    """A peer with a section of video, of audio, or both. Belongs to the event loop; :meth:`live` is one task.

    Candidates are those of this machine's addresses; ``ice_servers`` (URLs) add to them, usually none.
    ``offers``: this end makes the offer.
    """

    def __init__(self, ice_servers: Sequence[str], *, offers: bool = False) -> None:
        servers = [RTCIceServer(urls=list(ice_servers))] if ice_servers else []
        bundle = RTCBundlePolicy.MAX_BUNDLE if offers else RTCBundlePolicy.BALANCED
        self._connection = RTCPeerConnection(RTCConfiguration(servers, bundlePolicy=bundle))
        self._connection.on("connectionstatechange", self._changed)
        self._connected = asyncio.Event()
        self._over = asyncio.Event()
        self._user = ""

    @property
    def connected(self) -> bool:
        """Whether the connection stood at any time."""
        return self._connected.is_set()

    def sender(self, kind: str, preferences: list[RTCRtpCodecCapability]) -> RTCRtpSender:
        """Return what sends ``video`` or ``audio``; before :meth:`answer` or :meth:`offer`."""
        transceiver = self._connection.addTransceiver(PayloadTrack(kind), "sendonly")
        transceiver.setCodecPreferences(preferences)
        return transceiver.sender

    def receiver(self, kind: str, preferences: list[RTCRtpCodecCapability]) -> RTCRtpReceiver:
        """Return what receives ``video`` or ``audio``; before :meth:`answer` or :meth:`offer`.

        Where this end sends that too, it comes in the same section.
        """
        for both in self._connection.getTransceivers():
            if both.kind == kind:
                both.direction = "sendrecv"
                return both.receiver
        transceiver = self._connection.addTransceiver(kind, "recvonly")
        transceiver.setCodecPreferences(preferences)
        return transceiver.receiver

    async def answer(self, offer: Offer) -> str:
        """Return the answer to ``offer``, with all candidates; raises :class:`InvalidError`."""
        for kind in offer.left:
            self._connection.addTransceiver(kind, "inactive")  # aiortc receives what nobody asked for.
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except _REFUSALS as error:
            raise InvalidError(
                "the offer cannot be answered: {why}", why=readable(str(error), 120), field="sdp"
            ) from None
        self._user = fragment_user(offer.sdp)
        return str(self._connection.localDescription.sdp)

    async def offer(self) -> str:
        """Return this end's offer, with all candidates; :meth:`accept` follows."""
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return str(self._connection.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        """Take the answer to :meth:`offer`; raises :class:`InvalidError`, :class:`UnavailableError`."""
        if self._connection.signalingState != "have-local-offer":
            raise InvalidError("this session has no offer that waits for an answer", field="sdp")
        sdp, _ = parse_description(answer)
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        except _REFUSALS as error:
            raise InvalidError(
                "the other system cannot be connected: {why}", why=readable(str(error), 120), field="sdp"
            ) from None
        directions = {each.currentDirection for each in self._connection.getTransceivers()}
        if directions <= {"inactive", None}:
            raise UnavailableError("the other system takes neither picture nor sound")

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
