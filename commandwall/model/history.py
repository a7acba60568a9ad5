"""What a wall showed, step by step, so that one can go back and forward again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from commandwall.model.arrangement import Arrangement

MOST_STEPS = 50
"""How many steps back a wall remembers."""

Same = Callable[[Arrangement], bool]
"""Whether an arrangement comes to what is shown already, so that going to it would change nothing."""


@dataclass(slots=True)
class History:
    """The steps of one wall: those behind what it shows now, oldest first, and those ahead, furthest first.

    Arrangements in it have revision 0. What is shown now is not in it, since cells may have been
    changed without a step being made: by a tour, or since a camera was removed.
    """

    past: list[Arrangement] = field(default_factory=list)
    future: list[Arrangement] = field(default_factory=list)

    def note(self, before: Arrangement) -> None:
        """Take in that a step was made from ``before``; what was ahead is gone."""
        self.past.append(_timeless(before))
        del self.past[:-MOST_STEPS]
        self.future.clear()

    def back(self, now: Arrangement, same: Same) -> Arrangement | None:
        """Go one step back from ``now`` and return what was shown there, ``None`` at the beginning."""
        return _go(self.past, self.future, now, same)

    def forward(self, now: Arrangement, same: Same) -> Arrangement | None:
        """Go one step forward again, ``None`` at the end."""
        return _go(self.future, self.past, now, same)


def _go(
    behind: list[Arrangement], ahead: list[Arrangement], now: Arrangement, same: Same
) -> Arrangement | None:
    while behind:
        there = behind.pop()
        if not same(there):
            ahead.append(_timeless(now))
            del ahead[:-MOST_STEPS]
            return there
    return None


def _timeless(arrangement: Arrangement) -> Arrangement:
    return replace(arrangement, revision=0)
