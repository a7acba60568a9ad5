"""The codecs that are taken, and nothing else: the allow-list of RTP payload formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from commandwall.base.errors import UnsupportedError
from commandwall.rtp.aac import GenericFormat, LatmFormat
from commandwall.rtp.audio import AudioFormat, g711, opus
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

AUDIO_FORMATS: Mapping[str, Callable[[int, int, Mapping[str, str]], AudioFormat]] = {
    "PCMA": lambda clock_hz, channels, _: g711("pcm_alaw", clock_hz, channels),
    "PCMU": lambda clock_hz, channels, _: g711("pcm_mulaw", clock_hz, channels),
    "MPEG4-GENERIC": lambda clock_hz, _, fmtp: GenericFormat(clock_hz, fmtp),
    "MP4A-LATM": lambda clock_hz, _, fmtp: LatmFormat(clock_hz, fmtp),
    "OPUS": lambda clock_hz, _, fmtp: opus(clock_hz, fmtp),
}
"""The same for sound, from its clock rate in Hz, channels and ``fmtp``."""


def video_format(encoding: str, fmtp: Mapping[str, str]) -> PayloadFormat:
    """Return a new payload format for ``encoding``. Raises UnsupportedError, which names it."""
    make = VIDEO_FORMATS.get(encoding)
    if make is None:
        raise _not_taken(encoding, VIDEO_FORMATS)
    return make(fmtp)


def audio_format(encoding: str, clock_hz: int, channels: int, fmtp: Mapping[str, str]) -> AudioFormat:
    """Return a new payload format for sound. Raises UnsupportedError, which names it."""
    make = AUDIO_FORMATS.get(encoding)
    if make is None:
        raise _not_taken(encoding, AUDIO_FORMATS)
    return make(clock_hz, channels, fmtp)


def _not_taken(encoding: str, taken: Mapping[str, object]) -> UnsupportedError:
    named = encoding[:40] or "without a name"
    return UnsupportedError(
        "codec {named} is not taken; set the camera to {taken}", named=named, taken=" / ".join(taken)
    )
