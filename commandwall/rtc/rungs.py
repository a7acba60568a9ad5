"""Which of the rungs of a picture a line carries."""

from __future__ import annotations

MUCH_LOSS = 0.1
LITTLE_LOSS = 0.02
_DOWN_AFTER_S = 2.0
_UP_AFTER_S = 10.0
_UP_AT_MOST_S = 160.0
_FIRM_S = 30.0
_SHORT = 0.8
"""A line that is said to take less than this share of what is sent is too thin for it."""


class RungChoice:
    """Chooses a rung by what the receiver reports: down soon, up late, and ever later if that was in vain.

    Nobody can know that a line takes more than it is sent; so going up is an attempt. Times are seconds of
    one clock and arguments. ``rung`` is the number of the choice, 0 the largest of ``count``.
    """

    def __init__(self, now_s: float) -> None:
        self.rung = 0
        self._since_s = now_s
        self._bad_since_s: float | None = None
        self._wait_s = _UP_AFTER_S
        self._climbed = False

    def judge(self, now_s: float, count: int, loss_ratio: float, sent_bps: float, allowed_bps: float) -> int:
        """Return the rung to send from now on.

        ``allowed_bps`` is what the receiver says its line takes, 0 while it does not say.
        """
        self.rung = min(self.rung, max(0, count - 1))
        if loss_ratio > MUCH_LOSS or 0 < allowed_bps < _SHORT * sent_bps:
            self._suffer(now_s, count)
        else:
            self._bad_since_s = None
            if loss_ratio < LITTLE_LOSS:
                self._recover(now_s)
            else:
                self._since_s = max(self._since_s, now_s - self._wait_s / 2)
        return self.rung

    def _suffer(self, now_s: float, count: int) -> None:
        """Go down if the line has been bad for a while; who came up in vain waits longer next time."""
        if self._bad_since_s is None:
            self._bad_since_s = now_s
        if now_s - self._bad_since_s < _DOWN_AFTER_S or self.rung >= count - 1:
            return
        in_vain = self._climbed and now_s - self._since_s < _FIRM_S
        self._wait_s = min(2 * self._wait_s, _UP_AT_MOST_S) if in_vain else _UP_AFTER_S
        self._go(now_s, self.rung + 1)

    def _recover(self, now_s: float) -> None:
        if self.rung and now_s - self._since_s >= self._wait_s:
            self._go(now_s, self.rung - 1)

    def _go(self, now_s: float, rung: int) -> None:
        self._climbed = rung < self.rung
        self.rung, self._since_s, self._bad_since_s = rung, now_s, None
