"""The track of a description that is taken, and the SETUP that brings it here (RFC 2326 section 10.4)."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.codec import PayloadFormat
from commandwall.rtp.formats import VIDEO_FORMATS, video_format
from commandwall.rtp.receiver import RtpReceiver
from commandwall.rtsp.connection import RtspConnection
from commandwall.rtsp.dialogue import Dialogue
from commandwall.rtsp.headers import TransportSpec, parse_transports
from commandwall.rtsp.messages import Response
from commandwall.rtsp.sdp import MediaDescription, RtpFormat, SessionDescription
from commandwall.rtsp.udp import UdpPair, open_pair

_PROFILES = ("RTP/AVP", "RTP/AVPF", "RTP/AVP/TCP", "")


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """A video track whose codec is taken, and what puts its access units together."""

    control: str
    format: RtpFormat
    payload: PayloadFormat


class ReportPath(Protocol):
    """Where receiver reports go."""

    def send_rtcp(self, payload: bytes) -> None:
        """Send one compound RTCP packet to the camera, if it can be done now."""


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
                return VideoTrack(media.control, fmt, video_format(fmt.encoding, fmt.fmtp))
    raise UnsupportedError(f"DESCRIBE: {_why_not(tracks[0])}")


def _why_not(media: MediaDescription) -> str:
    if media.protocol not in _PROFILES:
        return f"the profile {media.protocol[:20]!a} is not taken, only RTP/AVP"
    named = ", ".join(fmt.encoding[:20] or f"payload type {fmt.payload_type}" for fmt in media.formats)
    taken = ", ".join(VIDEO_FORMATS)
    return f"unsupported codec {named or '(none named)'}; set the camera to one of: {taken}"


class TcpPath:
    """The interleaved channel for RTCP."""

    __slots__ = ("_channel", "_connection")

    def __init__(self, connection: RtspConnection, channel: int) -> None:
        self._connection = connection
        self._channel = channel

    def send_rtcp(self, payload: bytes) -> None:
        """Send one compound RTCP packet to the camera."""
        self._connection.send_frame(self._channel, payload)


async def set_up_tcp(dialogue: Dialogue, url: str, receiver: RtpReceiver) -> ReportPath:
    """Have the track sent on the RTSP connection itself, on the channels that the camera chooses."""
    wanted = TransportSpec(tcp=True, interleaved=(0, 1))
    spec = _answered(await dialogue.call("SETUP", url, ("Transport", str(wanted))), wanted)
    rtp, rtcp = spec.interleaved or (0, 1)
    sinks = dialogue.connection.sinks
    sinks[rtp] = receiver.on_rtp
    sinks[rtcp] = receiver.on_rtcp
    return TcpPath(dialogue.connection, rtcp)


async def set_up_udp(dialogue: Dialogue, url: str, receiver: RtpReceiver, stack: ExitStack) -> ReportPath:
    """Have the track sent to a pair of UDP ports, which ``stack`` closes."""
    connection = dialogue.connection
    pair: UdpPair = open_pair(connection.host("sockname"))
    stack.callback(pair.close)
    wanted = TransportSpec(tcp=False, client_port=pair.ports)
    spec = _answered(await dialogue.call("SETUP", url, ("Transport", str(wanted))), wanted)
    if spec.multicast:
        raise UnsupportedError("SETUP: the camera sends to a multicast group only; use tcp")
    camera = connection.host("peername")
    await pair.start(frozenset((camera, spec.source or camera)), receiver)
    if spec.server_port is not None:
        pair.aim(camera, spec.server_port)
    return pair


def _answered(response: Response, wanted: TransportSpec) -> TransportSpec:
    """Return the transport that the camera answered SETUP with; ``wanted`` if it does not say."""
    try:
        specs = parse_transports(response.headers.get("Transport"))
    except ProtocolError as error:
        raise ProtocolError(f"SETUP: {error}") from error
    if not specs:
        return wanted
    if specs[0].tcp != wanted.tcp:
        names = ("udp", "tcp")
        raise UnsupportedError(
            f"SETUP: asked for {names[wanted.tcp]}, the camera gives {names[specs[0].tcp]}"
        )
    return specs[0]
