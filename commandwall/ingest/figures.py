"""What is counted of a feed, and the figures made of it once a second."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from commandwall.base.clock import NS_PER_S
from commandwall.model.access_unit import AccessUnit
from commandwall.model.pace import SLOWEST_S

_WINDOW = 6
"""Samples that rates are taken over: five seconds, at one a second."""
KEYLESS_S = 5.0
"""So long without a key frame, and twice the camera's own interval, none are counted upon any more."""
_STEADY = 0.1
"""Key frames come steadily if two intervals in a row differ by less than this part."""
_FRESH_NS = 2 * NS_PER_S
"""A feed whose newest frame is no older than this is not silent: the next ones may wait to be read."""


class Rates(NamedTuple):
    """Pictures and bits a second over the last five seconds."""

    fps: float
    bitrate_bps: float


class FeedMeter:
    """The counters of one feed since its worker started, and its rhythm. Belongs to the event loop.

    ``last_ns`` is when the newest frame arrived (0 before the first), ``key_interval_s`` the time
    between the last two key frames (0 before the second), ``interval_s`` the mean time between
    frames over the last five seconds with any (0 before a first rate), ``gap_s`` that between the newest
    ones of one session, however far apart, up to ``SLOWEST_S`` (0 before the second sample with frames). It
    grows only as far as two in a row agree: a silence with one frame in it is not a camera's own way.
    """

    __slots__ = (
        "_gap_before_s",
        "_gauged",
        "_gauged_ns",
        "_key_ns",
        "_key_steady",
        "_samples",
        "_session",
        "bitrate_bps",
        "bytes",
        "frames",
        "gap_s",
        "interval_s",
        "key_interval_s",
        "last_ns",
    )

    def __init__(self) -> None:
        self.frames = 0
        self.bytes = 0
        self.last_ns = 0
        self.key_interval_s = 0.0
        self.interval_s = 0.0
        self.gap_s = 0.0
        self.bitrate_bps = 0.0
        self._session = 0
        self._gap_before_s = SLOWEST_S
        self._gauged = 0
        self._gauged_ns = 0
        self._key_ns = 0
        self._key_steady = False
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=_WINDOW)

    def count(self, unit: AccessUnit) -> None:
        """Take note of a frame that arrived."""
        self.frames += 1
        self.bytes += len(unit.data)
        self.last_ns = unit.arrival_ns
        if unit.key:
            if self._key_ns:
                before_s = self.key_interval_s
                self.key_interval_s = (unit.arrival_ns - self._key_ns) / NS_PER_S
                self._key_steady = abs(self.key_interval_s - before_s) < _STEADY * self.key_interval_s
            self._key_ns = unit.arrival_ns

    def restart(self) -> None:
        """Begin the rates anew: a session opened or ended; counters go on."""
        self._samples.clear()
        self._session = self._gauged = self.frames
        self._gauged_ns = 0
        self._key_ns = 0
        self._key_steady = False

    @property
    def session_frames(self) -> int:
        """How many frames came since the session opened."""
        return self.frames - self._session

    def key_due_s(self, now_ns: int) -> float | None:
        """Return when the next key frame is due, in seconds; ``None`` if the camera keeps no rhythm."""
        if not self._key_steady:
            return None
        return self.key_interval_s - (now_ns - self._key_ns) / NS_PER_S

    def sample(self, now_ns: int) -> Rates:
        """Return the rates up to now; called once a second."""
        self._gauge()
        samples = self._samples
        # Frames that nobody watches are read late, many at a time: what counts is when they came.
        at_ns = self.last_ns if 0 < now_ns - self.last_ns < _FRESH_NS else now_ns
        samples.append((at_ns, self.frames, self.bytes))
        start_ns, frames, size = samples[0]
        if at_ns <= start_ns:
            return Rates(0.0, 0.0)
        seconds = (at_ns - start_ns) / NS_PER_S
        fps = (self.frames - frames) / seconds
        if fps:
            self.interval_s = 1 / fps
        self.bitrate_bps = 8 * (self.bytes - size) / seconds
        return Rates(fps, self.bitrate_bps)

    def _gauge(self) -> None:
        """Learn how far the frames are apart that came since it was looked last."""
        came = self.frames - self._gauged
        if not came:
            return
        if self._gauged_ns:
            gap_s = min((self.last_ns - self._gauged_ns) / NS_PER_S / came, SLOWEST_S)
            self.gap_s = min(gap_s, self._gap_before_s)
            self._gap_before_s = gap_s
        self._gauged, self._gauged_ns = self.frames, self.last_ns

    def keyless(self, now_ns: int) -> bool:
        """Return whether key frames have ceased to come: a network that loses packets eats them first."""
        patience_s = max(KEYLESS_S, 2 * self.key_interval_s)
        return self._key_ns > 0 and now_ns - self._key_ns > patience_s * NS_PER_S

    def age_s(self, now_ns: int) -> float:
        """Return how long ago the newest frame arrived, in seconds; -1 before the first."""
        return (now_ns - self.last_ns) / NS_PER_S if self.last_ns else -1.0
