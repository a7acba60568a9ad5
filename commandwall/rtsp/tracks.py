"""Which tracks of a description are taken."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.base.errors import UnsupportedError
from commandwall.base.sentence import Sentence
from commandwall.rtp.audio import AudioFormat
from commandwall.rtp.codec import PayloadFormat
from commandwall.rtp.formats import AUDIO_FORMATS, VIDEO_FORMATS, audio_format, video_format
from commandwall.rtsp.sdp import MediaDescription, RtpFormat, SessionDescription

_PROFILES = ("RTP/AVP", "RTP/AVPF", "RTP/AVP/TCP", "")
LOUDSPEAKER_CODECS = {"PCMU": "pcm_mulaw", "PCMA": "pcm_alaw"}
"""What is sent to loudspeakers: encoding names, in capitals, and FFmpeg's."""
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """A video track whose codec is taken, and what puts its access units together."""

    media: MediaDescription
    format: RtpFormat
    payload: PayloadFormat


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """A track of sound whose codec is taken, and what takes its frames out of packets."""

    media: MediaDescription
    format: RtpFormat
    payload: AudioFormat


@dataclass(frozen=True, slots=True)
class LoudspeakerTrack:
    """A track that the camera plays, and the codec it takes, as FFmpeg names it."""

    media: MediaDescription
    format: RtpFormat
    codec: str


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
    raise UnsupportedError("DESCRIBE: {reason}", reason=_why_not(tracks[0]))


def choose_audio(description: SessionDescription, video: MediaDescription) -> AudioTrack | None:
    """Return the first track of sound whose codec is taken, ``None`` if the stream has no sound.

    Raises UnsupportedError that says why the first one is not taken if none is.
    """
    refusal: UnsupportedError | None = None
    for media in description.media:
        if media.kind != "audio" or _is_played_there(media, video):
            continue
        try:
            return _take_audio(media)
        except UnsupportedError as error:
            refusal = refusal or error
    if refusal is not None:
        raise UnsupportedError("DESCRIBE: sound: {reason}", reason=refusal) from refusal
    return None


def choose_loudspeaker(description: SessionDescription) -> LoudspeakerTrack:
    """Return the first track that the camera plays and that takes G.711 of 8 kHz.

    Raises UnsupportedError if there is no track that it plays, or none that takes G.711.
    """
    video = next((media for media in description.media if media.kind == "video"), None)
    theirs = video is not None and _direction(video) == "sendonly"
    wanted = "recvonly" if theirs else "sendonly"
    tracks = [each for each in description.media if each.kind == "audio" and _direction(each) == wanted]
    if not tracks:
        raise UnsupportedError("the camera has no audio backchannel: no loudspeaker, or it is switched off")
    formats = [(media, fmt) for media in tracks if media.protocol in _PROFILES for fmt in media.formats]
    for media, fmt in formats:
        if fmt.encoding in LOUDSPEAKER_CODECS and (fmt.clock_hz, fmt.channels) == (8000, 1):
            return LoudspeakerTrack(media, fmt, LOUDSPEAKER_CODECS[fmt.encoding])
    named = ", ".join(f"{fmt.encoding[:20]}/{fmt.clock_hz}" for _, fmt in formats)
    raise UnsupportedError(
        "the camera's loudspeaker takes {named}; set it to G.711 (PCMU or PCMA) of 8 kHz", named=named or "-"
    )


def _is_played_there(media: MediaDescription, video: MediaDescription) -> bool:
    """Return whether a track is for the camera's loudspeaker: it goes the other way than the pictures.

    ONVIF has ``sendonly`` mean what the client sends (Streaming Specification section 5.3); cameras
    that see it from their own side say it of their pictures too.
    """
    direction = _direction(media)
    return direction == "inactive" or (direction == "sendonly" and _direction(video) != "sendonly")


def _direction(media: MediaDescription) -> str:
    return next((name for name, _ in media.attributes if name in _DIRECTIONS), "sendrecv")


def _take_audio(media: MediaDescription) -> AudioTrack:
    if media.protocol not in _PROFILES or not media.formats:
        raise UnsupportedError(_profile(media))
    fmt = next((each for each in media.formats if each.encoding in AUDIO_FORMATS), media.formats[0])
    return AudioTrack(media, fmt, audio_format(fmt.encoding, fmt.clock_hz, fmt.channels, fmt.fmtp))


def _profile(media: MediaDescription) -> Sentence:
    return Sentence("the profile {profile!a} is not taken, only RTP/AVP", profile=media.protocol[:20])


def _why_not(media: MediaDescription) -> Sentence:
    if media.protocol not in _PROFILES:
        return _profile(media)
    named = ", ".join(fmt.encoding[:20] or f"payload type {fmt.payload_type}" for fmt in media.formats)
    taken = ", ".join(VIDEO_FORMATS)
    return Sentence(
        "unsupported codec {named}; set the camera to one of: {taken}",
        named=named or Sentence("(none named)"),
        taken=taken,
    )
