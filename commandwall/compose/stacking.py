"""Stacking: which tiles have to be drawn again where some lie over others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from commandwall.model.rect import Rect


class Stacking:
    """The rectangles of a wall's tiles, each over those before it.

    A tile is drawn whole, so whatever lies over it is drawn after it, and what lies over that.
    """

    def __init__(self, rects: Sequence[Rect]) -> None:
        self._above: dict[int, set[int]] = {}
        edges = np.array([(rect.x, rect.y, rect.right, rect.bottom) for rect in rects], np.int64)
        x, y, right, bottom = edges.reshape(-1, 4).T
        beside = (x[:, None] < right) & (x < right[:, None]) & (y[:, None] < bottom) & (y < bottom[:, None])
        for lower, upper in reversed(np.argwhere(np.triu(beside, 1)).tolist()):
            self._above.setdefault(lower, set()).update((upper, *self._above.get(upper, ())))

    def dirty(self, changed: set[int]) -> set[int]:
        """Return the tiles to draw, by ascending number, when those ``changed``: they and all over them."""
        if not self._above:
            return changed
        return changed.union(*(self._above.get(number, ()) for number in changed))
