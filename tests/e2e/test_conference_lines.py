"""Bad lines, broken devices and bad manners: one suffers, and nobody else notices."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

import pytest

from simulators.conference.connection import RefusedError
from simulators.conference.faults import NAMED, Faults, NetworkFaults
from simulators.conference.hearing import Heard, listen
from simulators.conference.sound import Sound
from simulators.conference.tones import SAMPLE_RATE, tone_hz
from tests.e2e.conference import Meeting, meeting
from tests.e2e.site import Site, until

pytestmark = [pytest.mark.timeout(180), pytest.mark.blocks_loop]
LISTENER, BESIDE, BAD = 1, 2, 3
RECOVERED_S = 0.5
TROUBLE_S = 6.0


@pytest.fixture
async def here(site: Site, films: Path) -> AsyncIterator[Meeting]:
    """Run a conference of which two have joined."""
    async with site.run() as daemon, meeting(daemon, films) as opened:
        await opened.join(LISTENER, "chair")
        await opened.join(BESIDE)
        await opened.until_heard({LISTENER: {BESIDE}, BESIDE: {LISTENER}})
        yield opened


async def recorded(here: Meeting, since_s: float, seconds: float) -> Sound:
    """Return what the listener got from ``since_s`` (UTC) on, when it is ``seconds`` long."""
    ears = here.peers[LISTENER].ears

    async def enough() -> bool:
        packets = ears.since(since_s)
        return bool(packets) and packets[-1].arrived_s - since_s > seconds

    await until(f"{seconds} s are recorded", enough)
    return ears.sound_since(since_s)


def heard_of(sound: Sound, number: int) -> Heard:
    """Return how the voice of a participant was heard."""
    return listen(sound, tone_hz(number))


async def test_a_bad_line_is_nobody_elses_and_is_forgotten(here: Meeting) -> None:
    bad = await here.join(BAD, faults=Faults())
    await here.until_heard({LISTENER: {BESIDE, BAD}, BESIDE: {LISTENER, BAD}})
    quiet = heard_of(await recorded(here, time.time(), 2.0), BESIDE)

    begun_s = time.time()
    bad.up.faults = bad.down.faults = NAMED["bad-line"].network
    await recorded(here, begun_s, TROUBLE_S)
    ended_s = time.time()
    bad.up.faults = bad.down.faults = NetworkFaults()
    sound = await recorded(here, begun_s, ended_s - begun_s + 3.0)

    assert bad.up.lost > 20
    beside = heard_of(sound, BESIDE)
    assert (beside.gaps, beside.once, sound.missing) == ((), True, 0)
    assert median(beside.latencies_s) == pytest.approx(median(quiet.latencies_s), abs=0.01)
    late = [sound.heard_s(gap.at_s * SAMPLE_RATE) - ended_s for gap in heard_of(sound, BAD).gaps]
    assert max(late, default=0.0) <= RECOVERED_S


@pytest.mark.parametrize("name", ["fast-clock", "slow-clock", "reordering"])
async def test_a_strange_device_is_heard_without_gaps(here: Meeting, name: str) -> None:
    await here.join(BAD, faults=NAMED[name])
    await here.until_heard({LISTENER: {BESIDE, BAD}})
    sound = await recorded(here, time.time(), 8.0)
    assert (heard_of(sound, BAD).gaps, heard_of(sound, BESIDE).gaps) == ((), ())


async def test_garbage_does_nobody_harm(here: Meeting) -> None:
    await here.join(BAD, faults=NAMED["garbage"])
    sound = await recorded(here, time.time(), 6.0)
    assert (heard_of(sound, BESIDE).gaps, sound.missing) == ((), 0)
    assert (await here.line(BAD))["state"] == "connected"


async def test_a_slow_one_slows_nobody(here: Meeting) -> None:
    await here.join(BAD, faults=NAMED["slow-cpu"])
    await here.until_heard({LISTENER: {BESIDE, BAD}})
    sound = await recorded(here, time.time(), 6.0)
    assert heard_of(sound, BESIDE).gaps == ()


async def test_one_without_a_codec_gets_a_word_and_the_call_goes_on(here: Meeting) -> None:
    poor = await here.invite(BAD, faults=NAMED["no-codec"])
    with pytest.raises(RefusedError, match=r"H\.264") as refused:
        await poor.send()
    assert refused.value.status == 422
    line = await here.line(BAD)
    assert "H.264" in line["reason"]
    assert line["reason_zh"] != line["reason"]
    await here.until_heard({LISTENER: {BESIDE}, BESIDE: {LISTENER}})
