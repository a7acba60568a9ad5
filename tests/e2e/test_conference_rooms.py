"""Conferences as rooms of the daemon: on its walls, with its cameras, over restarts and killed processes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from simulators import barcode
from simulators.conference.connection import RefusedError
from simulators.conference.eyes import Eyes, read_code
from simulators.conference.peer import Peer, Person
from simulators.conference.sites import site_name
from simulators.conference.tones import tone_hz
from tests.e2e.conference import Meeting, meeting
from tests.e2e.pictures import decode
from tests.e2e.site import Daemon, Site, until

pytestmark = [pytest.mark.timeout(180), pytest.mark.blocks_loop]
CHAIR, SITE = 1, 2
BOTH = {CHAIR: {SITE}, SITE: {CHAIR}}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture
async def two(daemon: Daemon, films: Path) -> AsyncIterator[Meeting]:
    """Run a conference of two beside cameras and a wall."""
    await daemon.until_live(["1", "2", "3", "4"])
    async with meeting(daemon, films) as here:
        await here.join(CHAIR, "chair")
        await here.join(SITE)
        yield here


async def worker(daemon: Daemon, name: str) -> dict[str, Any]:
    """Return what is known of a worker process."""
    found: list[dict[str, Any]] = (await daemon.get("/workers"))["items"]
    return next(each for each in found if each["name"] == name)


async def killed(daemon: Daemon, name: str) -> None:
    """Kill a worker process; returns when another one is in its place."""
    before = await worker(daemon, name)
    os.kill(before["pid"], signal.SIGKILL)

    async def again() -> bool:
        now = await worker(daemon, name)
        return bool(now["state"] == "ready" and now["pid"] != before["pid"])

    await until(f"{name} is back", again)


async def states(here: Meeting) -> dict[int, str]:
    """Return where each participant is."""
    return {number: (await here.line(number))["state"] for number in here.peers}


async def recorded(daemon: Daemon) -> Any:
    """Return a recording of which some is on disk."""
    items = (await daemon.get("/recordings"))["items"]
    return next((each for each in items if each["size"] > 200_000), None)


async def fresh_pictures(here: Meeting, viewer: int) -> None:
    """Wait until pictures arrive that had not arrived yet."""
    eyes = here.peers[viewer].eyes
    before = eyes.last_picture()
    since_ms = before.arrived_ms if before else 0.0

    async def newer() -> bool:
        picture = await asyncio.to_thread(eyes.last_picture)
        return picture is not None and picture.arrived_ms > since_ms + 500

    await until(f"{viewer} sees something new", newer)


async def content(viewer: Peer) -> Eyes | None:
    """Return what sees the content; ``None`` while there is no picture of it."""
    try:
        return await viewer.watch_content()
    except RefusedError as refused:
        if refused.status != 503:
            raise
        return None


async def test_people_and_pictures_of_a_conference_fill_cells(two: Meeting) -> None:
    daemon = two.daemon
    sources = [f"conference:morning/{two.id_of(CHAIR)}", "none", "conference:morning/picture", "camera:cam-1"]
    status, _ = await daemon.put("/walls/main/layout", {"layout": "2x2", "sources": sources})
    assert status == 200

    async def shown() -> bool:
        picture = cv2.cvtColor(decode(await daemon.picture("/walls/main/snapshot.png")), cv2.COLOR_BGR2GRAY)
        parts = [
            picture[y : y + height, x : x + width].astype(np.uint8, copy=False)
            for x, y, width, height in (tile["rect"] for tile in (await daemon.get("/walls/main"))["tiles"])
        ]
        person, camera, whole = read_code(parts[0]), barcode.read(parts[3]), two.scan.people(parts[2])
        return (person and person.camera, camera and camera.camera, set(whole)) == (CHAIR, 1, {CHAIR, SITE})

    await until("the wall shows a participant, a camera and the picture of the conference", shown)
    assert [wall["id"] for wall in (await daemon.get("/walls"))["items"]] == ["main"]
    kinds = {each["kind"] for each in (await daemon.get("/workers"))["items"]}
    assert {"conference", "sound", "rtc"} <= kinds
    async with daemon.session.get("/metrics") as response:
        assert 'commandwall_conference_participants{conference="morning"} 2.0' in await response.text()
    await two.chair("end")
    tiles = (await daemon.get("/walls/main"))["tiles"]
    assert [tile["source"] for tile in tiles] == ["none", "none", "none", "camera:cam-1"]


async def test_a_camera_is_content_as_it_is_and_a_panel_or_scene_is_composed(two: Meeting) -> None:
    async def known() -> bool:
        return all(camera["codec"] == "h264" for camera in (await two.daemon.get("/cameras"))["items"])

    await until("it is known what cameras send", known)
    await two.desk.chair("present", "camera:cam-3")
    eyes: Eyes = await until("the content is there", lambda: content(two.peers[SITE]))

    async def sees(number: int) -> bool:
        picture = await asyncio.to_thread(eyes.last_picture)
        code = barcode.read(picture.luma) if picture is not None else None
        return code is not None and code.camera == number

    await until("the camera is seen as content", lambda: sees(3))
    picture = eyes.last_picture()
    assert picture is not None and picture.luma.shape in ((720, 1280), (360, 640))
    await two.desk.chair("present", "camera:cam-4")
    await until("another camera is seen on the same line", lambda: sees(4))
    scene = {
        "name": "东门",
        "id": "dongmen",
        "walls": [{"wall": "main", "layout": "1", "sources": ["camera:cam-2"]}],
    }
    async with two.daemon.session.post("/api/v1/scenes", json=scene) as response:
        assert response.status == 201, await response.text()
    await two.desk.chair("present", "scene:dongmen")
    await until("a scene is seen, composed", lambda: sees(2))


async def test_any_process_may_die_and_the_conference_goes_on(two: Meeting) -> None:
    await two.until_heard(BOTH)
    await two.until_seen({CHAIR: BOTH, SITE: BOTH})
    await killed(two.daemon, "wall-conference:morning")
    await fresh_pictures(two, SITE)
    await two.until_seen({SITE: BOTH})
    await killed(two.daemon, "sound")
    await two.until_heard(BOTH)
    assert await states(two) == {CHAIR: "connected", SITE: "connected"}
    await killed(two.daemon, "ingest-0")
    await fresh_pictures(two, SITE)
    await two.until_seen({SITE: BOTH})

    await killed(two.daemon, "rtc")
    assert set((await states(two)).values()) == {"lost"}
    for number in BOTH:
        await two.peers[number].join()
    await two.until_heard(BOTH)
    await two.until_seen({CHAIR: BOTH, SITE: BOTH})
    assert await states(two) == {CHAIR: "connected", SITE: "connected"}


async def test_a_restarted_daemon_has_the_conference_and_takes_everybody_back(
    site: Site, films: Path
) -> None:
    async with AsyncExitStack() as running:
        daemon = await running.enter_async_context(site.run())
        async with meeting(daemon, films) as here:
            await here.join(CHAIR, "chair")
            await here.join(SITE)
            await here.until_heard(BOTH)
            await here.chair("voice_switched")
            seats = {number: here.peers[number].seat for number in BOTH}
            await here.chair("record")
            await until("some of it is on disk", lambda: recorded(daemon))
            await running.aclose()
    async with site.run() as daemon, meeting(daemon, films) as again:
        whole = (await daemon.get("/recordings"))["items"][-1]
        assert whole["ended_at"] and whole["size"] > 200_000 and whole["fault"] == ""
        roster = await again.desk.roster()
        assert roster["mode"] == "voice_switched" and roster["vacancy"] == "lost"
        assert [one["state"] for one in roster["participants"]] == ["lost", "lost"]
        for number, seat in seats.items():
            person = Person(number, site_name(number))
            again.peers[number] = await again.stack.enter_async_context(Peer(person, seat, films))
            await again.peers[number].join()
        await again.until_heard(BOTH)
        roster = await again.desk.roster()
        assert len(roster["participants"]) == 2 and roster["chair"] == seats[CHAIR].participant
        assert roster["recording"] and len((await daemon.get("/recordings"))["items"]) == 2


async def test_a_recording_has_the_picture_and_all_voices(two: Meeting, tmp_path: Path) -> None:
    await two.until_heard(BOTH)
    await two.until_seen({SITE: BOTH})
    await two.chair("record")
    assert (await two.desk.roster())["recording"]
    going_on = await until("some of it is on disk", lambda: recorded(two.daemon))
    assert going_on["ended_at"] is None and going_on["conference"] == "morning"
    await two.chair("record_end")

    async def over() -> Any:
        (recording,) = (await two.daemon.get("/recordings"))["items"]
        return recording if recording["ended_at"] else None

    recording = await until("it is said to be over", over)
    file = tmp_path / "morning.mkv"
    async with two.daemon.session.get(f"/api/v1/recordings/{recording['id']}") as response:
        assert (response.status, response.content_type) == (200, "video/x-matroska")
        file.write_bytes(await response.read())
    pictures, sound = await asyncio.to_thread(decoded, file)
    assert set(two.scan.people(pictures[-1])) == {CHAIR, SITE}
    levels = {number: level_db(sound, tone_hz(number)) for number in (*BOTH, 3)}
    assert min(levels[CHAIR], levels[SITE]) > max(-60, levels[3] + 20), levels


def decoded(file: Path) -> tuple[list[NDArray[np.uint8]], NDArray[np.float32]]:
    """Return the pictures (luma) and the samples of a recording."""
    with av.open(str(file)) as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    with av.open(str(file)) as container:
        sound = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return [picture.astype(np.uint8) for picture in pictures], np.concatenate(sound).astype(np.float32)


def level_db(samples: NDArray[np.float32], hz: float) -> float:
    """Return how loud a tone is in ``samples`` of 48 kHz, full scale 0: the mean power of stretches of 0.1 s.

    Over all of them together it would cancel itself where a buffer has been filled or drained between two.
    """
    window = np.hanning(4800)
    wave = np.exp(-2j * np.pi * hz * np.arange(4800) / 48_000)
    stretches = samples[: len(samples) // 4800 * 4800].reshape(-1, 4800)
    amplitudes = abs((stretches * window) @ wave) * 2 / window.sum()
    return float(10 * np.log10(np.mean(amplitudes**2) + 1e-18))


async def test_whoever_is_removed_is_out_and_the_end_is_the_end(two: Meeting) -> None:
    await two.chair("remove", SITE)
    assert (await two.line(SITE))["state"] == "removed"
    with pytest.raises(RefusedError, match="you were removed"):
        await two.peers[SITE].join()
    await two.chair("end")
    with pytest.raises(RefusedError, match="is over"):
        await two.peers[CHAIR].join()
    async with two.daemon.session.get("/api/v1/audit?limit=50") as response:
        actions = [line["action"] for line in (await response.json())["items"]]
    assert {"conference.end", "conference.remove", "conference.join", "conference.invite"} <= set(actions)
