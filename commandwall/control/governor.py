"""The governor: how many cores decoding may use now, by what is measured every second. Pure, no clock."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.ingest.ladder import Limits

LAG_LIMIT_S = 0.06
"""Live frames that wait for a decode thread for longer, on average, lack one."""
LATE_TICKS_LIMIT = 2
"""So many ticks of a wall that were late within a second are no accident."""
_PATIENCE_S, _CALM_S = 2, 30
_EXCUSED_S = 6
"""A switch of 400 tiles is over by then; who still catches up is overloaded."""
_CUT, _FLOOR = 0.88, 0.1
_LARGE_STEP, _SMALL_STEP = 0.16, 0.02
_RESTORE_SHARE, _ROOM_SHARE = 0.85, 0.95
_ROOM_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Second:
    """What was measured in a second: cores that decoding ``used``, and ``spare`` ones that nobody needed.

    ``lag_s`` is how long live frames waited for a decode thread on average, ``late_ticks`` how many ticks
    the worst wall missed. ``catching_up``: decoders are on the way to live, as after a switch.
    """

    used: float
    spare: float
    lag_s: float
    late_ticks: int
    catching_up: bool


class Governor:
    """Says what decoding may take, of ``cores``.

    Two bounds, both measured. The *room* is what decoding uses and what nobody needs: what the machine
    does besides has had its share of it. It bounds what is newly taken: a scene, or a rung up; what runs
    without strain is affordable, whatever was reckoned. The *limit* gives way to strain, that is live
    frames that wait and ticks that are late: two such seconds bring it down to the room, and take an
    eighth, and so do each further two. It comes back in steps that are halved by every cut, so that it
    settles, and are large again after half a minute without one. While decoders are catching up, as after
    a switch, waiting is no sign of anything, for six seconds. A tenth always stays: below that, the
    strain is not decoding's.
    """

    def __init__(self, cores: float) -> None:
        self._configured = cores
        self._floor = _FLOOR * cores
        self._room = cores
        self._limit = cores
        self._step = _LARGE_STEP
        self._strained_s = 0
        self._calm_s = 0
        self._behind_s = 0

    @property
    def cores(self) -> float:
        """What decoding may use, in cores: what its share is told of."""
        return min(self._limit, self._room)

    @property
    def limits(self) -> Limits:
        """What feeds may take that have their rung, and what they may go up to."""
        return Limits(self._limit, min(_RESTORE_SHARE * self._limit, _ROOM_SHARE * self._room))

    def measured(self, second: Second) -> None:
        """Take what was measured in the last second."""
        room = min(self._configured, max(self._floor, second.used + second.spare))
        self._room += (room - self._room) * _ROOM_WEIGHT
        self._behind_s = self._behind_s + 1 if second.catching_up else 0
        if second.lag_s > LAG_LIMIT_S or second.late_ticks >= LATE_TICKS_LIMIT:
            self._calm_s = 0
            self._strained_s += not 0 < self._behind_s <= _EXCUSED_S
            if self._strained_s >= _PATIENCE_S:
                self._strained_s = 0
                self._cut(room)
            return
        self._strained_s = 0
        self._calm_s += 1
        self._limit = min(self._configured, self._limit + self._step * self._configured)
        if self._calm_s >= _CALM_S:
            self._step = _LARGE_STEP

    def _cut(self, room: float) -> None:
        self._limit = max(self._floor, min(_CUT * self._limit, room))
        self._step = max(_SMALL_STEP, self._step / 2)
