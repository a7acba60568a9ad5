"""How a wall goes from what it shows to what it is to show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TransitionKind(StrEnum):
    """What happens between an arrangement and the next."""

    HOLD = "hold"
    """What is shown stays until the new pictures are there, for a quarter of a second; then all changes."""
    CUT = "cut"
    """All changes at the next tick; tiles whose picture is not there yet say so."""
    DISSOLVE = "dissolve"
    """As ``hold``, and then the old picture fades into the new one."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A kind, and how long a dissolve takes."""

    kind: TransitionKind = TransitionKind.HOLD
    dissolve_ms: int = 0


HOLD = Transition()
