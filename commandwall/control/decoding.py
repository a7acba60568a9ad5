"""What decoding costs on all walls, what it may cost, and how the ingest workers share that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from commandwall.base.clock import monotonic_s
from commandwall.control.cores import Cores
from commandwall.control.crew import Crew
from commandwall.control.documents import BudgetDocument
from commandwall.control.governor import Governor, Second
from commandwall.ingest.costs import FPS_GUESS, KEY_INTERVAL_GUESS_S, Cost, CostBook
from commandwall.ingest.ladder import Demand, decide, deserved
from commandwall.ipc.decoding import DecodeBudget, TileReport
from commandwall.ipc.messages import FeedFigures, ShowTiles, TileSpec
from commandwall.model.camera import feed_id
from commandwall.model.source import SourceKind
from commandwall.model.wall import DecodeLevel

_SHARE_WEIGHT = 0.3


class Decoding:
    """The ledger of decoding. Belongs to the control plane's event loop.

    The cores are shared by all workers, and their tiles compete: who gets what is reckoned for all of
    them as if there were one ladder, and each worker gets as much as its tiles come to in that. Without a
    ``crew`` all cores can decode at once.
    """

    def __init__(self, cores: Cores, crew: Crew | None = None) -> None:
        self._machine = cores
        self._governor = Governor(crew.busy_cores(cores.count) if crew else cores.count)
        self._costs = CostBook()
        self._feeds: dict[str, FeedFigures] = {}
        self._shown: dict[str, ShowTiles] = {}
        self._levels: dict[str, DecodeLevel] = {}
        self._reports: dict[str, TileReport] = {}
        self._heard: set[str] = set()
        self._at_s = monotonic_s()
        self._late: dict[str, int] = {}
        self._late_before: dict[str, int] = {}
        self._used = 0.0

    @property
    def cores(self) -> float:
        """What decoding may use now, in cores."""
        return self._governor.cores

    @property
    def used(self) -> float:
        """What it uses, in cores, over the last few seconds."""
        return self._used

    @property
    def share(self) -> float:
        """The part of the budget that is used."""
        return self._used / self._governor.cores

    def shows(self, shown: ShowTiles) -> None:
        """Take in what a wall shows from now on."""
        if shown.tiles:
            self._shown[shown.wall] = shown
        else:
            self._shown.pop(shown.wall, None)
            self._late.pop(shown.wall, None)
        feeds = {
            feed_id(tile.source.owner, tile.stream) for show in self._shown.values() for tile in show.tiles
        }
        self._levels = {feed: level for feed, level in self._levels.items() if feed in feeds}

    def heard_feeds(self, feeds: Iterable[FeedFigures]) -> None:
        """Take in the figures of open feeds."""
        self._feeds.update((figures.id, figures) for figures in feeds)

    def heard_ticks(self, wall: str, late_ticks: int) -> None:
        """Take in how many ticks of ``wall`` were late since its process started."""
        self._late[wall] = late_ticks

    def heard_tiles(self, worker: str, report: TileReport) -> bool:
        """Take in what a worker decodes; return whether a second is over, and budgets are others now."""
        for cost in report.costs:
            figures = self._feeds.get(cost.feed)
            pixels = figures.width * figures.height if figures else 0
            self._costs.learn(cost.feed, Cost(cost.key_s, cost.frame_s), pixels)
        owners = {
            (shown.wall, tile.cell): tile.source.owner
            for shown in self._shown.values()
            for tile in shown.tiles
        }
        for tile in report.tiles:
            owner = owners.get((tile.wall, tile.cell))
            if owner is not None:
                self._levels[feed_id(owner, tile.stream)] = tile.decode
        over = worker in self._heard
        if over:
            self._end_second()
        self._heard.add(worker)
        self._reports[worker] = report
        return over

    def lost(self, worker: str) -> None:
        """Forget what a worker uses that is gone."""
        self._reports.pop(worker, None)

    def budgets(self, home: Callable[[str], str | None], workers: Sequence[str]) -> dict[str, DecodeBudget]:
        """Return each worker's part, by what its tiles come to; ``home`` names who has a feed's owner."""
        demands = self._demands(self._shown)
        limits = self._governor.limits
        levels = decide(demands, limits)
        self._levels = levels | self._levels
        loads = dict.fromkeys(workers, 0.0)
        for demand in demands:
            worker = home(demand.feed.rpartition("/")[0])
            if worker is not None:
                loads[worker] += demand.load(levels[demand.feed])
        whole = sum(loads.values())
        parts = {worker: load / whole if whole else 1 / len(loads) for worker, load in loads.items()}
        return {
            worker: DecodeBudget(round(part * limits.keep, 4), round(part * limits.take, 4))
            for worker, part in parts.items()
        }

    def predict(self, wall: str, tiles: Sequence[TileSpec]) -> BudgetDocument:
        """Return what it would come to if ``wall`` showed ``tiles``, and all other walls what they do."""
        demands = self._demands(self._shown | {wall: ShowTiles(wall, tuple(tiles))})
        levels = decide(demands, self._governor.limits)
        load = sum(demand.load(levels[demand.feed]) for demand in demands)
        return budget_document(
            (levels[feed_id(tile.source.owner, tile.stream)] for tile in tiles), load / self._governor.cores
        )

    def _demands(self, shown: Mapping[str, ShowTiles]) -> list[Demand]:
        tiles_of: dict[str, list[TileSpec]] = {}
        for show in shown.values():
            for tile in show.tiles:
                tiles_of.setdefault(feed_id(tile.source.owner, tile.stream), []).append(tile)
        return [self._demand(feed, tiles) for feed, tiles in tiles_of.items()]

    def _demand(self, feed: str, tiles: list[TileSpec]) -> Demand:
        figures = self._feeds.get(feed)
        width, height = (figures.width, figures.height) if figures else (0, 0)
        cost = self._costs.cost(feed, width * height)
        key_interval_s = figures.keyframe_interval_s if figures else 0.0
        camera = tiles[0].source.kind is SourceKind.CAMERA  # Others send key frames only when they are asked.
        return Demand(
            feed=feed,
            wanted=deserved((tile.width / tile.crop.width for tile in tiles), width),
            current=self._levels.get(feed, DecodeLevel.OFF),
            importance=max(tile.importance for tile in tiles),
            fps=figures.fps if figures else FPS_GUESS,
            key_fps=1 / (key_interval_s or KEY_INTERVAL_GUESS_S),
            frame_cost_s=cost.frame_s,
            key_cost_s=cost.key_s,
            least=DecodeLevel.KEY if camera else DecodeLevel.NODEBLOCK,
        )

    def _end_second(self) -> None:
        """Let the governor know what was measured since this was called last."""
        before_s, self._at_s = self._at_s, monotonic_s()
        reports = self._reports.values()
        used = sum(report.decode_cores for report in reports)
        late = (count - self._late_before.get(wall, count) for wall, count in self._late.items())
        self._governor.measured(
            Second(
                used,
                self._machine.take_spare_s() / (self._at_s - before_s),
                max((report.lag_s for report in reports), default=0.0),
                max(late, default=0),
                any(report.catching_up for report in reports),
            )
        )
        self._used += (used - self._used) * _SHARE_WEIGHT
        self._late_before = dict(self._late)
        self._heard.clear()


def budget_document(levels: Iterable[DecodeLevel], share: float) -> BudgetDocument:
    """Return how many tiles are at each rung, beside the part of the budget that all walls take."""
    rungs = Counter(levels)
    return BudgetDocument(
        tiles=rungs.total(),
        budget_share=round(share, 3),
        key_only=rungs[DecodeLevel.KEY],
        nodeblock=rungs[DecodeLevel.NODEBLOCK],
        full=rungs[DecodeLevel.FULL],
    )
