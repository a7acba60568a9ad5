"""Cameras, the areas they hang in, and the streams they offer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commandwall.model.masks import Masks


class StreamName(StrEnum):
    """The two streams of a surveillance camera."""

    MAIN = "main"
    SUB = "sub"


class Transport(StrEnum):
    """How RTP travels (RFC 2326 section 12.39, RFC 7826 section 18.54).

    HTTP is TCP through a tunnel of HTTP, for networks that let nothing else through.
    """

    TCP = "tcp"
    UDP = "udp"
    MULTICAST = "multicast"
    HTTP = "http"


class FeedState(StrEnum):
    """What is known of a feed; a camera shows the state of the feed that is always received."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    LOST = "lost"
    REFUSED = "refused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Area:
    """A node of the tree that cameras hang in (片区); ``parent`` is ``None`` at the top."""

    id: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """Where one stream of a camera is fetched. ``url`` never carries user or password."""

    url: str
    transport: Transport = Transport.TCP


@dataclass(frozen=True, slots=True)
class Camera:
    """One device. At least one of ``main`` and ``sub`` is set.

    ``position`` is (latitude, longitude) in degrees (WGS 84); ``credentials`` names an entry of
    the configuration's ``credentials``. ``tls_verify`` is whether an ``rtsps`` camera must show a
    certificate that is trusted; ``onvif_url`` is the ONVIF device service that moves it, if any, and
    ``onvif_profile`` one of its media profiles there, where the device has several lenses or channels;
    ``audio`` is whether its sound is received. ``masks`` cover what nobody gets to see of it.
    """

    id: str
    name: str
    area: str
    main: StreamAddress | None
    sub: StreamAddress | None
    position: tuple[float, float] | None = None
    credentials: str | None = None
    enabled: bool = True
    tls_verify: bool = True
    onvif_url: str | None = None
    audio: bool = True
    masks: Masks = ()
    onvif_profile: str | None = None

    def address(self, stream: StreamName) -> StreamAddress | None:
        """Return where ``stream`` is fetched, or ``None`` if the camera has no such stream."""
        return self.main if stream is StreamName.MAIN else self.sub

    @property
    def operable(self) -> bool:
        """Whether there is an address to move it by, and it may be connected to."""
        return self.enabled and self.onvif_url is not None

    @property
    def steady(self) -> StreamName:
        """The stream that is always received: ``sub``, or ``main`` where there is no ``sub``."""
        return StreamName.MAIN if self.sub is None else StreamName.SUB


def feed_id(camera: str, stream: StreamName) -> str:
    """Return the name of a feed: ``CAMERA/STREAM``."""
    return f"{camera}/{stream}"
