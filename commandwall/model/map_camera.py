"""A camera as a map shows it."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.model.camera import FeedState


@dataclass(frozen=True, slots=True)
class MapCamera:
    """Where a camera is, in degrees (WGS 84), and how it does; ``areas`` are its area and all above it."""

    id: str
    latitude: float
    longitude: float
    areas: tuple[str, ...]
    state: FeedState
