"""The messages between the control plane and the sound process, which mixes conferences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commandwall.ipc.packets import BusAddress

EVERYBODY = "all"
"""The listener who hears everybody: ``mix/CONFERENCE/all``. No participant has this id.

Loudspeakers do too: ``mix/CONFERENCE/all/pcm_mulaw`` and ``.../pcm_alaw`` are the same in G.711 of 8 kHz.
"""


@dataclass(frozen=True, slots=True)
class ConfigureSound:
    """Control -> sound, first: where to serve the packets of mixes."""

    packet_path: str


@dataclass(frozen=True, slots=True)
class SoundInput:
    """The voice of a participant, on a packet bus: Opus, G.711 or AAC. It is heard only while ``open``."""

    participant: str
    bus: BusAddress
    open: bool


@dataclass(frozen=True, slots=True)
class ArrangeSound:
    """Control -> sound: all that is mixed in ``conference`` and who listens, from now on.

    Inputs that stay the same go on untouched. Each listener's mix is ``mix/CONFERENCE/LISTENER``: whatever is
    open, without the listener's own voice. ``mix/CONFERENCE/all`` is always there.
    """

    conference: str
    inputs: tuple[SoundInput, ...]
    listeners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EndSound:
    """Control -> sound: end the mixes of ``conference``; one that is over already is."""

    conference: str


class VoiceFault(StrEnum):
    """Why nothing is heard of a voice, whatever its level."""

    NONE = ""
    ABSENT = "absent"
    """Nobody publishes it, or who did has stopped."""
    SILENT = "silent"
    """It is published, but no packet comes."""
    UNREADABLE = "unreadable"
    """What comes is no sound that can be decoded."""


@dataclass(frozen=True, slots=True)
class VoiceFigures:
    """How one voice does. ``level_db`` is in dBFS, -127 (silence) to 0 as RFC 6464 has it, also while closed.

    ``speaking``: it is open and there is voice in it, by its level with a hangover. ``delay_ms`` is how long
    the mixer keeps it. ``concealed_ms`` of sound, since it was first arranged, were made up in place of what
    came too late or never, or while waiting.
    """

    participant: str
    level_db: float
    speaking: bool
    delay_ms: float
    concealed_ms: int
    fault: VoiceFault = VoiceFault.NONE


@dataclass(frozen=True, slots=True)
class SoundReport:
    """Sound -> control, five times a second, and at once when somebody begins or ceases to speak.

    ``ticks`` of 20 ms since ``conference`` began, ``late_ticks`` of them came late, ``tick_ms`` is what the
    last second's took on average, for this conference alone. ``encoded`` is how many mixes are encoded now.
    """

    conference: str
    voices: tuple[VoiceFigures, ...]
    ticks: int
    late_ticks: int
    tick_ms: float
    encoded: int = 0


SoundMessage = ConfigureSound | ArrangeSound | EndSound | SoundReport
