"""What one picture of a panel shows: all that it depends on, but its size."""

from __future__ import annotations

from dataclasses import dataclass, field

from commandwall.base.clock import NS_PER_S
from commandwall.model.data import Panel, PanelKind, Value
from commandwall.model.map_camera import MapCamera

_MINUTE_S = 60
_STEPS = 600
"""Pictures in which a series moves once through its window: a step is about a pixel."""


@dataclass(frozen=True, slots=True)
class View:
    """One picture's content; equal views are the same picture.

    ``value`` is the newest one, ``values`` all that a series shows. ``version`` counts the changes of the
    panel, its values and the cameras of a map. ``moment_utc_ns``
    is the time that a clock or the right end of a series shows, 0 for the others. ``stale_s`` is the age
    that has to be said, 0 where the value is recent enough.
    """

    panel: Panel
    version: int
    moment_utc_ns: int
    stale_s: int
    value: Value | None
    values: tuple[Value, ...] = field(compare=False)
    cameras: tuple[MapCamera, ...] = field(compare=False)


def moment(panel: Panel, now_utc_ns: int) -> int:
    """Return the time that ``panel`` shows of its own accord, 0 if it shows none."""
    if panel.kind is PanelKind.CLOCK:
        return now_utc_ns // NS_PER_S * NS_PER_S
    if panel.kind is PanelKind.SERIES:
        step_ns = int(max(1.0, panel.span_s / _STEPS) * NS_PER_S)
        return now_utc_ns // step_ns * step_ns
    return 0


def stale_s(panel: Panel, value: Value | None, now_utc_ns: int) -> int:
    """Return the age of ``value`` if it has to be said, else 0; beyond a minute in whole minutes."""
    if panel.stale_after_s is None or value is None:
        return 0
    age_s = (now_utc_ns - value.at_utc_ns) / NS_PER_S
    if age_s <= panel.stale_after_s:
        return 0
    return max(1, int(age_s) if age_s < _MINUTE_S else int(age_s) // _MINUTE_S * _MINUTE_S)
