"""Making sound a little shorter or longer without changing its pitch (WSOLA, one splice a time).

The two ends of a splice are chosen to be as alike as can be and faded into each other, so that whole periods
are left out or doubled.
"""

from __future__ import annotations

import numpy as np

from commandwall.conference.likeness import likeness
from commandwall.media.sound import Samples

_FADED = 240
"""Samples of the fade, 5 ms."""
_SHORTEST, _LONGEST = 120, 480
"""What a splice takes out or puts in: 2.5 to 10 ms."""
SPLICEABLE = _FADED + _LONGEST
"""The fewest samples in which a splice can be made."""
_DECIMATED = 4
_ALIKE = 0.6
_FADE_IN: Samples = np.linspace(0, 1, _FADED, dtype=np.float32)
_FADE_OUT: Samples = 1 - _FADE_IN
_QUIET = 1e-5
"""Mean square of -50 dBFS: whatever is left out of that, nobody hears it."""


def quiet(samples: Samples) -> bool:
    """Return whether there is nothing in ``samples`` that could be damaged."""
    return float(np.dot(samples, samples)) < _QUIET * len(samples)


def shortened(samples: Samples) -> Samples:
    """Return ``samples`` without 2.5 to 10 ms of them; as they are when no two places in them are alike.

    They begin and end as they did.
    """
    lag = _splice(samples)
    if not lag:
        return samples
    joint = samples[:_FADED] * _FADE_OUT + samples[lag : lag + _FADED] * _FADE_IN
    return np.concatenate((joint, samples[lag + _FADED :]))


def lengthened(samples: Samples) -> Samples:
    """Return ``samples`` with 2.5 to 10 ms of them twice; as they are when no two places are alike."""
    lag = _splice(samples)
    if not lag:
        return samples
    joint = samples[lag : lag + _FADED] * _FADE_OUT + samples[:_FADED] * _FADE_IN
    return np.concatenate((samples[:lag], joint, samples[_FADED:]))


def _splice(samples: Samples) -> int:
    """Return after how many samples the beginning of ``samples`` comes again; 0 if it does not."""
    if len(samples) < SPLICEABLE:
        return 0
    if quiet(samples):
        return _LONGEST
    head = samples[:_FADED]
    coarse = likeness(head[::_DECIMATED], samples[_SHORTEST : _LONGEST + _FADED : _DECIMATED])
    near = _SHORTEST + _DECIMATED * int(np.argmax(coarse))
    lowest = max(_SHORTEST, near - _DECIMATED)
    fine = likeness(head, samples[lowest : min(_LONGEST, near + _DECIMATED) + _FADED])
    best = int(np.argmax(fine))
    return lowest + best if fine[best] >= _ALIKE else 0
