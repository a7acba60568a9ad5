"""Which damaged pictures are withheld, so that a tile keeps the last good one and says "damaged"."""

from __future__ import annotations

from commandwall.base.clock import NS_PER_S
from commandwall.media.decoder import DecodedPicture
from commandwall.model.access_unit import AccessUnit

WITHHELD_NS = 3 * NS_PER_S
"""A feed that has nothing good for so long is shown as it is, marked: better than nothing."""


class Withholding:
    """What is withheld of one feed. Used by one decode thread at a time.

    What the decoder could not make sense of smears over all that is predicted from it, and so does a
    key frame of which something is missing: nothing is shown until the next whole key frame. Where
    packets of another frame are missing the decoder goes on with what it has, which is hardly seen:
    those are shown, and marked. Pictures with holes are never shown.
    """

    def __init__(self) -> None:
        self._key_damaged = False
        self._since_ns = 0

    def failed(self, unit: AccessUnit) -> None:
        """Take note of a unit that could not be decoded at all."""
        self._key_damaged |= unit.key
        self._since_ns = self._since_ns or unit.arrival_ns

    def withholds(self, picture: DecodedPicture) -> bool:
        """Return whether ``picture`` is not to be shown; call it for each, in their order."""
        unit = picture.unit
        if unit.key:
            self._key_damaged = picture.damaged
        if not (self._key_damaged or picture.broken or picture.hollow):
            self._since_ns = 0
            return False
        self._since_ns = self._since_ns or unit.arrival_ns
        return picture.hollow or unit.arrival_ns - self._since_ns < WITHHELD_NS
