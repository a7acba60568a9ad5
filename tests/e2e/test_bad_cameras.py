"""Cameras that misbehave: their state says so in words, their tile too, and the others don't notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.pictures import cameras_shown, decode
from tests.e2e.saying import Mark, states_said
from tests.e2e.site import Daemon, Site, cameras, farm, until
from tests.e2e.test_killed_workers import told_by

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept and never answer."""
    await reader.read()


async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with bytes that are no RTSP."""
    await reader.readline()
    writer.write(b"\x00\xff<html>not a camera</html>\r\n\r\n" * 50)
    await writer.drain()
    await reader.read()


async def old_codec(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Offer H.263 only."""
    sdp = b"v=0\r\nm=video 0 RTP/AVP 34\r\na=rtpmap:34 H263/90000\r\na=control:track1\r\n"
    while request := await reader.readuntil(b"\r\n\r\n"):
        sequence = next(line for line in request.splitlines() if line.lower().startswith(b"cseq"))
        body = sdp if request.startswith(b"DESCRIBE") else b""
        head = [
            b"RTSP/1.0 200 OK",
            sequence,
            b"Content-Type: application/sdp",
            b"Content-Length: %d" % len(body),
        ]
        writer.write(b"\r\n".join([*head, b"", body]))


@asynccontextmanager
async def camera(talk: Talk) -> AsyncIterator[str]:
    """Run a camera that talks like this; yields its URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The daemon hung up, as it should.
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"rtsp://127.0.0.1:{server.sockets[0].getsockname()[1]}/bad"
    finally:
        server.close()


def bad(url: str) -> dict[str, Any]:
    """Return the configuration of the camera under test, the last one on the wall."""
    return {"id": "bad", "name": "坏摄像机", "area": "dongmen", "sub": {"url": url}}


async def until_says(daemon: Daemon, state: str, words: str, words_zh: str) -> None:
    """Wait until the bad camera's state and reason are these, then see that its neighbours are well."""

    async def says() -> bool:
        item = await daemon.get("/cameras/bad")
        return item["state"] == state and words in item["reason"] and words_zh in item["reason_zh"]

    await until(f"the camera is {state}: {words}", says)
    await daemon.until_live(["1", "2", "3"])
    wall = await daemon.get("/walls/main")
    assert wall["tiles"][3]["state"] in ("lost", "connecting")
    shown = cameras_shown(decode(await daemon.picture("/walls/main/snapshot.png")), wall["tiles"])
    assert shown["1"] == 1 and "4" not in shown


@pytest.mark.parametrize(
    ("talk", "state", "words", "words_zh"),
    [
        (silence, "lost", "does not answer", "无应答"),
        (garbage, "lost", "breaks the protocol", "协议错误"),
        (old_codec, "refused", "H263", "不支持的编码"),
    ],
)
async def test_a_camera_that_does_not_speak_as_it_should(
    site: Site, talk: Talk, state: str, words: str, words_zh: str
) -> None:
    async with farm(3) as base, camera(talk) as url:
        site.cameras = [*cameras(base, 3), bad(url)]
        async with site.run() as daemon:
            await until_says(daemon, state, words, words_zh)


async def test_a_camera_that_is_not_there(site: Site, free_port: Callable[[], int]) -> None:
    async with farm(3) as base:
        site.cameras = [*cameras(base, 3), bad(f"rtsp://127.0.0.1:{free_port()}/bad")]
        async with site.run() as daemon:
            await until_says(daemon, "lost", "connection refused", "连接被拒绝")


async def test_why_a_main_stream_does_not_come_is_said_while_sub_is_shown(site: Site) -> None:
    async with farm(1) as base, camera(old_codec) as url:
        site.cameras = [{**cameras(base, 1)[0], "main": {"url": url}}]
        site.wall["layout"] = "1"
        async with site.run() as daemon:

            async def says() -> bool:
                main = (await daemon.get("/cameras/cam-1"))["streams"]["main"]
                return main["state"] == "refused" and "H263" in main["reason"] and "编码" in main["reason_zh"]

            await until("main is refused, and why", says)
            await daemon.until_live(["1"])
            assert (await daemon.get("/cameras/cam-1"))["state"] == "live"


async def test_a_wrong_password_is_said_and_never_shown(site: Site, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("canary-4711")
    site.extra["credentials"] = {"door": {"user": "admin", "password_file": "secret"}}
    async with farm(3) as base, farm(1, "--user", "admin", "--password", "right") as locked:
        entry = {**cameras(locked, 1)[0], "id": "bad", "credentials": "door"}
        site.cameras = [*cameras(base, 3), entry]
        async with site.run() as daemon:
            await until_says(daemon, "refused", "wrong password", "密码错误")
            assert "canary-4711" not in str(await daemon.get("/cameras"))


async def test_cameras_that_vanish_are_lost_then_back(site: Site, free_port: Callable[[], int]) -> None:
    port = free_port()
    async with farm(4, "--port", str(port)) as base:
        site.cameras = cameras(base, 4)
        running = site.run()
        daemon = await running.__aenter__()
        await daemon.until_live(["1", "2", "3", "4"])
    try:

        async def lost() -> bool:
            return set((await daemon.tile_states()).values()) == {"lost"}

        await until("every tile says lost", lost)
        async with farm(4, "--port", str(port)):
            await daemon.until_live(["1", "2", "3", "4"])
    finally:
        await running.__aexit__(None, None, None)


async def test_a_camera_that_falls_silent_is_late_then_lost_then_back(site: Site) -> None:
    fault = {"kind": "stall", "after_s": 4, "connections": 1}
    faults = site.folder / "faults.yaml"
    faults.write_text(yaml.safe_dump([{"cameras": 1, "faults": [fault]}]))
    async with farm(1, "--faults", str(faults)) as base:
        site.cameras = cameras(base, 1)
        async with site.run() as daemon, told_by(daemon) as told:
            states = told.tiles["1"]
            await told.until("it is lost and back", lambda: states[-1:] == ["live"] and "lost" in states, 60)
    assert "late" in states[states.index("live") : states.index("lost")]


@pytest.mark.parametrize(
    ("fault", "transport", "mark"),
    [
        ({"kind": "loss", "ratio": 0.05}, "udp", Mark.LOSS),
        ({"kind": "corrupt", "every": 3}, "tcp", Mark.DAMAGED),
    ],
    ids=["loss", "cannot be decoded"],
)
async def test_a_damaged_picture_says_what_happened_to_it_until_it_is_whole(
    site: Site, fault: dict[str, Any], transport: str, mark: Mark
) -> None:
    site.wall["labels"] = {**dict.fromkeys(("area", "time", "age", "bitrate"), "off"), "state": "on"}
    faults = site.folder / "faults.yaml"
    again = [{**fault, "after_s": after_s, "for_s": 6} for after_s in (4, 16, 28, 40)]
    faults.write_text(yaml.safe_dump([{"cameras": 1, "faults": again}]))
    async with farm(2, "--faults", str(faults)) as base:
        site.cameras = cameras(base, 2)
        site.cameras[0]["sub"]["transport"] = transport
        async with site.run() as daemon:
            others = False

            async def damaged() -> bool:
                nonlocal others
                tiles = (await daemon.get("/walls/main"))["tiles"]
                others |= tiles[1]["damaged"]
                assert not tiles[0]["loss"] or mark is Mark.LOSS
                return bool(tiles[0]["damaged"]) and tiles[0]["loss"] == (mark is Mark.LOSS)

            async def said() -> bool:
                picture = decode(await daemon.picture("/walls/main/snapshot.png"))
                tile = (await daemon.get("/walls/main"))["tiles"][0]
                return {each for _, each in states_said(picture, tile)} == {mark}

            async def whole() -> bool:
                tile = (await daemon.get("/walls/main"))["tiles"][0]
                return not tile["damaged"] and tile["state"] == "live"

            await daemon.until_live(["1", "2"])
            await until(f"the tile is told to be {mark}", damaged)
            await until(f"its pixels say {mark}", said)
            await until("the picture is whole again", whole)
            assert not others
