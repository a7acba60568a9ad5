"""Tiles to paint into, and what is in them."""

from __future__ import annotations

from collections.abc import Sequence

from commandwall.ipc.arena import ArenaHandle, create_arena
from commandwall.ipc.messages import TileSpec
from commandwall.ipc.slots import Arena, SlotInfo
from commandwall.model.camera import StreamName
from commandwall.model.layout import Aspect
from commandwall.model.source import Source, SourceKind
from tests.unit.ipc.reader import SlotReader


class Canvas:
    """An arena with tiles of the given sizes, seen as a wall process sees it. Close it."""

    def __init__(self, sizes: Sequence[tuple[int, int]]) -> None:
        self.sizes = sizes
        self.handle: ArenaHandle = create_arena(sizes)
        self.arena = Arena(self.handle.path)
        self.readers = [SlotReader(self.arena, index) for index in range(len(sizes))]

    def tile(
        self,
        index: int = 0,
        camera: str = "cam",
        stream: StreamName = StreamName.SUB,
        aspect: Aspect = Aspect.FIT,
        importance: float = 1.0,
    ) -> TileSpec:
        """Return the specification of tile ``index``."""
        width, height = self.sizes[index]
        return TileSpec(
            f"cell-{index}",
            Source(SourceKind.CAMERA, camera),
            stream,
            self.handle.path,
            index,
            width,
            height,
            aspect,
            importance,
        )

    def published(self, index: int = 0) -> int:
        """Return how many pictures tile ``index`` got."""
        return self.readers[index].published

    def luma(self, index: int = 0) -> float:
        """Return the mean luma of the newest picture."""
        newest = self.readers[index].newest()
        assert newest is not None
        return float(newest[1].y.mean())

    def info(self, index: int = 0) -> SlotInfo:
        """Return what is said of the newest picture."""
        newest = self.readers[index].newest()
        assert newest is not None
        return newest[2]

    def close(self) -> None:
        """Let go of the memory."""
        self.handle.close()
