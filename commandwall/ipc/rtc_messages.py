"""The messages between the control plane and the rtc process; :mod:`commandwall.ipc.messages` takes them in.

A session is one WebRTC connection. The control plane names it, opens it with a peer's offer (or asks
for one of this end's) and is told when it connects and when it is over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ConfigureRtc:
    """Control -> rtc, first: where to serve what is published, and which ICE servers to ask."""

    packet_path: str
    ice_servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreamAt:
    """A stream of the packet bus at ``packet_path``; ``answers_keys``: a key frame can be asked for there.

    It is to be played ``later_ms`` after what else arrived at its time: the sound was still to be mixed.
    Only what is of ``codec`` is sent, as FFmpeg names it; ``""``: of any.
    """

    packet_path: str
    stream: str
    answers_keys: bool = False
    later_ms: int = 0
    codec: str = ""


@dataclass(frozen=True, slots=True)
class WatchStream:
    """Control -> rtc, a request: send one picture and sound to whoever offers to receive them.

    ``video`` are the rungs of one picture, the largest first: one of them is sent, as the peer's line
    allows, and never one of another codec than it is to be; ``()`` for none. ``sound`` is a stream of
    Opus. What the offer has no section for is not sent. Answered with :class:`SessionAnswer`.
    """

    session: str
    video: tuple[StreamAt, ...]
    sound: StreamAt | None
    offer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SwitchStream:
    """Control -> rtc, a request: send the rungs of another picture, each from its next key frame on.

    Until then the picture before goes on. Answered with :class:`Done` when the new picture is known to
    come and to have the codec that was agreed on.
    """

    session: str
    video: tuple[StreamAt, ...]


@dataclass(frozen=True, slots=True)
class PublishStream:
    """Control -> rtc, a request: receive from whoever offers, and publish on the rtc process's bus.

    ``video`` (H.264) and ``sound`` (Opus) are the names of the streams there; ``""`` is not taken, and
    of two that are wanted one will do. Who published under these names before is cut off. Answered
    with :class:`SessionAnswer`.
    """

    session: str
    video: str
    sound: str
    offer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OfferStream:
    """Control -> rtc, a request: offer to send, as :class:`WatchStream` does; another server answers.

    ``sound_back`` is the name under which sound is published that comes back in the section of ``sound``,
    from a server that mixes; ``""``: none is taken. Answered with :class:`SessionOffer`, and
    :class:`AcceptAnswer` follows.
    """

    session: str
    video: tuple[StreamAt, ...]
    sound: StreamAt | None
    sound_back: str = ""


@dataclass(frozen=True, slots=True)
class OfferIntake:
    """Control -> rtc, a request: offer to receive, as :class:`PublishStream` does; another server answers.

    Answered with :class:`SessionOffer`; :class:`AcceptAnswer` follows.
    """

    session: str
    video: str
    sound: str


@dataclass(frozen=True, slots=True)
class SessionOffer:
    """Rtc -> control: this end's offer, with all its candidates."""

    sdp: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AcceptAnswer:
    """Control -> rtc, a request: the other server's answer to an offer; answered with :class:`Done`."""

    session: str
    sdp: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """Rtc -> control: the SDP for whoever offered; which of picture and sound are sent or taken."""

    sdp: str = field(repr=False)
    video: bool = True
    sound: bool = False


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
    """How far a session is. What it publishes is live from its first key frame, or packet of sound."""

    CONNECTED = "connected"
    LIVE = "live"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """Rtc -> control, at once: a session is further, or over; ``fault`` says why if it failed.

    ``stream`` is the name of what is live. ``asked``: it is over because somebody here wished that.
    """

    session: str
    phase: SessionPhase
    fault: str = ""
    stream: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """How a session was in the last second.

    ``rtt_ms`` and ``jitter_ms`` are ``None`` where they are not known: a round trip is measured by who
    sends. ``loss_ratio`` is of packets, 0 to 1: of those sent, or of those received the missing ones
    that did not come again either. ``bitrate_bps`` is of what is received, ``malformed`` the packets of that
    which break their format.
    """

    session: str
    rtt_ms: float | None = None
    loss_ratio: float = 0.0
    jitter_ms: float | None = None
    bitrate_bps: int = 0
    malformed: int = 0


@dataclass(frozen=True, slots=True)
class RtcReport:
    """Rtc -> control, once a second while there are sessions: the figures of those that are connected."""

    sessions: tuple[SessionFigures, ...]


@dataclass(frozen=True, slots=True)
class RtcFault:
    """Rtc -> control, at start: no WebRTC can be had, and why, in both languages."""

    en: str
    zh: str


RtcMessage = (
    ConfigureRtc | WatchStream | SwitchStream | PublishStream | OfferStream | OfferIntake | AcceptAnswer
    | SessionAnswer | SessionOffer | TrickleSession | Done | EndSession | SessionChanged | RtcReport
    | RtcFault
)  # fmt: skip
