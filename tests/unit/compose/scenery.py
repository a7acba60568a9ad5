"""What tests of a wall are set on: a canvas of tiles, and an arena whose pictures they paint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from commandwall.base.clock import NS_PER_S
from commandwall.compose.canvas import Canvas
from commandwall.compose.captions import Dressing
from commandwall.compose.faces import Faces
from commandwall.compose.patches import PatchBook
from commandwall.compose.stage import Stage
from commandwall.compose.words import words_of
from commandwall.ipc.arena import SLOTS, create_arena
from commandwall.ipc.messages import Arrange, SourceState, WallTile
from commandwall.ipc.slots import Arena, Plane, Planes, SlotInfo, SlotWriter
from commandwall.model.camera import FeedState
from commandwall.model.overlays import Labels
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.rect import Rect

S = NS_PER_S
PLAIN = Dressing(Labels(), {}, {}, {})
NOW = 1_000 * S
PERIOD = S // 15


def copied(canvas: Canvas, rect: Rect | None = None) -> Planes:
    """Return what ``canvas``, or a part of it, shows now."""
    return Planes(*(plane.copy() for plane in canvas.region(rect or canvas.rect)))


class Scenery:
    """Tiles over an arena; ``publish`` paints one as an ingest worker would."""

    def __init__(self, rects: Sequence[Rect], slots: int = SLOTS) -> None:
        self.handle = create_arena([(rect.width, rect.height) for rect in rects], slots)
        self._arena = Arena(self.handle.path)
        self._writers = [SlotWriter(self._arena, index) for index in range(len(rects))]
        self.tiles = tuple(
            WallTile(f"c{index}", rect, f"camera:{index}", f"莲塘 {index}", self.handle.path, index)
            for index, rect in enumerate(rects)
        )

    def publish(
        self, index: int, value: int, arrival_ns: int = NOW, *, still_ns: int = 0, flags: int = 0
    ) -> None:
        """Publish a picture of one colour that has looked the same for ``still_ns``."""
        self.publish_planes(
            index,
            (value, 255 - value, value // 2),
            SlotInfo(arrival_ns, arrival_ns, arrival_ns - still_ns, PERIOD, flags),
        )

    def publish_captured(self, index: int, value: int, captured_ns: int, arrival_ns: int) -> None:
        """Publish a picture of one luma that was captured before it arrived."""
        self.publish_planes(index, (value, 0, 0), SlotInfo(arrival_ns, captured_ns, arrival_ns, PERIOD, 0))

    def publish_planes(self, index: int, values: Sequence[int | Plane], info: SlotInfo) -> None:
        """Publish planes of any values that fit them."""
        for plane, value in zip(self._writers[index].begin(), values, strict=True):
            plane[:] = value
        self._writers[index].publish(info)

    def extend(self, index: int, period_ns: int) -> None:
        """Give the newest picture more time, as for a feed that gets key frames only."""
        self._writers[index].extend(period_ns)

    def begin(self, index: int) -> Planes:
        """Begin a picture and leave it unfinished."""
        return self._writers[index].begin()


@contextmanager
def scenery(*rects: Rect, slots: int = SLOTS) -> Iterator[Scenery]:
    """Open a scenery with a tile for each rectangle."""
    scene = Scenery(rects, slots)
    try:
        yield scene
    finally:
        scene.handle.close()


def make_stage(
    canvas: Canvas,
    tiles: Sequence[WallTile],
    *known: SourceState,
    language: str = "zh",
    revision: int = 1,
    dressing: Dressing = PLAIN,
) -> Stage:
    """Return a stage of ``tiles``, with what is ``known`` of their sources."""
    words = words_of(language)
    arrange = Arrange(revision, NOW, tuple(tiles))
    states = {state.source: state for state in known}
    return Stage(arrange, canvas, Faces(words, PatchBook()), words, states, dressing)


def told(source: str, state: FeedState, code: ReasonCode = ReasonCode.NONE) -> SourceState:
    """Return a source state."""
    return SourceState(source, state, Reason(code))


def same(left: Planes, right: Planes) -> bool:
    """Return whether two pictures are the same in every pixel."""
    return all(np.array_equal(a, b) for a, b in zip(left, right, strict=True))
