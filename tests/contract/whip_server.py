"""A WHIP/WHEP server that is not ours: aiohttp and aiortc, one publisher and any viewers for each path."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from aiohttp import web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

TOKEN = "let-me-in"


class WhipServer:
    """Takes what is published at ``/whip/NAME``, gives it out at ``/whep/NAME``; sessions can be deleted."""

    def __init__(self) -> None:
        self.url = ""
        self.sessions: dict[str, RTCPeerConnection] = {}
        self._numbers = count()
        self._relay = MediaRelay()
        self._published: dict[str, dict[str, MediaStreamTrack]] = {}
        self._of: dict[str, str] = {}

    async def publish(self, request: web.Request) -> web.Response:
        """WHIP."""
        self._check(request)
        tracks: dict[str, MediaStreamTrack] = {}
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        connection.on("track", lambda track: tracks.__setitem__(track.kind, track))
        self._published[request.match_info["name"]] = tracks
        return await self._answer(request, connection)

    async def watch(self, request: web.Request) -> web.Response:
        """WHEP."""
        self._check(request)
        tracks = self._published.get(request.match_info["name"])
        if not tracks:
            raise web.HTTPNotFound
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        for track in tracks.values():
            connection.addTransceiver(self._relay.subscribe(track), "sendonly")
        for transceiver in connection.getTransceivers():
            if transceiver.kind == "video":
                codecs = RTCRtpSender.getCapabilities("video").codecs
                transceiver.setCodecPreferences(
                    [each for each in codecs if each.mimeType.lower() != "video/vp8"]
                )
        return await self._answer(request, connection)

    async def delete(self, request: web.Request) -> web.Response:
        """End a session."""
        self._check(request)
        name = request.match_info["session"]
        if name not in self.sessions:
            raise web.HTTPNotFound
        await self.sessions.pop(name).close()
        published = self._of.pop(name)
        if name.startswith("whip"):  # Who watches it has nothing to watch any more.
            self._published.pop(published, None)
            for other in [other for other, what in self._of.items() if what == published]:
                if other in self.sessions:
                    await self.sessions[other].close()
        return web.Response()

    async def drop_all(self) -> None:
        """End all sessions, as a server that goes down does."""
        while self.sessions:
            await self.sessions.popitem()[1].close()

    def _check(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise web.HTTPUnauthorized(text=f"not {request.headers.get('Authorization')}")

    async def _answer(self, request: web.Request, connection: RTCPeerConnection) -> web.Response:
        await connection.setRemoteDescription(RTCSessionDescription(await request.text(), "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        name = f"{request.path.split('/')[1]}-{next(self._numbers)}"
        self.sessions[name], self._of[name] = connection, request.match_info["name"]
        sdp = connection.localDescription.sdp
        return web.Response(
            status=201, text=sdp, content_type="application/sdp", headers={"Location": f"/session/{name}"}
        )


@asynccontextmanager
async def whip_server() -> AsyncIterator[WhipServer]:
    """Run a server on a free port of 127.0.0.1."""
    server = WhipServer()
    app = web.Application()
    app.router.add_post("/whip/{name}", server.publish)
    app.router.add_post("/whep/{name}", server.watch)
    app.router.add_delete("/session/{session}", server.delete)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}"
    try:
        yield server
    finally:
        await server.drop_all()
        await runner.cleanup()
        await asyncio.sleep(0)
