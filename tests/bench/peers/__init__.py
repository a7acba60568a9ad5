"""What the wall is compared with, on the same streams in the same run."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.proctree import Memory


@dataclass(frozen=True, slots=True)
class Grid:
    """``columns`` x ``columns`` tiles on a canvas of ``width`` x ``height`` pixels at ``fps``."""

    columns: int
    width: int = 1920
    height: int = 1080
    fps: int = 25

    @property
    def count(self) -> int:
        """How many tiles there are."""
        return self.columns * self.columns

    @property
    def tile(self) -> tuple[int, int]:
        """Width and height of a tile, even, so that 4:2:0 chroma falls on whole samples."""
        return self.width // self.columns & ~1, self.height // self.columns & ~1

    def places(self) -> list[tuple[int, int]]:
        """Return the left and top pixel of every tile, row by row."""
        width, height = self.tile
        return [(i % self.columns * width, i // self.columns * height) for i in range(self.count)]


@dataclass(frozen=True, slots=True)
class PeerUse:
    """What a peer used in a window: cores (CPU seconds a second) and memory of its process tree.

    ``output_fps``: canvases made a second; of a bare decoder, pictures a second of its first stream.
    ``shown_pct``: source pictures that reached a canvas, of those that were decoded.
    """

    cores: float
    memory: Memory
    output_fps: float
    shown_pct: float | None
