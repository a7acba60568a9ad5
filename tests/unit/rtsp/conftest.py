"""The camera of most tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.rtsp.camera import Camera, running


@pytest.fixture
async def camera() -> AsyncIterator[Camera]:
    async with running(Camera()) as listening:
        yield listening
