"""Opening a feed, wherever it comes from."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from commandwall.ingest.bus_session import open_bus
from commandwall.ingest.camera_session import open_camera
from commandwall.ingest.feed import Session, UnitListener
from commandwall.ipc.messages import FeedSpec


def open_feed(spec: FeedSpec, on_unit: UnitListener) -> AbstractAsyncContextManager[Session]:
    """Open ``spec`` at its packet bus or its camera; implements :class:`SessionOpener`."""
    return open_camera(spec, on_unit) if spec.bus is None else open_bus(spec.bus, on_unit)
