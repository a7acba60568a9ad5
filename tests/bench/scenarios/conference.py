"""A conference of twelve sites: what it costs, how late it is, and how soon a leader is in it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from statistics import median

from simulators.conference.eyes import read_code
from simulators.conference.film import age_ms
from simulators.conference.hearing import listen
from simulators.conference.peer import Peer
from simulators.conference.sites import SITES
from simulators.loopfile import cache_root
from tests.bench.browser import find_chromium
from tests.bench.plan import Plan
from tests.bench.proctree import TreeMeter
from tests.bench.quantiles import percentile
from tests.bench.scenarios import Figures, use_figures
from tests.bench.streams import Streams
from tests.bench.subject import Subject, subject
from tests.e2e.callpage import call_page
from tests.e2e.conference import Meeting, meeting

NAME = "conference"
_ID = "bench"
_WALL = f"conference:{_ID}"
_TALKING = (1, 2, 3)
"""As many as are heard at once."""
_MANY = 20
_COUNT_S = 3.0
_MS = 1000.0


async def run(plan: Plan, farm: Streams) -> Figures:
    """Let twelve sites meet and measure; then a browser joins again and again, and others only watch."""
    logging.getLogger("aioice").setLevel(logging.WARNING)  # It tells of every candidate.
    async with subject(farm, 1) as daemon, meeting(daemon.daemon, cache_root(), _ID) as here:
        figures = await _gathered(daemon, here)
        await asyncio.sleep(plan.settle_s)
        figures |= await _twelve(plan, daemon, here, farm)
        if (chromium := find_chromium()) is not None:
            figures |= await _joining(plan, here, chromium)
        for number in range(len(SITES) + 1, _MANY + 1):
            await (await here.invite(number)).watch()
        figures[f"{NAME}.encoders_{_MANY}"] = await _encoders(daemon)
    counts = [figures[f"{NAME}.encoders_{count}"] for count in (1, 5, _MANY)]
    return figures | {f"{NAME}.encoders_added": max(counts) - counts[0]}


async def _gathered(daemon: Subject, here: Meeting) -> Figures:
    """Let all sites join; return how many encoders the first one needs, and five."""
    figures = {}
    for number in range(1, len(SITES) + 1):
        peer = await here.invite(number, "chair" if number == 1 else "site")
        peer.voice.talking = number in _TALKING
        await peer.join()
        if number in (1, 5):
            figures[f"{NAME}.encoders_{number}"] = await _encoders(daemon)
    return figures


async def _encoders(daemon: Subject) -> float:
    """Return how many encoders of the conference's picture are at work: one for each rung that is watched."""
    before = await _encoded(daemon)
    await asyncio.sleep(_COUNT_S)
    return float(sum(count > before.get(head, 0.0) for head, count in (await _encoded(daemon)).items()))


async def _encoded(daemon: Subject) -> dict[str, float]:
    """Return how many pictures each head of the conference has encoded."""
    name = "commandwall_head_encoded_frames_total"
    samples = (await daemon.metrics(name)).samples[name]
    return {labels["head"]: count for labels, count in samples if labels["wall"] == _WALL}


async def _ticks(daemon: Subject) -> tuple[float, float]:
    metrics = await daemon.metrics("commandwall_wall_")
    ticks, late = (f"commandwall_wall_{name}_total" for name in ("ticks", "late_ticks"))
    return metrics.total(ticks, wall=_WALL), metrics.total(late, wall=_WALL)


async def _twelve(plan: Plan, daemon: Subject, here: Meeting, farm: Streams) -> Figures:
    """Return what twelve cost in a window, and how all they sent arrived at all of them."""
    peers = list(here.peers.values())
    ticks, late = await _ticks(daemon)
    meter, farm_meter, begin_s = daemon.meter(), TreeMeter(farm.pid), time.time()
    received = [peer.eyes.pictures_received for peer in peers]
    await asyncio.sleep(plan.window_s)
    window_s, use, farm_use = time.time() - begin_s, meter.read(), farm_meter.read()
    ticks_after, late_after = await _ticks(daemon)
    shown = [peer.eyes.pictures_received - before for peer, before in zip(peers, received, strict=True)]
    figures = use_figures(NAME, use, farm_use)
    figures[f"{NAME}.late_ticks_pct"] = 100 * (late_after - late) / (ticks_after - ticks)
    figures[f"{NAME}.fewest_fps"] = min(shown) / window_s
    return figures | await asyncio.to_thread(_arrived, here, peers, window_s)


def _arrived(here: Meeting, peers: Sequence[Peer], seconds: float) -> Figures:
    """Return gaps and delays of all voices at all listeners, and of pictures at the first one."""
    late_ms: list[float] = []
    gaps_ms: list[float] = []
    twice = 0
    sounds = {peer.person.number: peer.ears.sound(seconds) for peer in peers}
    voices = {}
    for number, sound in sounds.items():
        for talker in set(_TALKING) - {number}:
            heard = listen(sound, here.peers[talker].person.tone_hz)
            voices[number, talker] = heard
            late_ms += [_MS * latency_s for latency_s in heard.latencies_s]
            gaps_ms += [_MS * gap.length_s for gap in heard.gaps]
            twice += not heard.once
    viewer = peers[-1]
    ages_ms = _picture_ages(here, viewer, seconds)
    apart_ms = [
        abs(median(ages_ms[talker]) - _MS * median(voices[viewer.person.number, talker].latencies_s))
        for talker in _TALKING
        if ages_ms.get(talker)
    ]
    all_ages_ms = [age for ages in ages_ms.values() for age in ages]
    return {
        f"{NAME}.gaps": float(len(gaps_ms)),
        f"{NAME}.longest_gap_ms": max(gaps_ms, default=0.0),
        f"{NAME}.missing_packets": float(sum(sound.missing for sound in sounds.values())),
        f"{NAME}.not_heard_once": float(twice),
        **_percentiles("mouth_to_ear", late_ms),
        **_percentiles("glass", all_ages_ms),
        f"{NAME}.lip_sync_ms": max(apart_ms, default=float("nan")),
    }


def _picture_ages(here: Meeting, viewer: Peer, seconds: float) -> dict[int, list[float]]:
    """Return how old the pictures of each participant were when they arrived in the composed one."""
    ages: dict[int, list[float]] = {}
    last: dict[int, int] = {}
    places = None
    for picture in viewer.eyes.pictures(seconds):
        places = places or here.scan.people(picture.luma)
        for number, (x, y, width, height) in places.items():
            code = read_code(picture.luma[y : y + height, x : x + width])
            if code is not None and code.camera == number and last.get(number) != code.value:
                last[number] = code.value
                ages.setdefault(number, []).append(age_ms(number, code.value, picture.arrived_ms))
    return ages


async def _joining(plan: Plan, here: Meeting, chromium: str) -> Figures:
    """Return how long a browser takes from the click to picture and sound, and how old its picture is."""
    leader = await here.invite(len(SITES) + 1, "member")
    pictures_ms, sounds_ms = [], []
    async with call_page(chromium, leader.seat) as page:
        for _ in range(plan.switches):
            picture_ms, sound_ms = await page.join()
            pictures_ms.append(picture_ms)
            sounds_ms.append(sound_ms)
            await page.leave()
        await page.join()
        await asyncio.sleep(plan.settle_s)
        tiles = await here.people_seen(1)
        ages_ms: list[float] = []
        with suppress(TimeoutError):
            ages_ms = await page.ages_ms({number: tiles[number] for number in _TALKING}, plan.glass_s)
        await page.leave()
    del here.peers[leader.person.number]
    return {
        **_percentiles("join_picture", pictures_ms),
        **_percentiles("join_sound", sounds_ms),
        **_percentiles("chromium", ages_ms),
    }


def _percentiles(what: str, samples: Sequence[float]) -> Figures:
    figures = {f"{NAME}.{what}_count": float(len(samples))}
    if samples:
        figures |= {f"{NAME}.{what}_p{percent}_ms": percentile(samples, percent) for percent in (50, 95)}
    return figures
