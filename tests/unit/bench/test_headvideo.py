from __future__ import annotations

import aiohttp
import av
import numpy as np
import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from commandwall.model.access_unit import AccessUnit
from commandwall.outputs.video_message import frame_message
from tests.bench.headvideo import Frame, parse, pictures, recording
from tests.e2e.browser import access_units

UTC_NS = 1_700_000_000_123_456_789


def message(tick: int, data: bytes, *, key: bool = True) -> bytes:
    return frame_message(AccessUnit(data, tick * 3600, key, capture_utc_ns=UTC_NS + tick * 40_000_000), 25)


def test_a_message_says_when_it_was_composed() -> None:
    frame = parse(message(5, b"data"), received_ms=9.0)
    assert frame == Frame(1_700_000_000_323, 9.0, 5, b"data")


@pytest.mark.parametrize("data", [b"", b"CWV1", b"XXXX" + bytes(40), bytes(32)])
def test_what_is_no_video_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="is no video"):
        parse(data, 0.0)


def test_each_frame_gives_its_own_picture() -> None:
    frames = [Frame(40.0 * i, 0.0, i, data) for i, (_, data) in enumerate(access_units(5))]
    seen = [(frame.tick, luma.shape, float(np.median(luma))) for frame, luma in pictures(frames)]
    assert [tick for tick, _, _ in seen] == [0, 1, 2, 3, 4]
    assert {shape for _, shape, _ in seen} == {(180, 320)}
    brightness = [value for _, _, value in seen]
    assert brightness == sorted(set(brightness))


def test_data_that_is_no_picture_is_an_error() -> None:
    with pytest.raises(av.FFmpegError):
        list(pictures([Frame(0, 0, 0, b"\0\0\0\1\x65garbage")]))


async def test_a_recording_keeps_what_comes_while_it_lasts() -> None:
    units = access_units(3)

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str('{"type": "config"}')
        for tick, (key, data) in enumerate(units):
            await socket.send_bytes(message(tick, data, key=key))
        async for received in socket:
            assert received.type is not WSMsgType.ERROR
        return socket

    app = web.Application()
    app.router.add_get("/api/v1/walls/main/heads/left/video", serve)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(server.make_url("/")) as session,
        recording(session, "main", "left") as viewer,
    ):
        await viewer.until_first()
        assert viewer.frames[0].data == units[0][1]
