"""Which damaged pictures are withheld, so that a tile keeps the last good one and says "damaged"."""

from __future__ import annotations

from commandwall.base.clock import NS_PER_S
from commandwall.media.decoder import DecodedPicture
from commandwall.model.access_unit import AccessUnit

WITHHELD_NS = 3 * NS_PER_S
"""A feed that has no whole key frame for so long is shown as it is, marked: better than nothing."""


class Withholding:
    """What is withheld of one feed. Used by one decode thread at a time.

    When a part of a key frame is missing, all that is predicted from it is a smear: nothing is shown
    of that group of pictures. Damage that comes later in a group is small at first: those are shown,
    and marked. Pictures with holes are never shown.
    """

    def __init__(self) -> None:
        self._since_ns = 0

    def failed(self, unit: AccessUnit) -> None:
        """Take note of a unit that could not be decoded at all."""
        if unit.key and not self._since_ns:
            self._since_ns = unit.arrival_ns

    def withholds(self, picture: DecodedPicture) -> bool:
        """Return whether ``picture`` is not to be shown; call it for each, in their order."""
        unit = picture.unit
        if unit.key and not picture.damaged:
            self._since_ns = 0
        elif unit.key and not self._since_ns:
            self._since_ns = unit.arrival_ns
        if picture.hollow:
            return True
        return self._since_ns > 0 and unit.arrival_ns - self._since_ns < WITHHELD_NS
