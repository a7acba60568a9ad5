"""The sound of cameras, from a farm through the daemon to those who listen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from simulators.sound import tone_hz
from tests.e2e.site import Daemon, Site, cameras, farm, until
from tests.sound import strongest_hz

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop, pytest.mark.needs("ffmpeg")]

RATE_HZ = 16000
LISTEN_S = 2


async def hear(url: str, transport: str) -> tuple[int, NDArray[np.float32]]:
    """Return ffmpeg's exit status and what it hears at ``url``, as samples (n,) of RATE_HZ."""
    process = await asyncio.create_subprocess_exec(
        "ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", transport, "-i", url, "-map", "0:a",
        "-af", "asetpts=N/SR/TB", "-t", str(LISTEN_S), "-ac", "1", "-ar", str(RATE_HZ), "-f", "f32le", "-",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    data, _ = await process.communicate()
    return process.returncode or 0, np.frombuffer(data, np.float32)


async def codecs(daemon: Daemon) -> dict[str, str]:
    return {item["id"]: item["audio_codec"] for item in (await daemon.get("/cameras"))["items"]}


@pytest.mark.parametrize(
    ("codec", "transport"), [("aac", "tcp"), ("opus", "udp"), ("pcm_alaw", "tcp"), ("pcm_mulaw", "udp")]
)
async def test_a_tone_is_heard_through_the_share(
    site: Site, free_port: Callable[[], int], codec: str, transport: str
) -> None:
    port = free_port()
    site.extra["rtsp"] = {"listen": f"127.0.0.1:{port}"}
    async with farm(3, "--audio", codec, "--main", "640x360@10:400k") as base:
        site.cameras = cameras(base, 3)
        site.cameras[2]["audio"] = False
        async with site.run() as daemon:
            await daemon.until_live(["1", "2", "3"])
            told = {"cam-1": codec, "cam-2": codec, "cam-3": ""}

            async def known() -> bool:
                return await codecs(daemon) == told

            await until("the sound of all cameras is known", known)
            await daemon.until_shared()
            for number, stream in ((1, "sub"), (2, "main")):
                status, samples = await hear(
                    f"rtsp://127.0.0.1:{port}/cameras/cam-{number}/{stream}", transport
                )
                assert (status, len(samples)) == (0, LISTEN_S * RATE_HZ)
                assert abs(strongest_hz(samples, RATE_HZ) - tone_hz(number)) < 5
            status, _ = await hear(f"rtsp://127.0.0.1:{port}/cameras/cam-3/sub", transport)
            assert status != 0


async def test_a_camera_that_hangs_when_asked_for_its_sound_is_shown_and_says_so(site: Site) -> None:
    faults = site.folder / "faults.yaml"
    faults.write_text("- {cameras: 1, scenario: sound-hangs}")
    async with farm(1, "--faults", str(faults)) as base:
        site.cameras = cameras(base, 1)
        async with site.run() as daemon:
            await daemon.until_live(["1"])

            async def told() -> bool:
                (camera,) = (await daemon.get("/cameras"))["items"]
                return bool(camera["audio_fault"])

            await until("the camera says why its sound is missing", told)
            (camera,) = (await daemon.get("/cameras"))["items"]
    words = camera["audio_fault"], camera["audio_fault_zh"]
    assert words[0].startswith("camera does not answer: SETUP: no answer within 5 s; its sound is left out")
    assert words[1].startswith("摄像机无应答：SETUP：5 秒内没有应答；")
    assert (camera["reconnects"], camera["audio_codec"]) == (0, "")
