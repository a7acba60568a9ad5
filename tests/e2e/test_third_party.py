"""The farm replaced by servers that others wrote: the wall does not care."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.contract.rtsp_servers import FFMPEG_CODECS, PASSWORD, USER, ffmpeg, gstreamer, live555
from tests.e2e.pictures import decode
from tests.e2e.site import Site, until

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.blocks_loop,
]


def camera(number: int, url: str, transport: str) -> dict[str, object]:
    sub = {"url": url, "transport": transport}
    return {"id": f"other-{number}", "name": f"第三方 {number}", "area": "dongmen", "sub": sub}


@pytest.mark.needs("gst-rtsp-server")
async def test_gstreamer_cameras_by_tcp_udp_and_with_a_password(site: Site, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(PASSWORD)
    site.extra["credentials"] = {"door": {"user": USER, "password_file": "secret"}}
    async with gstreamer() as plain, gstreamer("--user", USER, "--password", PASSWORD) as guarded:
        site.cameras = [
            camera(1, plain, "tcp"),
            camera(2, plain, "udp"),
            {**camera(3, guarded, "tcp"), "credentials": "door"},
        ]
        async with site.run() as daemon:
            await daemon.until_live(["1", "2", "3"])
            for number in (1, 2, 3):
                still = decode(await daemon.picture(f"/cameras/other-{number}/snapshot.jpg"))
                assert still.shape == (360, 640, 3)
                assert still.std() > 10  # a white ball on black


@pytest.mark.needs("live555", "ffmpeg")
async def test_live555_as_camera_and_as_watcher_of_what_is_shared(
    site: Site, free_port: Callable[[], int]
) -> None:
    port = free_port()
    site.extra["rtsp"] = {"listen": f"127.0.0.1:{port}"}
    shared = f"rtsp://127.0.0.1:{port}/cameras/other-1/sub"
    async with live555() as first, live555(codec="hevc") as second:
        site.cameras = [camera(1, first, "tcp"), camera(2, second, "udp")]
        async with site.run() as daemon:
            await daemon.until_live(["1", "2"])
            await daemon.until_shared()
            async with live555(of=shared) as third:
                added = camera(3, third, "tcp")
                async with daemon.session.post("/api/v1/cameras", json=added) as response:
                    assert response.status == 201, await response.text()
                assert (await daemon.put("/walls/main/cells/3", {"source": "camera:other-3"}))[0] == 200
                await daemon.until_live(["1", "2", "3"])
                for number in (1, 2, 3):
                    still = decode(await daemon.picture(f"/cameras/other-{number}/snapshot.jpg"))
                    assert still.shape == (360, 640, 3)
                    assert still.std() > 20


@pytest.mark.needs("ffmpeg")
async def test_every_codec_that_ffmpeg_sends_is_shown(site: Site, free_port: Callable[[], int]) -> None:
    async with AsyncExitStack() as stack:
        for number, codec in enumerate(FFMPEG_CODECS, 1):
            folder = site.folder / codec
            folder.mkdir()
            url = await stack.enter_async_context(ffmpeg(codec, folder, free_port()))
            site.cameras = [*site.cameras, camera(number, url, "udp")]
        async with site.run() as daemon:
            await daemon.until_live(["1", "2", "3"])

            async def named() -> bool:
                items = (await daemon.get("/cameras"))["items"]
                return [item["codec"] for item in items] == list(FFMPEG_CODECS)

            await until("the codecs are named", named)
            for number in (1, 2, 3):
                still = decode(await daemon.picture(f"/cameras/other-{number}/snapshot.jpg"))
                assert still.std() > 20
