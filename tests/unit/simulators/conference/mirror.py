"""A server that gives every participant what it sends: aiortc on the other side, nothing encoded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtpPacket

from simulators.conference.hooks import IdleTrack, ask_key, on_loopback, receive_into, send_from
from simulators.conference.sources import Outgoing

TOKEN = "let-me-in"


class Relay:
    """What came of one kind of medium, to be sent again; lost packets stay lost."""

    def __init__(self) -> None:
        self.packets: list[RtpPacket] = []
        self._frames: asyncio.Queue[Outgoing] = asyncio.Queue()
        self._pending: list[bytes] = []

    def take(self, packet: RtpPacket) -> None:
        self.packets.append(packet)
        self._pending.append(packet.payload)
        if packet.marker or not packet.payload:
            self._frames.put_nowait(Outgoing(self._pending, packet.timestamp, None))
            self._pending = []

    async def next_frame(self) -> Outgoing:
        return await self._frames.get()

    def want_key(self) -> None:
        pass


class Mirror:
    """The server. ``offers`` keeps what was asked for, ``deleted`` which sessions ended."""

    def __init__(self) -> None:
        self.offers: list[tuple[str, str]] = []
        self.deleted: list[str] = []
        self.relays: dict[str, dict[str, Relay]] = {}
        self.members: list[dict[str, str]] = []
        self.invitations: dict[str, dict[str, str]] = {}
        self.receivers: list[tuple[object, Relay]] = []
        self._peers: list[RTCPeerConnection] = []

    async def negotiate(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"detail": "ask for a new link"}, status=401)
        offer = await request.text()
        self.offers.append((request.path, offer))
        if "H264" not in offer:
            return web.json_response({"detail": "no H.264 is offered"}, status=422)
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._peers.append(peer)
        way, *_ = request.path.strip("/").split("/")
        relays = self.relays.setdefault(
            request.path.partition("conferences")[2], {kind: Relay() for kind in ("audio", "video")}
        )
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for transceiver in peer.getTransceivers():
            relay = relays[transceiver.kind]
            if way == "whip":
                receive_into(transceiver.receiver, relay.take, 1_000_000)
                self.receivers.append((transceiver.receiver, relay))
            else:
                transceiver.direction = "sendonly"
                transceiver.sender.replaceTrack(IdleTrack(transceiver.kind))
                send_from(transceiver.sender, relay)
        await peer.setLocalDescription(await peer.createAnswer())
        headers = {"Location": f"/sessions/{len(self._peers)}"}
        return web.Response(text=peer.localDescription.sdp, status=201, headers=headers)

    async def conference(self, request: web.Request) -> web.Response:
        return web.json_response({"detail": "not open"}, status=404)

    async def open(self, request: web.Request) -> web.Response:
        return web.json_response(await request.json(), status=201)

    async def invite(self, request: web.Request) -> web.Response:
        self.members.append(await request.json())
        return web.json_response({"participant": f"p{len(self.members)}", "token": TOKEN}, status=201)

    async def invitation(self, request: web.Request) -> web.Response:
        return web.json_response(self.invitations[request.headers["Authorization"].removeprefix("Bearer ")])

    async def delete(self, request: web.Request) -> web.Response:
        self.deleted.append(request.path)
        return web.Response()

    async def ask_keys(self) -> None:
        """Ask every sender of pictures for a key frame."""
        for receiver, relay in self.receivers:
            if relay.packets and receiver.track.kind == "video":  # type: ignore[attr-defined]
                await ask_key(receiver, relay.packets[-1].ssrc)  # type: ignore[arg-type]

    async def close(self) -> None:
        for peer in self._peers:
            await peer.close()


@asynccontextmanager
async def mirror() -> AsyncIterator[tuple[Mirror, str]]:
    """Run the server; yields it and its URL."""
    on_loopback()
    serving = Mirror()
    application = web.Application()
    application.router.add_post("/{way:whip|whep}/conferences/{rest:.*}", serving.negotiate)
    application.router.add_get("/api/v1/invitation", serving.invitation)
    application.router.add_get("/api/v1/conferences/{id}", serving.conference)
    application.router.add_post("/api/v1/conferences", serving.open)
    application.router.add_post("/api/v1/conferences/{id}/members", serving.invite)
    application.router.add_delete("/sessions/{number}", serving.delete)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield serving, f"http://127.0.0.1:{port}"
    finally:
        await serving.close()
        await runner.cleanup()
