"""How long a feed waits before it is tried again, and whether its camera flaps."""

from __future__ import annotations

from collections import deque

from commandwall.base.sentence import Sentence
from commandwall.base.tasks import Backoff
from commandwall.model.reason import Reason, ReasonCode

STEADY_S = 10.0
"""A session that lived this long starts the back-off from its first step again, unless the camera flaps."""
FLAP_LOSSES = 4
FLAP_WINDOW_S = 300.0
"""A camera flaps that was live and lost ``FLAP_LOSSES`` times within this time: it is damped, so that it
does not come and go on the wall, and in the event list, the whole day."""


class Retry:
    """The tries of one feed. It has no clock of its own and waits for nothing."""

    def __init__(self) -> None:
        self._backoff = Backoff()
        self._losses_s: deque[float] = deque(maxlen=FLAP_LOSSES)

    def lost(self, reason: Reason, lived_s: float, now_s: float) -> Reason:
        """Take note that a session which was live ended after ``lived_s`` seconds, at ``now_s``.

        Returns ``reason``, or that the camera flaps.
        """
        if lived_s > STEADY_S:
            self._backoff.reset()
        losses_s = self._losses_s
        losses_s.append(now_s)
        within_s = now_s - losses_s[0]
        if len(losses_s) < FLAP_LOSSES or within_s > FLAP_WINDOW_S:
            return reason
        self._backoff.skip()
        said = Sentence(
            "lost {count} times within {within_s:.0f} s, at last: {reason}",
            count=FLAP_LOSSES,
            within_s=within_s,
            reason=Sentence.of(reason.en, reason.zh),
        )
        return Reason.of(ReasonCode.FLAPPING, said)

    def next_s(self) -> float:
        """Return how long to wait for the next try, in seconds."""
        return self._backoff.next_s()
