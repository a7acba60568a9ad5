"""How a scripted camera is asked for its stream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from commandwall.model.camera import Transport
from commandwall.rtsp.client import StreamRequest
from commandwall.rtsp.dialogue import Timeouts
from commandwall.rtsp.messages import Request
from tests.unit.rtsp.camera import Camera

PATIENT = Timeouts(connect_s=60.0, answer_s=60.0, describe_s=60.0, teardown_s=0.2)
"""A machine that stands still for longer than a step may take fails the step, whatever has come meanwhile."""
PASSWORD = "canary-7413"


def request_for(camera: Camera, transport: Transport = Transport.TCP, user: str = "") -> StreamRequest:
    return StreamRequest(camera.url, transport, user, PASSWORD if user else "")


def silence(monkeypatch: pytest.MonkeyPatch) -> Callable[[Request], None]:
    """Return what never answers; as long as is waited for an answer passes at once, by the loop's clock."""
    loop = asyncio.get_running_loop()

    def say_nothing(_: Request) -> None:
        time = loop.time
        monkeypatch.setattr(loop, "time", lambda: time() + PATIENT.answer_s)

    return say_nothing


def fail(*_: object) -> None:
    """Raise what nobody foresaw, in place of any function."""
    raise ValueError("rtsp://admin:secret@camera")
