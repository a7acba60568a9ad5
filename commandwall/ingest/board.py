"""The board of a worker: the tiles it paints, and the decoders that feed them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator

from commandwall.base.clock import NS_PER_S, monotonic_ns, monotonic_s
from commandwall.base.errors import ProtocolError
from commandwall.ingest.costs import FPS_GUESS, KEY_INTERVAL_GUESS_S, Cost, CostBook
from commandwall.ingest.feed import Feed
from commandwall.ingest.feed_set import FeedSet
from commandwall.ingest.ladder import FULL_COST, Demand, Limits, decide, deserved
from commandwall.ingest.pool import DecodePool
from commandwall.ingest.stillness import Stillness
from commandwall.ingest.stream_decoder import StreamDecoder
from commandwall.ingest.tile import Tile
from commandwall.ipc.decoding import DecodeBudget, FeedCost, TileFigures, TileReport
from commandwall.ipc.messages import ShowTiles, TileSpec
from commandwall.ipc.slots import Arena
from commandwall.media.park import DecoderPark
from commandwall.model.access_unit import AccessUnit
from commandwall.model.camera import StreamName, feed_id
from commandwall.model.wall import DecodeLevel

log = logging.getLogger(__name__)

KEY_SOON_S = 0.3
"""With the next key frame due within this time, it is waited for instead of catching up: a group
that is nearly complete is the dearest to go through, and the soonest to be worthless."""
_NEWS = 0.05
"""A cost that has changed by this part of itself is told anew."""
WARM_S = 8.0
"""How long a feed is decoded ahead of being shown: longer than tours and the schedule tell ahead."""
_AFTER_ALL = -1.0
"""The importance of what nobody sees yet."""


class Board:
    """Paints the tiles of all walls from the feeds of this worker. Belongs to the event loop.

    A feed has one decoder, however many tiles show it. A tile that deserves ``main`` is bound to
    ``sub`` as well until ``main`` has given it a picture. What all of them may cost is said by
    :meth:`afford`; ``budget_cores`` until then.
    """

    def __init__(
        self,
        feeds: FeedSet,
        pool: DecodePool,
        budget_cores: float,
        report: Callable[[TileReport], None],
        park: DecoderPark,
    ) -> None:
        self._feeds = feeds
        self._pool = pool
        feeds.time_lots(pool.take_longest_ns)
        self._limits = Limits(budget_cores, budget_cores)
        self._report = report
        self._park = park
        self._costs = CostBook()
        self._told: dict[str, Cost] = {}
        self._walls: dict[str, dict[tuple[str, int], Tile]] = {}
        self._rates: dict[str, int] = {}
        self._arenas: dict[str, Arena] = {}
        self._decoders: dict[str, StreamDecoder] = {}
        self._painted: dict[Tile, int] = {}
        self._decoded_before = self._skipped_before = 0
        self._warm: dict[str, float] = {}
        self._stillness: dict[str, Stillness] = {}

    def afford(self, budget: DecodeBudget) -> None:
        """Keep within ``budget`` from the next decision on: within a second, and for the next tiles."""
        self._limits = Limits(budget.keep_cores, budget.take_cores)

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
        self._rates[message.wall] = message.fps if tiles else 0
        self._feeds.follow_wall(max(self._rates.values()))
        used = {tile.spec.arena for tile in self._tiles()}
        self._arenas = {path: arena for path, arena in self._arenas.items() if path in used}
        self._bind()

    def warm(self, names: Iterable[str]) -> None:
        """Decode those of the feeds ``names`` that come anyway, for a while, as far as there is room for it.

        Nothing of them is shown.
        """
        until_s = monotonic_s() + WARM_S
        coming = {feed.spec.id for feed in self._feeds if feed.live and not feed.spec.on_demand}
        self._warm.update((name, until_s) for name in names if name in coming)
        self._bind()

    async def govern(self) -> None:
        """Adjust rungs and report, once a second. One task runs this for ever."""
        at_s, busy_s = monotonic_s(), self._pool.busy_s
        while True:
            await asyncio.sleep(1.0)
            before_s, before_busy_s = at_s, busy_s
            at_s, busy_s = monotonic_s(), self._pool.busy_s
            cores = (busy_s - before_busy_s) / (at_s - before_s)
            lag_s, catching_up = self._pool.take_lag_s(), self._pool.catching_up
            self._bind()
            there = {feed.spec.id for feed in self._feeds}
            self._stillness = {name: seen for name, seen in self._stillness.items() if name in there}
            self._park.thin_out()
            figures = tuple(self._figures(at_s - before_s))
            self._report(
                TileReport(
                    figures,
                    round(cores, 3),
                    round(lag_s, 4),
                    catching_up,
                    self._news(),
                    self._decoded_before + sum(decoder.decoded for decoder in self._decoders.values()),
                    self._skipped_before + sum(decoder.skipped for decoder in self._decoders.values()),
                )
            )

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
        now_s = monotonic_s()
        # What is shown by now was told ahead for that, and is not decoded on when it is shown no more.
        self._warm = {
            name: until_s for name, until_s in self._warm.items() if until_s > now_s and name not in wanted
        }
        wanted.update((name, []) for name in self._warm)
        for name in self._decoders.keys() - wanted.keys():
            self._stop(name)
        feeds = {feed.spec.id: feed for feed in self._feeds if feed.spec.id in wanted}
        demands = self._demands(feeds.values(), wanted)
        levels = decide(demands, self._limits)
        for demand in demands:
            name, level = demand.feed, levels[demand.feed]
            feed, tiles = feeds[name], tuple(wanted[name])
            decoder = self._decoders.get(name)
            if decoder is None:
                self._start(feed, tiles, level)
                continue
            ahead = not decoder.tiles
            if decoder.level is not level:
                decoder.set_level(level)
            _tell(decoder, feed)
            decoder.show(tiles)
            if ahead and level is not DecodeLevel.KEY:
                decoder.follow(*self._group(feed))  # It may have had key frames only.

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

    def _demands(self, feeds: Iterable[Feed], wanted: dict[str, list[Tile]]) -> list[Demand]:
        """Return what the ladder must know of every one of ``feeds``, and the tiles that want it."""
        demands = []
        for feed in feeds:
            name = feed.spec.id
            decoder = self._decoders.get(name)
            pixels = feed.info.width * feed.info.height
            if decoder is not None:
                self._learn(decoder, pixels)
                decoder.epoch_ns = feed.clock.epoch_ns
            demands.append(self._demand(feed, wanted[name], decoder, pixels))
        return demands

    def _learn(self, decoder: StreamDecoder, pixels: int) -> None:
        """Take over what a decoder has measured, once it has."""
        if decoder.key_cost_s and decoder.frame_cost_s:
            deblocking = FULL_COST if decoder.level is DecodeLevel.FULL else 1.0
            cost = Cost(decoder.key_cost_s / deblocking, decoder.frame_cost_s / deblocking)
            self._costs.learn(decoder.feed, cost, pixels)

    def _demand(self, feed: Feed, tiles: list[Tile], decoder: StreamDecoder | None, pixels: int) -> Demand:
        cost = self._costs.cost(feed.spec.id, pixels)
        return Demand(
            feed=feed.spec.id,
            wanted=deserved((tile.spec.width / tile.spec.crop.width for tile in tiles), feed.info.width),
            current=decoder.level if decoder is not None else DecodeLevel.OFF,
            importance=max((tile.spec.importance for tile in tiles), default=_AFTER_ALL),
            fps=1 / feed.meter.interval_s if feed.meter.interval_s else FPS_GUESS,
            key_fps=1 / (feed.meter.key_interval_s or KEY_INTERVAL_GUESS_S),
            frame_cost_s=cost.frame_s,
            key_cost_s=cost.key_s,
            least=DecodeLevel.KEY if self._has_keys(feed) else DecodeLevel.NODEBLOCK,
        )

    @staticmethod
    def _has_keys(feed: Feed) -> bool:
        """Return whether key frames alone show ``feed``: people and screens send them when they are asked."""
        return feed.spec.bus is None and not feed.meter.keyless(monotonic_ns())

    def _start(self, feed: Feed, tiles: tuple[Tile, ...], level: DecodeLevel) -> None:
        name, talk = feed.spec.id, feed.spec.bus is not None
        stillness = self._stillness.setdefault(name, Stillness())
        decoder = StreamDecoder(
            self._pool, name, feed.spec.stream, level, self._park, talk=talk, stillness=stillness
        )
        _tell(decoder, feed)
        self._decoders[name] = decoder
        decoder.show(tiles)
        self._feeds.attach(name, decoder)
        decoder.epoch_ns = feed.clock.epoch_ns
        decoder.begin(*self._group(feed))

    def _group(self, feed: Feed) -> tuple[list[AccessUnit], bool]:
        """Return what a decoder is to go through first, and whether that reaches the newest picture."""
        units, whole = feed.gop.units(), feed.gop.whole
        due_s = feed.meter.key_due_s(monotonic_ns())
        if due_s is not None and 0 < due_s < KEY_SOON_S:
            units, whole = units[:1], len(units) == 1
        return units, whole

    def _stop(self, name: str) -> None:
        decoder = self._decoders.pop(name)
        decoder.close()
        self._decoded_before += decoder.decoded
        self._skipped_before += decoder.skipped
        self._feeds.detach(name, decoder)

    def _news(self) -> tuple[FeedCost, ...]:
        """Return the costs of shown feeds that are others than told before."""
        news = []
        for name in self._decoders:
            cost = self._costs.known(name)
            if cost is not None and _differs(cost, self._told.get(name)):
                self._told[name] = cost
                news.append(FeedCost(name, round(cost.key_s, 6), round(cost.frame_s, 6)))
        return tuple(news)

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


def _differs(cost: Cost, told: Cost | None) -> bool:
    return told is None or any(
        abs(now_s - told_s) > _NEWS * told_s for now_s, told_s in zip(cost, told, strict=True)
    )


def _tell(decoder: StreamDecoder, feed: Feed) -> None:
    """Say how far the frames of ``feed`` are apart, and when the newest one came, if they come still."""
    period_ns = round(NS_PER_S * (feed.meter.gap_s or 1 / FPS_GUESS))
    decoder.expect(period_ns, feed.meter.last_ns if feed.live else 0)
