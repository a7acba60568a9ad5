"""Talking to cameras, against gst-rtsp-server's ONVIF camera."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from commandwall.base.errors import UnsupportedError
from commandwall.media.sound import SoundDecoder
from commandwall.model.access_unit import StreamInfo
from commandwall.model.camera import Transport
from commandwall.rtsp.client import RtspClient, StreamRequest
from simulators.sound import tone
from tests.contract.rtsp_servers import gstreamer
from tests.unit.conference.stage import tone_db

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.blocks_loop,  # starting servers may block
    pytest.mark.needs("gst-rtsp-server"),
]
TONE_HZ = 600


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP])
async def test_gstreamer_s_onvif_camera_plays_what_it_is_sent(tmp_path: Path, transport: Transport) -> None:
    file = tmp_path / "heard"
    async with gstreamer("--loudspeaker", str(file)) as url:
        for _ in range(3):  # On a busy machine its pipeline rarely does not start; the next one does.
            with suppress(TimeoutError):
                await say_until_heard(StreamRequest(url, transport), file)
                break
    decoder = SoundDecoder(StreamInfo("pcm_mulaw", sample_rate=8000, channels=1))
    heard = file.read_bytes()[:8000]
    samples = np.concatenate([decoder.decode(heard[at : at + 160]) for at in range(0, 8000, 160)])
    assert tone_db(samples, TONE_HZ) > -20 > -45 > tone_db(samples, TONE_HZ * 2)


async def say_until_heard(request: StreamRequest, file: Path) -> None:
    """Send a tone until a second of it is in ``file``; raises ``TimeoutError`` after 10 s."""
    frames = tone("pcm_mulaw", TONE_HZ).frames
    async with RtspClient.talk(request) as loudspeaker, asyncio.timeout(10):
        assert loudspeaker.codec == "pcm_mulaw"
        for number in count():
            loudspeaker.send(frames[number % len(frames)], number * 3600)
            if file.exists() and file.stat().st_size >= 8000:
                return
            await asyncio.sleep(0.04)


async def test_gstreamer_s_camera_without_a_loudspeaker_says_so() -> None:
    async with gstreamer() as url:
        with pytest.raises(UnsupportedError, match=r"551|no audio backchannel"):
            async with RtspClient.talk(StreamRequest(url)):
                pass
