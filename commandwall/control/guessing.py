"""Keeps passwords from being guessed: who fails too often must wait, longer each time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from commandwall.base.clock import Clock, monotonic_s
from commandwall.base.errors import CommandwallError

_FREE_TRIES = 5
_FREE_TRIES_OF_ADDRESS = 20
_FIRST_WAIT_S = 2.0
_LONGEST_WAIT_S = 300.0
_FORGET_S = 900.0
_REMEMBERED = 10_000


class TooManyTriesError(CommandwallError):
    """Raised when a sign-in comes too soon after failed ones; ``retry_after_s`` says how long to wait."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("too many failed sign-ins; wait {wait_s:.0f} s and try again", wait_s=retry_after_s)
        self.retry_after_s = retry_after_s


@dataclass(slots=True)
class _Failures:
    count: int = 0
    last_s: float = 0.0
    free_at_s: float = 0.0


class GuessGuard:
    """Counts failed sign-ins per user and address, and per address over all users.

    A user is never locked out from an address that did not fail, so nobody can lock an operator out
    from elsewhere. Bounded: the entries that failed longest ago are forgotten first.
    """

    def __init__(self, clock: Clock = monotonic_s) -> None:
        self._clock = clock
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def attempt(self, user: str, address: str) -> None:
        """Count a try, as a failed one until :meth:`succeeded` says otherwise.

        Counting first keeps many tries at once from all being free. Raises
        :class:`TooManyTriesError` if ``user`` at ``address`` has to wait.
        """
        wait_s = max(self._free_at_s((user, address)), self._free_at_s(("", address))) - self._clock()
        if wait_s > 0:
            raise TooManyTriesError(wait_s)
        self._note((user, address), _FREE_TRIES)
        self._note(("", address), _FREE_TRIES_OF_ADDRESS)

    def succeeded(self, user: str, address: str) -> None:
        """Forget what this user failed at this address; what others failed there still counts."""
        self._failures.pop((user, address), None)
        if shared := self._failures.get(("", address)):
            shared.count -= 1
            shared.free_at_s = 0.0

    def _free_at_s(self, key: tuple[str, str]) -> float:
        entry = self._failures.get(key)
        return entry.free_at_s if entry else 0.0

    def _note(self, key: tuple[str, str], free_tries: int) -> None:
        now = self._clock()
        entry = self._failures.pop(key, None)
        if entry is None or now - entry.last_s > _FORGET_S:
            entry = _Failures()
        entry.count += 1
        entry.last_s = now
        over = entry.count - free_tries
        if over >= 0:
            entry.free_at_s = now + min(_FIRST_WAIT_S * 2 ** min(over, 16), _LONGEST_WAIT_S)
        self._failures[key] = entry
        while len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)
