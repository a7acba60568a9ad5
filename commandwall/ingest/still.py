"""A still picture of a camera, from its group-of-pictures cache."""

from __future__ import annotations

from commandwall.base.errors import ProtocolError, UnavailableError
from commandwall.media.decoder import DecodedPicture, VideoDecoder
from commandwall.media.scale import to_limited_range
from commandwall.media.still import Still, encode_still
from commandwall.model.access_unit import AccessUnit


def newest_jpeg(codec: str, units: list[AccessUnit]) -> tuple[Still, AccessUnit]:
    """Return the newest picture that ``units`` decode to as JPEG, and the unit it came from.

    Takes tens of milliseconds: for a thread. Raises :class:`UnavailableError` when there is none.
    """
    decoder = VideoDecoder(codec)
    newest: DecodedPicture | None = None
    for unit in units:
        try:
            for picture in decoder.decode(unit):
                newest = picture
        except ProtocolError:
            continue  # A later picture may still be whole enough to be looked at.
    if newest is None:
        raise UnavailableError("no picture could be decoded; try again after the next key frame")
    planes = newest.planes()
    if newest.full_range:
        planes = to_limited_range(planes)
    return encode_still(planes, "jpg"), newest.unit
