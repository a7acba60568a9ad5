"""What is heard while packets are missing: the last pitch periods again, fading away.

As ITU-T G.711 Appendix I does it, in code of its own and at 48 kHz: nobody notices 10 ms, 60 ms later it is
silent. The sound that follows is faded in over what would have gone on.
"""

from __future__ import annotations

import numpy as np

from commandwall.conference.likeness import likeness
from commandwall.media.sound import Samples

_HISTORY = 2400
_SHORTEST, _LONGEST = 240, 720
"""Pitch periods: 5 to 15 ms."""
_DECIMATED = 6
_TEMPLATE = 960
_FULL, _SILENT = 480, 2880
"""It begins to fade after 10 ms, and is gone after 60."""
_MERGED = 240
_BRIDGED = 96
_FADE_IN: Samples = np.linspace(0, 1, _MERGED, dtype=np.float32)
_BRIDGE: Samples = np.linspace(1, 0, _BRIDGED, dtype=np.float32)
_FAINT = 1e-9


class Concealer:
    """Remembers 50 ms of one voice and goes on with them when asked."""

    __slots__ = ("_cycle", "_history", "_made", "_step")

    def __init__(self) -> None:
        self._history: Samples = np.zeros(_HISTORY, np.float32)
        self._cycle: Samples | None = None
        self._made = 0
        self._step = 0.0

    @property
    def spent(self) -> bool:
        """Whether only silence would come now."""
        return self._cycle is not None and self._made >= _SILENT

    def made(self, count: int) -> Samples:
        """Return ``count`` samples in the place of what is missing, after all that was heard and made."""
        if self._cycle is None:
            self._begin()
        made = self._going_on(count)
        self._remember(made)
        return made

    def heard(self, samples: Samples) -> Samples:
        """Return true ``samples`` (n,), faded in over the made ones if there were any, and remember them."""
        if self._cycle is not None and len(samples):
            count = min(_MERGED, len(samples))
            fade = _FADE_IN[:: _MERGED // count][:count]
            samples = samples.copy()
            samples[:count] = samples[:count] * fade + self._going_on(count) * (1 - fade)
            self._cycle = None
        self._remember(samples)
        return samples

    def _remember(self, samples: Samples) -> None:
        self._history = np.concatenate((self._history[len(samples) :], samples))[-_HISTORY:]

    def _going_on(self, count: int) -> Samples:
        """Return the next ``count`` of the repeated samples."""
        assert self._cycle is not None
        at = np.arange(self._made, self._made + count)
        fade = np.clip((_SILENT - at) / (_SILENT - _FULL), 0, 1)
        made: Samples = (self._cycle[at % len(self._cycle)] * fade).astype(np.float32)
        if self._made < _BRIDGED:
            bridge = _BRIDGE[self._made :][:count]
            made[: len(bridge)] += self._step * bridge
        self._made += count
        return np.clip(made, -1, 1, out=made)

    def _begin(self) -> None:
        history = self._history
        period = _pitch(history)
        length = period * -(-_FULL // period)
        quarter = period // 4
        fade = np.linspace(0, 1, quarter, dtype=np.float32)
        self._cycle = history[-length:].copy()
        self._cycle[-quarter:] *= 1 - fade
        self._cycle[-quarter:] += history[-length - quarter : -length] * fade
        self._step = float(history[-1] - history[-length - 1])
        self._made = 0


def _pitch(history: Samples) -> int:
    """Return the period at the end of ``history``, in samples."""
    if float(np.dot(history, history)) < _FAINT:
        return _LONGEST
    coarse = history.reshape(-1, _DECIMATED).mean(axis=1)
    near = _best_lag(
        coarse, range(_SHORTEST // _DECIMATED, _LONGEST // _DECIMATED + 1), _TEMPLATE // _DECIMATED
    )
    lowest = max(_SHORTEST, (near - 1) * _DECIMATED)
    return _best_lag(history, range(lowest, min(_LONGEST, (near + 1) * _DECIMATED) + 1), _TEMPLATE)


def _best_lag(samples: Samples, lags: range, template: int) -> int:
    """Return by which of ``lags`` the last ``template`` of ``samples`` resemble those before the most."""
    begins = len(samples) - template
    before = samples[begins - lags[-1] : begins - lags[0] + template]
    return lags[-1] - int(np.argmax(likeness(samples[-template:], before)))
