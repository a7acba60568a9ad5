"""The messages between the control plane and the rtc process; :mod:`commandwall.ipc.messages` takes them in.

A session is one WebRTC connection. The control plane names it, opens it with a peer's offer and is
told when it connects and when it is over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ConfigureRtc:
    """Control -> rtc, first: where to serve the packets of shared screens, and which ICE servers to ask."""

    packet_path: str
    ice_servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WatchStream:
    """Control -> rtc, a request: send ``stream`` of the packet bus at ``packet_path`` to whoever offers.

    ``answers_keys``: a key frame can be asked for there. Answered with :class:`SessionAnswer`.
    """

    session: str
    packet_path: str
    stream: str
    answers_keys: bool
    offer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PublishScreen:
    """Control -> rtc, a request: receive ``screen`` from whoever offers, and publish it as ``screen/ID``.

    Whoever sent it before is cut off. Answered with :class:`SessionAnswer`.
    """

    session: str
    screen: str
    offer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """Rtc -> control: the SDP for whoever offered."""

    sdp: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TrickleSession:
    """Control -> rtc, a request: further candidates of the peer (RFC 8840); answered with :class:`Done`."""

    session: str
    fragment: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """Rtc -> control: what was asked for is done."""


@dataclass(frozen=True, slots=True)
class EndSession:
    """Control -> rtc: end this session; one that is over already is."""

    session: str


class SessionPhase(StrEnum):
    """How far a session is. A screen is live from its first key frame."""

    CONNECTED = "connected"
    LIVE = "live"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """Rtc -> control, at once: a session is further, or over; ``fault`` says why if it failed."""

    session: str
    phase: SessionPhase
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RtcFault:
    """Rtc -> control, at start: no WebRTC can be had, and why, in both languages."""

    en: str
    zh: str


RtcMessage = (
    ConfigureRtc | WatchStream | PublishScreen | SessionAnswer | TrickleSession | Done | EndSession
    | SessionChanged | RtcFault
)  # fmt: skip
