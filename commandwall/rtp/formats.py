"""The codecs that are taken, and nothing else: the allow-list of RTP payload formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from commandwall.base.errors import UnsupportedError
from commandwall.rtp.codec import PayloadFormat
from commandwall.rtp.h264 import H264Format
from commandwall.rtp.h265 import H265Format
from commandwall.rtp.jpeg import JpegFormat

VIDEO_FORMATS: Mapping[str, Callable[[Mapping[str, str]], PayloadFormat]] = {
    "H264": H264Format,
    "H265": H265Format,
    "JPEG": JpegFormat,
}
"""Encoding names as in ``a=rtpmap``, in capitals, and what is made from their ``fmtp``."""


def video_format(encoding: str, fmtp: Mapping[str, str]) -> PayloadFormat:
    """Return a new payload format for ``encoding``. Raises UnsupportedError, which names it."""
    make = VIDEO_FORMATS.get(encoding)
    if make is None:
        taken = " or ".join(VIDEO_FORMATS)
        raise UnsupportedError(
            f"codec {encoding[:40] or 'without a name'} is not taken; set the camera to {taken}"
        )
    return make(fmtp)
