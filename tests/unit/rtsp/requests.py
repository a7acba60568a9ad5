"""How a scripted camera is asked for its stream."""

from __future__ import annotations

from commandwall.model.camera import Transport
from commandwall.rtsp.client import StreamRequest
from commandwall.rtsp.dialogue import Timeouts
from tests.unit.rtsp.camera import Camera

SHORT = Timeouts(connect_s=2.0, answer_s=1.0, describe_s=1.0, teardown_s=0.2)
PASSWORD = "canary-7413"


def request_for(camera: Camera, transport: Transport = Transport.TCP, user: str = "") -> StreamRequest:
    return StreamRequest(camera.url, transport, user, PASSWORD if user else "")


def fail(*_: object) -> None:
    """Raise what nobody foresaw, in place of any function."""
    raise ValueError("rtsp://admin:secret@camera")
