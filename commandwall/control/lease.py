"""Who operates a camera now: one at a time, for as long as commands come."""

from __future__ import annotations

from commandwall.base.clock import Clock, monotonic_s
from commandwall.base.errors import HeldError
from commandwall.control.roles import Principal

LEASE_S = 10.0


class Lease:
    """The right to operate one camera, or several on one head.

    It ends ``lease_s`` after its holder's last command. People are told apart by name: a holder may
    go on at another desk.
    """

    def __init__(self, lease_s: float = LEASE_S, clock: Clock = monotonic_s) -> None:
        self._lease_s = lease_s
        self._clock = clock
        self._holder: Principal | None = None
        self._until_s = 0.0

    @property
    def holder(self) -> Principal | None:
        """Who holds it now, ``None`` for nobody."""
        return self._holder if self.remaining_s > 0 else None

    @property
    def remaining_s(self) -> float:
        """How long it is still held if no further command comes."""
        return max(0.0, self._until_s - self._clock()) if self._holder is not None else 0.0

    def held_by(self, who: Principal) -> bool:
        """Return whether ``who`` holds it now."""
        holder = self.holder
        return holder is not None and holder.name == who.name

    def take(self, who: Principal, camera_id: str) -> bool:
        """Give it to ``who``, or prolong it; return whether somebody else, or nobody, held it before.

        Raises :class:`HeldError`, which names the camera, when another holds it whom ``who`` does not
        outrank.
        """
        holder = self.holder
        is_new = holder is None or holder.name != who.name
        if holder is not None and is_new and not who.outranks(holder):
            raise HeldError(
                "camera {id!r} is operated by {name}; it is free {remaining_s:.0f} s after the last command",
                id=camera_id,
                name=holder.name,
                remaining_s=self.remaining_s,
            )
        self._holder, self._until_s = who, self._clock() + self._lease_s
        return is_new

    def release(self, who: Principal) -> None:
        """End it, if ``who`` holds it."""
        if self.held_by(who):
            self._holder = None
