"""Whether anything moves in what a camera sends: how a frozen picture is told from a live one."""

from __future__ import annotations

from commandwall.ipc.slots import Plane
from commandwall.media.decoder import DecodedPicture
from commandwall.media.scale import alike, thinned

SEEN_CHANGED_NS = 250_000_000
"""A picture that was seen to change is not compared with the next ones for so long."""


class Stillness:
    """When the content of one feed was last seen to change.

    It outlives decoders and tiles: a picture that stands still does so in the next layout, and at the next
    turn of a tour, from the start. Used by one decode thread at a time.
    """

    __slots__ = ("_before", "_changed_ns", "_size")

    def __init__(self) -> None:
        self._before: Plane | None = None
        self._size = (0, 0)
        self._changed_ns = 0

    def see(self, picture: DecodedPicture) -> int:
        """Take in the feed's newest picture; return when its content last changed (monotonic)."""
        arrival_ns = picture.unit.arrival_ns
        if self._before is not None and arrival_ns - self._changed_ns <= SEEN_CHANGED_NS:
            return self._changed_ns
        luma, size = thinned(picture.luma()), (picture.width, picture.height)
        if self._before is None or size != self._size or not alike(luma, self._before):
            self._before, self._size, self._changed_ns = luma, size, arrival_ns
        return self._changed_ns
