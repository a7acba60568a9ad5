"""A stage: one arrangement of a wall, ready to be drawn, and its truth.

It is built outside the tick (text is drawn, memory mapped) and taken over by it whole, so that all
tiles of a layout change in the same tick.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.base.errors import InvalidError, ProtocolError
from commandwall.compose.alignment import AlignedShelf, Alignment
from commandwall.compose.canvas import Canvas
from commandwall.compose.captions import Captions, Dressing
from commandwall.compose.dissolve import Dissolve
from commandwall.compose.faces import Faces, Look
from commandwall.compose.shelf import USUAL_TICK_NS, Shelf
from commandwall.compose.stacking import Stacking
from commandwall.compose.tile import Tile
from commandwall.compose.truth import CONNECTING, DEAD_NS, STATES, Codes, Times, Truth
from commandwall.compose.words import Words
from commandwall.ipc.messages import Arrange, SourceState, WallTile
from commandwall.ipc.slots import Arena, SlotFlag
from commandwall.model.camera import FeedState
from commandwall.model.reason import ReasonCode
from commandwall.model.rect import Rect
from commandwall.model.source import SourceKind
from commandwall.model.wall import TileState

log = logging.getLogger(__name__)

_DEAD = (FeedState.LOST, FeedState.REFUSED, FeedState.DISABLED)
_REDRAWS = 3
_NS_PER_MS = 1_000_000
_CAPTION_TICKS = 4
"""The seconds of all tiles move at once; their faces are made in so many ticks."""
_FLASH_NS = NS_PER_S // 2
"""Once a second: three flashes a second may cause a seizure (WCAG 2.3.1)."""


class Progress(NamedTuple):
    """How far a stage is: all tiles whose feed delivers have a picture; and none of it is old."""

    pictures: bool
    live: bool


class Stage:
    """The tiles of one revision. After it is built only the tick's thread uses it."""

    def __init__(
        self,
        arrange: Arrange,
        canvas: Canvas,
        faces: Faces,
        words: Words,
        known: Mapping[str, SourceState],
        dressing: Dressing,
        alignment: Alignment | None = None,
        tick_ns: int = USUAL_TICK_NS,
    ) -> None:
        """Build it; raises :class:`InvalidError` when a tile leaves the canvas or is odd.

        With an ``alignment`` its tiles show pictures of the same time, but those of people when they are
        heard; else the newest ones. ``tick_ns`` is the time from one tick to the next.
        """
        self.revision, self.at_ns = arrange.revision, arrange.at_ns
        self.specs, self.transition = arrange.tiles, arrange.transition
        self.dissolve: Dissolve | None = None
        self._faces, self._words, self._alignment, self._tick_ns = faces, words, alignment, tick_ns
        count = len(self.specs)
        self._tiles = [Tile(canvas.region(_checked(spec, canvas))) for spec in self.specs]
        self._stacking = Stacking([spec.rect for spec in self.specs])
        held_back_ns = alignment.limit_ns if alignment is not None else 0
        self.truth = Truth(count, aligned=alignment is not None, held_back_ns=held_back_ns)
        self.states: Codes = np.zeros(count, np.uint8)
        self.shown: NDArray[np.int64] = np.zeros(count, np.int64)
        self._newest: NDArray[np.intp] = np.full(count, -1, np.intp)
        self._expected = np.zeros(count, np.bool_)
        self._broken = np.zeros(count, np.bool_)
        self._reasons = [""] * count
        self._versions = np.zeros(count, np.int64)
        self._worn = np.full(count, -1, np.int64)
        self._told: NDArray[np.int64] = np.full(count, -1, np.int64)
        self._captions = Captions(self.specs, dressing)
        self._held_ns: Times = np.zeros(count, np.int64)
        self._hold(dressing)
        self._flashing: frozenset[int] = frozenset()
        self._bare: frozenset[int] = frozenset()
        self._lit = True
        self._turn = 0
        self._shelves = self._open_shelves()
        self.truth.empty[:] = [spec.source == SourceKind.NONE for spec in self.specs]
        self.learn(known)
        self._rehearse()

    def learn(self, known: Mapping[str, SourceState]) -> None:
        """Take in what is known of sources; tiles whose source is not named stay as they are."""
        for number, spec in enumerate(self.specs):
            told = known.get(spec.source)
            if self._broken[number]:
                self._reasons[number] = self._words.no_memory
            elif told is not None:
                # A feed that is opened anew delivers nothing; one that never had a picture just begins.
                again = told.state is FeedState.CONNECTING and bool(self.truth.has_picture[number])
                down = told.reason.code is ReasonCode.WORKER_DOWN
                self.truth.dead[number] = told.state in _DEAD or down or again
                self._expected[number] = told.state is FeedState.LIVE
                reason = self._words.reason(told.reason)
                self._versions[number] += reason != self._reasons[number]
                self._reasons[number] = reason

    def dress(self, dressing: Dressing) -> None:
        """Say what is known now beside the pictures, in the tiles that say something else then."""
        before, self._captions = self._captions, Captions(self.specs, dressing)
        after = self._captions
        self._hold(dressing)
        for number in range(len(self.specs)):
            self._versions[number] += before.words(number) != after.words(number)

    def _hold(self, dressing: Dressing) -> None:
        """Show pictures of participants as late as their voices are heard."""
        held_ms = [dressing.held_ms.get(spec.source, 0) for spec in self.specs]
        self._held_ns[:] = np.array(held_ms, np.int64) * _NS_PER_MS

    def repaint(self, numbers: frozenset[int]) -> None:
        """Draw these tiles the next time, whether anything of them changed or not."""
        self._bare |= numbers

    def progress(self, now_ns: int) -> Progress:
        """Return how far the tiles whose feed delivers (or that nothing is known of) are."""
        arrived = np.zeros(len(self.specs), np.bool_)
        for shelf in self._shelves:
            arrived[shelf.numbers] = shelf.has_pictures()
        due = self._expected & ~self.truth.dead
        if not arrived[due].all():
            return Progress(False, False)
        catching_up = self.truth.flags & np.uint64(SlotFlag.CATCHING_UP) > 0
        behind = self.truth.overdue(now_ns) > DEAD_NS
        return Progress(True, not (due & (catching_up | behind)).any())

    def compose(self, now_ns: int, until_ns: int) -> set[int]:
        """Draw what changed since the last call; return the numbers of the tiles that were drawn.

        New pictures are always drawn; new faces are made until ``until_ns``, the rest next time.
        """
        fresh = [shelf.look(self.truth, self._newest) for shelf in self._shelves]
        self.states = self.truth.judge(now_ns)
        dressed = self._dress(now_ns, until_ns)
        due = {number for numbers in (*fresh, dressed) for number in numbers.tolist()}
        drawn = self._draw(due | self._flash(now_ns) | self._bare)
        self._bare = frozenset()
        for _ in range(_REDRAWS):
            torn = [shelf for shelf in self._shelves if shelf.torn()]
            if not torn:
                break
            again = {number for shelf in torn for number in shelf.look(self.truth, self._newest).tolist()}
            drawn |= self._draw(again)
        for numbers in fresh:
            self.shown[numbers] += 1
        return drawn

    def missed(self) -> list[int]:
        """Return how many pictures of each tile were never shown, as newer ones came before a tick did."""
        counts = np.zeros(len(self.specs), np.int64)
        for shelf in self._shelves:
            counts[shelf.numbers] = shelf.missed
        missed: list[int] = counts.tolist()
        return missed

    def skews_ms(self, now_ns: int) -> list[float | None]:
        """Return how much later than the common time each picture was captured, where that is known.

        Without an alignment that is the time of the tick, ``now_ns``: it tells how far the tiles are apart.
        A picture that is held and holds at that time is not off at all.
        """
        at_ns = self._alignment.at_ns if self._alignment is not None else now_ns
        timed = (self.truth.flags & np.uint64(SlotFlag.TIMED) > 0).tolist()
        held = self.truth.flags & np.uint64(SlotFlag.HELD) > 0
        late = self.truth.captured - at_ns
        skews = (np.where(held, np.maximum(late, 0), late) / _NS_PER_MS).round(1).tolist()
        return [skew if told else None for skew, told in zip(skews, timed, strict=True)]

    def _draw(self, numbers: set[int]) -> set[int]:
        """Draw the tiles ``numbers`` and what lies over them; return the numbers of all that were drawn."""
        newest = self._newest
        dirty = self._stacking.dirty(numbers)
        for number in sorted(dirty):
            self._tiles[number].draw(int(newest[number]), self._lit)
        return dirty

    def _flash(self, now_ns: int) -> frozenset[int]:
        """Return the tiles with something in them that flashes, when it goes on or off."""
        before, self._lit = self._lit, now_ns // _FLASH_NS % 2 == 0
        return self._flashing if self._lit != before else frozenset()

    def _dress(self, now_ns: int, until_ns: int) -> NDArray[np.intp]:
        """Give new faces to tiles that are no longer what their face says; return their numbers."""
        damage = self.truth.damaged().astype(np.int64) + self.truth.losses()
        ages = self.truth.ages(self.states, now_ns)
        keys = (self._versions << 40) + (ages << 8) + (self.states.astype(np.int64) << 2) + damage
        told = self._captions.moments(self.truth, now_ns)
        outdated = np.flatnonzero(keys != self._worn)
        moved = np.flatnonzero((told != self._told) & (keys == self._worn))
        if moved.size:
            outdated = np.union1d(outdated, moved[: 1 + len(keys) // _CAPTION_TICKS])
        if outdated.size == 0:
            return outdated
        outdated = np.roll(outdated, -int(np.searchsorted(outdated, self._turn)))
        for done, number in enumerate(outdated.tolist(), 1):
            state = STATES[self.states[number]]
            look = self._look(number, state, now_ns, int(ages[number]), int(damage[number]))
            tile = self._tiles[number]
            flashed = tile.flashes
            tile.wear(self._faces.face(look))
            if flashed or tile.flashes:
                self._flashing = (self._flashing - {number}) | ({number} if tile.flashes else set())
            self._worn[number], self._told[number] = keys[number], told[number]
            if monotonic_ns() > until_ns:
                self._turn = number + 1
                return outdated[:done]
        return outdated

    def _look(self, number: int, state: TileState, now_ns: int, age_s: int = 0, damage: int = 0) -> Look:
        """Return how a tile looks; ``damage``: 1 if its picture is damaged, 2 if packets of it were lost."""
        spec, captions = self.specs[number], self._captions
        look = Look(
            cell=spec.cell,
            name=captions.name(number),
            width=spec.rect.width,
            height=spec.rect.height,
            state=state,
            age_s=age_s,
            damaged=damage > 0,
            loss=damage > 1,
            reason=self._reasons[number] if state in (TileState.LOST, TileState.CONNECTING) else "",
            area=captions.area(number),
            details=captions.details(number, state, self.truth, now_ns),
            dot=captions.dot,
            word=captions.word,
            alarm=captions.alarm(number),
            top=captions.top(number),
            person=captions.person(number),
        )
        silent = state is TileState.LIVE and not damage and captions.composed(number)
        return replace(look, name="", area="", details=(), dot=False) if silent else look

    def _rehearse(self) -> None:
        """Make the faces that the first tick will want, so that it finds their patches kept."""
        now_ns = monotonic_ns()
        for number, code in enumerate(self.truth.judge(now_ns)):
            hopeful = code == CONNECTING and self._expected[number]
            self._faces.face(self._look(number, TileState.LIVE if hopeful else STATES[code], now_ns))

    def _open_shelves(self) -> list[Shelf]:
        """Map the arenas of all tiles; tiles without slots of the right size are marked broken."""
        numbers_of: dict[str, list[int]] = {}
        for number, spec in enumerate(self.specs):
            if spec.source != SourceKind.NONE:
                numbers_of.setdefault(spec.arena, []).append(number)
        shelves = []
        for path, numbers in numbers_of.items():
            try:
                shelf = self._open_shelf(path, numbers)
                self._fill(shelf)
            except ProtocolError as error:
                log.error("revision %d: %s; its %d tiles have no picture", self.revision, error, len(numbers))
                self._broken[numbers] = self.truth.dead[numbers] = True
            else:
                shelves.append(shelf)
        return shelves

    def _open_shelf(self, path: str, numbers: list[int]) -> Shelf:
        arena, indices = Arena(path), [self.specs[number].index for number in numbers]
        if self._alignment is not None:
            return AlignedShelf(arena, indices, numbers, self._alignment, self._held_ns)
        return Shelf(arena, indices, numbers, self._tick_ns)

    def _fill(self, shelf: Shelf) -> None:
        for position, number in enumerate(shelf.numbers.tolist()):
            rect = self.specs[number].rect
            if shelf.size(position) != (rect.width, rect.height):
                raise ProtocolError(
                    f"picture arena: slots of {shelf.size(position)} for a tile of {rect.width, rect.height}"
                )
            self._tiles[number].slots = shelf.slots(position)
            self._expected[number] = True


def _checked(spec: WallTile, canvas: Canvas) -> Rect:
    rect = spec.rect
    odd = any(value % 2 for value in (rect.x, rect.y, rect.width, rect.height))
    if odd or rect.width < 2 or rect.height < 2 or not canvas.rect.contains(rect):
        raise InvalidError(f"tile {spec.cell!r} does not fit the canvas: {rect}", field="tiles")
    return rect
