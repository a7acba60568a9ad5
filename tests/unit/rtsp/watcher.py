"""Who watches a scripted camera."""

from __future__ import annotations

import asyncio

from commandwall.model.access_unit import AccessUnit
from commandwall.model.camera import Transport
from commandwall.rtsp.client import StreamRequest
from commandwall.rtsp.dialogue import Timeouts
from tests.unit.rtsp.camera import Camera

SHORT = Timeouts(connect_s=2.0, answer_s=0.2, teardown_s=0.2)
PASSWORD = "canary-7413"


class Watcher:
    """Collects access units and waits for them."""

    def __init__(self) -> None:
        self.units: list[AccessUnit] = []
        self._came = asyncio.Event()

    def __call__(self, unit: AccessUnit) -> None:
        self.units.append(unit)
        self._came.set()

    async def until(self, count: int) -> None:
        while len(self.units) < count:
            self._came.clear()
            await self._came.wait()


def request_for(camera: Camera, transport: Transport = Transport.TCP, user: str = "") -> StreamRequest:
    return StreamRequest(camera.url, transport, user, PASSWORD if user else "")
