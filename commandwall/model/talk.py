"""Talking to the street: loudspeakers, and what becomes of what is said at one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LoudspeakerKind(StrEnum):
    """Whose a loudspeaker is."""

    CAMERA = "camera"
    SPEAKER = "speaker"
    """It announced itself by MQTT."""


@dataclass(frozen=True, slots=True)
class Loudspeaker:
    """One loudspeaker, written ``camera:ID`` or ``speaker:ID``."""

    kind: LoudspeakerKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class TalkState(StrEnum):
    """How it is with what is said at a loudspeaker."""

    IDLE = "idle"
    """Nobody talks."""
    OPENING = "opening"
    TALKING = "talking"
    LOST = "lost"
    """It cannot be reached now; it is tried again."""
    REFUSED = "refused"
    """It has no loudspeaker, or does not let us; it is tried again when somebody asks for it."""


class SpeakerCodec(StrEnum):
    """What loudspeakers on the network take, as FFmpeg names it; G.711 is of 8 kHz, Opus of 48."""

    PCM_MULAW = "pcm_mulaw"
    PCM_ALAW = "pcm_alaw"
    OPUS = "opus"


@dataclass(frozen=True, slots=True)
class RtpAddress:
    """Where RTP goes: ``host`` is an IP address, RTCP goes to the port behind ``port``."""

    host: str
    port: int
    codec: SpeakerCodec
    payload_type: int

    @property
    def clock_hz(self) -> int:
        """The clock of its timestamps."""
        return 48_000 if self.codec is SpeakerCodec.OPUS else 8_000
