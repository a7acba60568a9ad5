"""``commandwall probe`` names what it bears: cameras of the zoo that are received all the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml

from commandwall.base.errors import CommandwallError
from commandwall.cli.probe import Finding, watch_stream
from commandwall.rtp.quirks import Quirk
from commandwall.rtsp.client import StreamRequest
from tests.e2e.site import farm

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]

BORNE = {
    "options-not-known": {Quirk.OPTIONS_REFUSED},
    "no-content-type": {Quirk.NO_CONTENT_TYPE},
    "content-base-without-scheme": {Quirk.BASE_WITHOUT_SCHEME},
    "trailing-spaces": {Quirk.LINE_ENDS},
    "unknown-attributes": {Quirk.STRANGE_LINES},
    "no-control": {Quirk.NO_CONTROL},
    "absolute-control": {Quirk.ABSOLUTE_CONTROL},
    "control-with-slash": {Quirk.CONTROL_WITH_SLASH},
    "no-parameter-sets-in-sdp": {Quirk.NO_PARAMETER_SETS},
    "no-fmtp": {Quirk.NO_PARAMETER_SETS},
    "session-id-changes": {Quirk.SESSION_CHANGES},
    "no-marker-bits": {Quirk.NO_MARKERS},
    "marker-bit-on-every-slice": {Quirk.EXTRA_MARKERS},
    "empty-fragments": {Quirk.EMPTY_PAYLOADS},
    "start-codes-in-rtp": {Quirk.START_CODES},
    "parameter-sets-with-trailing-bytes": {Quirk.TRAILING_BYTES},
    "no-content-base": set(),
    "b-frames": set(),
}


async def probed(request: StreamRequest) -> Finding:
    """Return what a camera turns out to be, once its pictures are encoded."""
    while True:
        try:
            return await watch_stream(request, 6)
        except CommandwallError:
            await asyncio.sleep(0.5)


async def test_what_is_borne_is_named_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(yaml.safe_dump([{"cameras": n, "scenario": name} for n, name in enumerate(BORNE, 1)]))
    options = ("--faults", str(file), "--sub", "320x180@10:256k", "--cache", str(tmp_path))
    async with farm(len(BORNE), *options) as base:
        requests = [StreamRequest(f"{base}/cam/{n:04}/sub") for n in range(1, len(BORNE) + 1)]
        found = await asyncio.gather(*(probed(request) for request in requests))
    told = {
        name: {quirk for quirk in Quirk if quirk in each.quirks}
        for name, each in zip(BORNE, found, strict=True)
    }
    assert told == BORNE
    assert {quirk for quirks in BORNE.values() for quirk in quirks} == set(Quirk)
