"""The board of a worker: the tiles it paints, and the decoders that feed them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator

from commandwall.base.clock import NS_PER_S, monotonic_ns, monotonic_s
from commandwall.base.errors import ProtocolError
from commandwall.ingest.costs import CostBook
from commandwall.ingest.feed import Feed
from commandwall.ingest.feed_set import FeedSet
from commandwall.ingest.ladder import Budget, Demand, decide
from commandwall.ingest.pool import DecodePool
from commandwall.ingest.stream_decoder import StreamDecoder
from commandwall.ingest.tile import Tile
from commandwall.ipc.messages import ShowTiles, TileFigures, TileReport, TileSpec
from commandwall.ipc.slots import Arena
from commandwall.model.camera import StreamName, feed_id
from commandwall.model.wall import DecodeLevel

log = logging.getLogger(__name__)

FULL_FROM = 0.8
"""A tile at least this wide, as a part of the width of the picture in it, is worth deblocking."""
KEY_SOON_S = 0.3
"""With the next key frame due within this time, it is waited for instead of catching up: a group
that is nearly complete is the dearest to go through, and the soonest to be worthless."""
_FPS_GUESS, _KEY_INTERVAL_GUESS_S = 25.0, 2.0


class Board:
    """Paints the tiles of all walls from the feeds of this worker. Belongs to the event loop.

    A feed has one decoder, however many tiles show it. A tile that deserves ``main`` is bound to
    ``sub`` as well until ``main`` has given it a picture.
    """

    def __init__(
        self, feeds: FeedSet, pool: DecodePool, budget_cores: float, report: Callable[[TileReport], None]
    ) -> None:
        self._feeds = feeds
        self._pool = pool
        self._budget = Budget(budget_cores)
        self._report = report
        self._costs = CostBook()
        self._walls: dict[str, dict[tuple[str, int], Tile]] = {}
        self._arenas: dict[str, Arena] = {}
        self._decoders: dict[str, StreamDecoder] = {}
        self._painted: dict[Tile, int] = {}
        self._decoded_before = 0

    def show(self, message: ShowTiles) -> None:
        """Replace the tiles of a wall; what did not change goes on undisturbed."""
        known = self._walls.get(message.wall, {})
        tiles: dict[tuple[str, int], Tile] = {}
        for spec in message.tiles:
            place = (spec.arena, spec.index)
            tile = known.get(place)
            if tile is None or not tile.take_over(spec):
                tile = self._new_tile(spec)
            if tile is not None:
                tiles[place] = tile
        self._walls[message.wall] = tiles
        used = {tile.spec.arena for tile in self._tiles()}
        self._arenas = {path: arena for path, arena in self._arenas.items() if path in used}
        self._bind()

    async def govern(self) -> None:
        """Adjust rungs and report, once a second. One task runs this for ever."""
        at_s, busy_s = monotonic_s(), self._pool.busy_s
        while True:
            await asyncio.sleep(1.0)
            before_s, before_busy_s = at_s, busy_s
            at_s, busy_s = monotonic_s(), self._pool.busy_s
            cores = (busy_s - before_busy_s) / (at_s - before_s)
            self._budget.measured(self._pool.take_lag_s(), catching_up=self._pool.catching_up)
            self._bind()
            figures = tuple(self._figures(at_s - before_s))
            self._report(TileReport(figures, round(cores, 3), self._decoded()))

    def _tiles(self) -> Iterator[Tile]:
        for tiles in self._walls.values():
            yield from tiles.values()

    def _new_tile(self, spec: TileSpec) -> Tile | None:
        arena = self._arenas.get(spec.arena)
        if arena is None:
            try:
                arena = self._arenas[spec.arena] = Arena(spec.arena)
            except ProtocolError as error:
                log.warning("cell %s, %s: %s", spec.cell, spec.source, error)
                return None
        return Tile(spec, arena)

    def _bind(self) -> None:
        """Have a decoder for every feed that a tile needs, at its rung, and no other."""
        wanted: dict[str, list[Tile]] = {}
        for tile in self._tiles():
            for feed in self._sources(tile):
                wanted.setdefault(feed.spec.id, []).append(tile)
        for name in self._decoders.keys() - wanted.keys():
            self._stop(name)
        demands = self._demands(wanted)
        levels = decide(demands, self._budget.cores)
        for demand in demands:
            name, level = demand.feed, levels[demand.feed]
            tiles, period_ns = tuple(wanted[name]), _period_ns(demand, level)
            decoder = self._decoders.get(name)
            if decoder is None:
                self._start(name, tiles, level, period_ns)
                continue
            decoder.period_ns = period_ns
            if decoder.level is not level:
                decoder.set_level(level)
            decoder.show(tiles)

    def _sources(self, tile: Tile) -> list[Feed]:
        """Return the feeds that ``tile`` is to be painted from now."""
        spec = tile.spec
        best = self._feeds.find(spec.source.owner, spec.stream)
        main = spec.stream is StreamName.MAIN
        other = self._feeds.find(spec.source.owner, StreamName.SUB if main else StreamName.MAIN)
        if best is None or other is None or not main:
            return [feed for feed in (best or other,) if feed is not None]
        if tile.settled:
            if best.live:
                return [best]
            tile.unsettle()
        return [other, best]

    def _demands(self, wanted: dict[str, list[Tile]]) -> list[Demand]:
        """Return what the ladder must know of every feed in ``wanted``."""
        demands = []
        for feed in self._feeds:
            name = feed.spec.id
            if name not in wanted:
                continue
            decoder = self._decoders.get(name)
            pixels = feed.info.width * feed.info.height
            if decoder is not None:
                self._costs.learn(decoder, pixels)
                decoder.epoch_ns = feed.clock.epoch_ns
            demands.append(self._demand(feed, wanted[name], decoder, pixels))
        return demands

    def _demand(self, feed: Feed, tiles: list[Tile], decoder: StreamDecoder | None, pixels: int) -> Demand:
        shown = max(tile.spec.width / tile.spec.crop.width for tile in tiles)
        large = shown >= FULL_FROM * feed.info.width and feed.info.width
        cost = self._costs.cost(feed.spec.id, pixels)
        return Demand(
            feed=feed.spec.id,
            wanted=DecodeLevel.FULL if large else DecodeLevel.NODEBLOCK,
            current=decoder.level if decoder is not None else DecodeLevel.NODEBLOCK,
            importance=max(tile.spec.importance for tile in tiles),
            fps=1 / feed.meter.interval_s if feed.meter.interval_s else _FPS_GUESS,
            key_fps=1 / (feed.meter.key_interval_s or _KEY_INTERVAL_GUESS_S),
            frame_cost_s=cost.frame_s,
            key_cost_s=cost.key_s,
            least=DecodeLevel.NODEBLOCK if feed.meter.keyless(monotonic_ns()) else DecodeLevel.KEY,
        )

    def _start(self, name: str, tiles: tuple[Tile, ...], level: DecodeLevel, period_ns: int) -> None:
        decoder = StreamDecoder(self._pool, name, StreamName(name.rpartition("/")[2]), level)
        decoder.period_ns = period_ns
        self._decoders[name] = decoder
        decoder.show(tiles)
        feed = self._feeds.attach(name, decoder)
        decoder.epoch_ns = feed.clock.epoch_ns
        units, whole = feed.gop.units(), feed.gop.whole
        due_s = feed.meter.key_due_s(monotonic_ns())
        if due_s is not None and 0 < due_s < KEY_SOON_S:
            units, whole = units[:1], len(units) == 1
        decoder.begin(units, whole=whole)

    def _stop(self, name: str) -> None:
        decoder = self._decoders.pop(name)
        decoder.close()
        self._decoded_before += decoder.decoded
        self._feeds.detach(name, decoder)

    def _decoded(self) -> int:
        return self._decoded_before + sum(decoder.decoded for decoder in self._decoders.values())

    def _figures(self, seconds: float) -> Iterator[TileFigures]:
        painted = self._painted
        self._painted = {}
        for wall, tiles in self._walls.items():
            for tile in tiles.values():
                spec = tile.spec
                count = self._painted[tile] = tile.painted
                stream = tile.shown or spec.stream
                decoder = self._decoders.get(feed_id(spec.source.owner, stream))
                level = decoder.level if decoder is not None else DecodeLevel.OFF
                fps = (count - painted.get(tile, 0)) / seconds
                yield TileFigures(wall, spec.cell, stream, level, round(fps, 2), count)


def _period_ns(demand: Demand, level: DecodeLevel) -> int:
    """Return how long to the next picture at ``level``, in ns."""
    rate = demand.key_fps if level is DecodeLevel.KEY else demand.fps
    return round(NS_PER_S / rate)
