"""What is said at loudspeakers as the API shows it, and what may be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from commandwall.model.talk import RtpAddress, SpeakerCodec, TalkState
from commandwall.settings.values import Id, Text

_CODECS = {
    "pcmu": (SpeakerCodec.PCM_MULAW, 0),
    "pcma": (SpeakerCodec.PCM_ALAW, 8),
    "opus": (SpeakerCodec.OPUS, 111),
}


@dataclass(frozen=True, slots=True)
class TalkDocument:
    """What is said at a loudspeaker, ``camera:ID`` or ``speaker:ID``, and how that goes.

    ``can_talk`` is whether there is a loudspeaker at all; ``null`` until somebody has tried. ``conference``
    is whose sound it plays, ``""`` for somebody's own voice; ``holder`` who began that. Both are ``""`` while
    it is idle.
    """

    loudspeaker: str
    state: TalkState = TalkState.IDLE
    reason: str = ""
    reason_zh: str = ""
    can_talk: bool | None = None
    conference: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class SpeakerDocument:
    """A loudspeaker that announced itself."""

    id: str
    name: str
    url: str
    codec: str
    talk: TalkDocument


@dataclass(frozen=True, slots=True)
class TalkEvent:
    """What an event ``talk`` carries."""

    talk: TalkDocument


class TalkChange(BaseModel):
    """Whose sound a loudspeaker is to play: that of a conference that is open."""

    model_config = ConfigDict(extra="forbid")

    conference: Id


class SpeakerId(BaseModel):
    """The id of a loudspeaker, which is a level of its topic."""

    id: Id


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, port = ip_address(parts.hostname or ""), parts.port or 0
    except ValueError:
        raise ValueError("must be rtp://IP-ADDRESS:PORT") from None
    if parts.scheme != "rtp" or parts.username is not None or parts.path or parts.query or parts.fragment:
        raise ValueError("must be rtp://IP-ADDRESS:PORT")
    if not 1024 <= port < 65535:
        raise ValueError("must have a port from 1024 to 65534")
    if host.is_unspecified or (host.version == 4 and host == ip_address("255.255.255.255")):
        raise ValueError("must be the address of one loudspeaker or of a multicast group")
    return value


class Announcement(BaseModel):
    """How a loudspeaker announces itself: what it is called, where it takes RTP, and of what codec.

    ``payload_type`` is that of Opus where it is not 111; G.711 has its own.
    """

    model_config = ConfigDict(extra="forbid")

    name: Text
    url: Annotated[str, Field(max_length=100), AfterValidator(_address)]
    codec: Literal["pcmu", "pcma", "opus"]
    payload_type: Annotated[int, Field(ge=96, le=127)] | None = None

    @property
    def address(self) -> RtpAddress:
        """Where it is."""
        parts = urlsplit(self.url)
        codec, payload_type = _CODECS[self.codec]
        if codec is SpeakerCodec.OPUS and self.payload_type is not None:
            payload_type = self.payload_type
        return RtpAddress(parts.hostname or "", parts.port or 0, codec, payload_type)
