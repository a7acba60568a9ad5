"""What is known of a camera's clock against the daemon's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SKEW_LIMIT_MS = 1000.0
"""A camera's clock that is further off than this is told to people."""
AHEAD_LIMIT_MS = 50.0
"""A clock that is further ahead than this is not synchronised: no picture comes before it is taken."""
_CLEARLY = 0.8
_UNITS = (
    (120, 1, "{:+.1f} s"),
    (7200, 60, "{:+.0f} min"),
    (172_800, 3600, "{:+.0f} h"),
    (float("inf"), 86_400, "{:+.0f} d"),
)


class ClockSource(StrEnum):
    """Which clock of the camera was compared."""

    UNKNOWN = ""
    RTCP = "rtcp"
    """Its time of day, as sender reports tell it."""
    RTP = "rtp"
    """The one that stamps its pictures: what it says of a second, but not of the time of day."""


@dataclass(frozen=True, slots=True)
class ClockFigures:
    """The camera's clock minus the daemon's: ``skew_ms``, and how fast that grows, ``drift_ppm``.

    Both are ``None`` while they are not known. The least delay between camera and daemon cannot be
    told from a clock that is behind: ``skew_ms`` includes it, as a negative part.
    """

    source: ClockSource = ClockSource.UNKNOWN
    skew_ms: float | None = None
    drift_ppm: float | None = None

    @property
    def synchronised(self) -> bool:
        """Whether the camera's time of day can be taken for the daemon's, but for the delay."""
        return self.skew_ms is not None and -SKEW_LIMIT_MS <= self.skew_ms <= AHEAD_LIMIT_MS

    @property
    def off(self) -> bool:
        """Whether the camera's time of day is so wrong that somebody should set it."""
        return self.skew_ms is not None and abs(self.skew_ms) > SKEW_LIMIT_MS

    @property
    def right(self) -> bool:
        """Whether it is right again: clearly, so that a clock at the limit is not told again and again."""
        return self.skew_ms is None or abs(self.skew_ms) < _CLEARLY * SKEW_LIMIT_MS

    @property
    def skew_words(self) -> str:
        """The skew for people, the same in all languages: ``+3.2 s``, ``-8 h``; empty if unknown."""
        if self.skew_ms is None:
            return ""
        skew_s = self.skew_ms / 1000
        words, unit_s = next((words, unit_s) for limit_s, unit_s, words in _UNITS if abs(skew_s) < limit_s)
        return words.format(skew_s / unit_s)
