"""Media profiles: which streams a camera offers and where they are (ONVIF Media 1 and 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from commandwall.base.errors import InvalidError, ProtocolError, UnavailableError, UnsupportedError
from commandwall.onvif.client import OnvifClient
from commandwall.onvif.device import Services
from commandwall.onvif.markup import find, find_all, number, text

SUB_PIXELS = 640 * 360
"""What a tile of a full wall needs; the profile nearest to it becomes the sub-stream."""

_CODECS = {"H264": "h264", "H265": "hevc", "JPEG": "mjpeg"}


@dataclass(frozen=True, slots=True)
class MediaProfile:
    """One profile. ``codec`` is FFmpeg's name of it; sizes are 0 where the device tells none.

    ``ptz_node`` is empty when the profile moves nothing, ``video_source`` names the lens or channel that it
    is of. ``media2`` is whether it is one of Media 2.
    """

    token: str
    name: str
    codec: str
    width: int
    height: int
    fps: float
    bitrate_bps: float
    ptz_node: str
    video_source: str
    media2: bool

    @property
    def taken(self) -> bool:
        """Whether its codec is one that is received."""
        return self.codec in _CODECS.values()

    @property
    def pixels(self) -> int:
        """Size of a picture in pixels."""
        return self.width * self.height


async def profiles_of(client: OnvifClient, services: Services) -> list[MediaProfile]:
    """Return the profiles that have video; raises UnsupportedError without a media service.

    Media 1 is asked where there is no Media 2, and where that refuses or has none.
    """
    if not services.media2 and not services.media:
        raise UnsupportedError("{host} has no media service; it is no camera", host=client.host)
    found: list[MediaProfile] = []
    if services.media2:
        body = "<tr2:GetProfiles><tr2:Type>All</tr2:Type></tr2:GetProfiles>"
        try:
            found = _profiles(await client.call(services.media2, body, "GetProfiles"), _MEDIA2)
        except (UnsupportedError, InvalidError, UnavailableError):
            if not services.media:
                raise
    if not found and services.media:
        found = _profiles(await client.call(services.media, "<trt:GetProfiles/>", "GetProfiles"), _MEDIA)
    return found


async def stream_url(client: OnvifClient, services: Services, profile: MediaProfile) -> str:
    """Return the RTSP URL of a profile, without user and password; raises ProtocolError for no such URL."""
    token = escape(profile.token)
    if profile.media2:
        body = (
            "<tr2:GetStreamUri><tr2:Protocol>RTSP</tr2:Protocol>"
            f"<tr2:ProfileToken>{token}</tr2:ProfileToken></tr2:GetStreamUri>"
        )
        answer = await client.call(services.media2, body, "GetStreamUri")
        return _clean(text(answer, "tr2:Uri"))
    body = (
        "<trt:GetStreamUri><trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream>"
        "<tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trt:StreamSetup>"
        f"<trt:ProfileToken>{token}</trt:ProfileToken></trt:GetStreamUri>"
    )
    answer = await client.call(services.media, body, "GetStreamUri")
    return _clean(text(answer, "trt:MediaUri/tt:Uri"))


def by_source(profiles: Iterable[MediaProfile]) -> list[tuple[MediaProfile, ...]]:
    """Return the profiles of each video source (lens or channel), in the order of the device."""
    found: dict[str, list[MediaProfile]] = {}
    for profile in profiles:
        found.setdefault(profile.video_source, []).append(profile)
    return [tuple(same) for same in found.values()]


def main_and_sub(profiles: Iterable[MediaProfile]) -> tuple[MediaProfile | None, MediaProfile | None]:
    """Return the profiles for ``main`` and ``sub``: the largest, and the nearest to 640 x 360.

    Both have a codec that is received. A sub-stream is of the video source of main and has at most half
    of its pixels, else there is none.
    """
    taken = [profile for profile in profiles if profile.taken]
    main = max(taken, key=lambda profile: profile.pixels, default=None)
    if main is None:
        return None, None
    same = [profile for profile in taken if profile.video_source == main.video_source]
    smaller = [profile for profile in same if 0 < 2 * profile.pixels <= main.pixels]
    return main, min(smaller, key=lambda profile: abs(profile.pixels - SUB_PIXELS), default=None)


@dataclass(frozen=True, slots=True)
class _Paths:
    """Where the parts of a profile are in one version of the media service."""

    media2: bool
    profile: str
    name: str
    encoder: str
    ptz_node: str
    video_source: str


_MEDIA = _Paths(
    False,
    "trt:Profiles",
    "tt:Name",
    "tt:VideoEncoderConfiguration",
    "tt:PTZConfiguration/tt:NodeToken",
    "tt:VideoSourceConfiguration/tt:SourceToken",
)
_MEDIA2 = _Paths(
    True,
    "tr2:Profiles",
    "tr2:Name",
    "tr2:Configurations/tr2:VideoEncoder",
    "tr2:Configurations/tr2:PTZ/tt:NodeToken",
    "tr2:Configurations/tr2:VideoSource/tt:SourceToken",
)


def _profiles(answer: Element, paths: _Paths) -> list[MediaProfile]:
    return [
        _profile(node, encoder, paths)
        for node in find_all(answer, paths.profile)
        if (encoder := find(node, paths.encoder)) is not None
    ]


def _profile(node: Element, encoder: Element, paths: _Paths) -> MediaProfile:
    encoding = text(encoder, "tt:Encoding")
    return MediaProfile(
        token=node.get("token", ""),
        name=text(node, paths.name),
        codec=_CODECS.get(encoding.upper(), encoding.lower()),
        width=int(number(text(encoder, "tt:Resolution/tt:Width"))),
        height=int(number(text(encoder, "tt:Resolution/tt:Height"))),
        fps=number(text(encoder, "tt:RateControl/tt:FrameRateLimit")),
        bitrate_bps=number(text(encoder, "tt:RateControl/tt:BitrateLimit")) * 1000,
        ptz_node=text(node, paths.ptz_node),
        video_source=text(node, paths.video_source),
        media2=paths.media2,
    )


def _clean(url: str) -> str:
    """Return ``url`` without the user and password that some cameras put in; it is printed and stored."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise ProtocolError("GetStreamUri: what the device gives is no URL") from None
    if parts.scheme != "rtsp" or not host or not url.isprintable() or " " in url:
        raise ProtocolError("GetStreamUri: the device gives no rtsp:// URL; switch RTSP on in its settings")
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))
