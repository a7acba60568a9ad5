"""The book of patches: what was drawn is kept, bounded in bytes, oldest use out first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from commandwall.compose.patch import Patch

_BUDGET_BYTES = 24 << 20


class PatchBook:
    """Keeps patches by what they show. Used by the tick and by whoever prepares an arrangement."""

    def __init__(self, budget_bytes: int = _BUDGET_BYTES) -> None:
        self._budget_bytes = budget_bytes
        self._patches: OrderedDict[Hashable, Patch] = OrderedDict()
        self._lock = threading.Lock()
        self.nbytes = 0

    def get(self, key: Hashable, draw: Callable[[], Patch]) -> Patch:
        """Return the patch of ``key``, drawn by ``draw`` when it is not kept."""
        with self._lock:
            patch = self._patches.get(key)
            if patch is not None:
                self._patches.move_to_end(key)
                return patch
        patch = draw()
        with self._lock:
            if key not in self._patches:
                self._patches[key] = patch
                self.nbytes += patch.nbytes
            while self.nbytes > self._budget_bytes and len(self._patches) > 1:
                self.nbytes -= self._patches.popitem(last=False)[1].nbytes
        return patch
