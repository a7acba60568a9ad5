from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np

from commandwall.ingest.stillness import SEEN_CHANGED_NS, Stillness
from commandwall.ingest.tile import Tile
from commandwall.media.decoder import DecodedPicture
from commandwall.model.access_unit import AccessUnit
from tests.unit.ingest.bench import Bench, MakeCanvas, decoder_on, one_tile
from tests.unit.media.streams import stream

LATER = 2 * SEEN_CHANGED_NS


def drawn(arrival_ns: int, luma: int, width: int = 128) -> DecodedPicture:
    """Return a picture that is as light as ``luma`` in one corner."""
    y = np.full((96, width), 90, np.uint8)
    y[:4, :4] = luma
    unit = AccessUnit(b"", 0, True, False, arrival_ns)
    return cast("DecodedPicture", SimpleNamespace(unit=unit, width=width, height=96, luma=lambda: y))


def test_the_time_of_the_last_change_stays_while_the_content_does() -> None:
    stillness = Stillness()
    seen = [
        stillness.see(drawn(at, luma))
        for at, luma in ((0, 20), (LATER, 20), (2 * LATER, 21), (2 * LATER + 1, 22), (3 * LATER, 21))
    ]
    assert seen == [0, 0, 2 * LATER, 2 * LATER, 2 * LATER]
    assert stillness.see(drawn(4 * LATER, 21, width=256)) == 4 * LATER, "another size is another picture"


def test_a_picture_that_stands_still_does_so_in_the_next_tile(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    key, *_ = stream()
    decoder = decoder_on(bench, tile)
    for later_ns in (0, LATER):
        decoder.push(replace(key, arrival_ns=key.arrival_ns + later_ns))
        bench.drain()
    other = canvas((64, 48))
    decoder.show((Tile(other.tile(), other.arena),))
    bench.drain()
    assert other.info().arrival_ns == key.arrival_ns + LATER
    assert wall.info().changed_ns == other.info().changed_ns == key.arrival_ns
