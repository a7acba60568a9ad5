"""A still picture of a camera, from its group-of-pictures cache."""

from __future__ import annotations

from commandwall.base.clock import monotonic_s
from commandwall.base.errors import ProtocolError, UnavailableError
from commandwall.ingest.withholding import Withholding
from commandwall.ipc.slots import Planes
from commandwall.media.decoder import DecodedPicture, VideoDecoder
from commandwall.media.masks import paint_masks
from commandwall.media.scale import to_limited_range
from commandwall.media.still import Still, encode_still
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.masks import Masks
from commandwall.model.wall import DecodeLevel

_LONG_PIXELS = 1 << 30
"""A group of more takes seconds to decode (130 pictures of 4K: 3 s), and is decoded without deblocking."""


def newest_jpeg(
    info: StreamInfo, units: list[AccessUnit], masks: Masks, until_s: float
) -> tuple[Still, AccessUnit]:
    """Return the newest picture that ``units`` decode to as JPEG, and the unit it came from.

    It is the picture under ``masks``. One that a tile would withhold for being damaged is taken if there
    is no better one, and one with holes in it never.

    Takes tens of milliseconds, or seconds for a long group: for a thread. Raises :class:`UnavailableError`
    when there is none, or none is decoded by ``until_s`` (monotonic), since nobody waits for it any more.
    """
    decoder = VideoDecoder(info.codec, _level(info, len(units)))
    newest: DecodedPicture | None = None
    doubtful: DecodedPicture | None = None
    withholding = Withholding()
    for unit in units:
        if monotonic_s() > until_s:
            raise UnavailableError("the picture took too long to decode; shorten the key-frame interval")
        try:
            for picture in decoder.decode(unit):
                if not withholding.withholds(picture):
                    newest = picture
                elif not picture.hollow:
                    doubtful = picture
        except ProtocolError:
            withholding.failed(unit)
    newest = newest or doubtful
    if newest is None:
        raise UnavailableError("no picture could be decoded; try again after the next key frame")
    planes = newest.planes()
    if newest.full_range:
        planes = to_limited_range(planes)
    if masks:
        planes = Planes(*(plane.copy() for plane in planes))
        paint_masks(masks, planes)
    return encode_still(planes, "jpg"), newest.unit


def _level(info: StreamInfo, count: int) -> DecodeLevel:
    """Return how a group of ``count`` pictures is decoded: in full, unless that takes too long."""
    long = info.width * info.height * count > _LONG_PIXELS
    return DecodeLevel.NODEBLOCK if long else DecodeLevel.FULL
