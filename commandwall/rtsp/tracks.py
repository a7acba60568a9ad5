"""Which tracks of a description are taken."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.base.errors import UnsupportedError
from commandwall.rtp.codec import PayloadFormat
from commandwall.rtp.formats import VIDEO_FORMATS, video_format
from commandwall.rtsp.sdp import MediaDescription, RtpFormat, SessionDescription

_PROFILES = ("RTP/AVP", "RTP/AVPF", "RTP/AVP/TCP", "")


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """A video track whose codec is taken, and what puts its access units together."""

    media: MediaDescription
    format: RtpFormat
    payload: PayloadFormat


def choose_video(description: SessionDescription) -> VideoTrack:
    """Return the first video track whose codec is taken; every other track is left alone.

    Raises UnsupportedError that names the codec of the first video track if there is none.
    """
    tracks = [media for media in description.media if media.kind == "video"]
    if not tracks:
        raise UnsupportedError("DESCRIBE: the stream has no video track")
    for media in tracks:
        for fmt in media.formats:
            if media.protocol in _PROFILES and fmt.encoding in VIDEO_FORMATS:
                return VideoTrack(media, fmt, video_format(fmt.encoding, fmt.fmtp))
    raise UnsupportedError(f"DESCRIBE: {_why_not(tracks[0])}")


def _why_not(media: MediaDescription) -> str:
    if media.protocol not in _PROFILES:
        return f"the profile {media.protocol[:20]!a} is not taken, only RTP/AVP"
    named = ", ".join(fmt.encoding[:20] or f"payload type {fmt.payload_type}" for fmt in media.formats)
    taken = ", ".join(VIDEO_FORMATS)
    return f"unsupported codec {named or '(none named)'}; set the camera to one of: {taken}"
