"""Talking to the street: what people say is heard at the loudspeakers of the farm's cameras."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from simulators.conference.connection import Connection
from simulators.conference.faults import DeviceFaults
from simulators.conference.hearing import levels_db
from simulators.conference.hooks import on_loopback
from simulators.conference.sources import Clock, VoiceSource
from simulators.conference.tones import TONES, tone_hz, voice
from simulators.playback import played
from tests.e2e.conference import meeting, voices_in
from tests.e2e.site import Daemon, Site, cameras, farm, until

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]
OPTIONS = ("--main", "640x360@10:400k", "--sub", "320x180@10:200k")
OFFICER, CITY = 3, 5
_ALL = [tone_hz(number) for number in range(TONES)]


@asynccontextmanager
async def speaking(session: aiohttp.ClientSession, path: str, number: int) -> AsyncIterator[None]:
    """Say the tone of ``number`` into ``path`` (WHIP)."""
    faults = DeviceFaults()
    connection = Connection(session, path, faults.codec)
    connection.send("audio", VoiceSource(voice(number), Clock(), faults))
    await connection.open(None)
    try:
        yield
    finally:
        await connection.close()


async def talk_of(daemon: Daemon, camera: str) -> Any:
    return await daemon.get(f"/cameras/{camera}/talk")


async def until_talk(daemon: Daemon, camera: str, state: str) -> Any:
    """Return what is said at a camera when it is in ``state``."""

    async def reached() -> Any:
        talk = await talk_of(daemon, camera)
        return talk if talk["state"] == state else None

    return await until(f"talking to {camera} is {state}", reached)


async def until_heard(file: Path, number: int) -> None:
    """Wait until a camera's loudspeaker has played just the tone of ``number`` for a second."""

    async def heard() -> bool:
        sound = await asyncio.to_thread(played, file, 1.2)
        levels = await asyncio.to_thread(levels_db, sound.samples, _ALL)
        return voices_in(levels) == {tone_hz(number)}

    await until(f"the loudspeaker says what {number} says", heard)


async def test_what_is_said_is_heard_in_the_street(site: Site, films: Path, tmp_path: Path) -> None:
    on_loopback()
    street = tmp_path / "street"
    street.mkdir()
    async with farm(2, *OPTIONS, "--loudspeakers", str(street)) as base:
        site.cameras = cameras(base, 2)
        async with site.run() as daemon:
            async with speaking(daemon.session, "/whip/cameras/cam-1", OFFICER):
                talk = await until_talk(daemon, "cam-1", "talking")
                assert (talk["can_talk"], talk["conference"]) == (True, "")
                await until_heard(street / "0001.wav", OFFICER)
            await until_talk(daemon, "cam-1", "idle")
            async with meeting(daemon, films) as here:
                city = await here.invite(CITY)
                headers = {"Authorization": f"Bearer {city.seat.token}"}
                async with (
                    aiohttp.ClientSession(city.seat.url, headers=headers) as session,
                    speaking(session, f"/whip/conferences/morning/{city.seat.participant}", CITY),
                ):
                    status, talk = await daemon.put("/cameras/cam-2/talk", {"conference": "morning"})
                    assert (status, talk["conference"]) == (200, "morning")
                    await until_heard(street / "0002.wav", CITY)
                await here.chair("end")
                await until_talk(daemon, "cam-2", "idle")
