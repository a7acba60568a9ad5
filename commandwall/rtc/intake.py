"""What every intake of a peer's pictures or sound has in common."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from commandwall.rtc.hooks import PacketSink
from commandwall.rtc.published import Published


class Reception(NamedTuple):
    """What came since it was asked for last: RTP packets, those missing for good, bytes of payload.

    ``jitter_ms`` is the one of RFC 3550, ``None`` where it is not known; ``malformed`` are packets that break
    their format.
    """

    packets: int
    lost: int
    bytes: int
    jitter_ms: float | None = None
    malformed: int = 0


class Intake(PacketSink, Protocol):
    """Makes access units of a sender's packets and publishes them."""

    stream: Published

    heard_ns: int
    """When the sender was heard of last, monotonic."""

    def reception(self) -> Reception:
        """Return what came since the last call."""
