"""What is the same for every payload format of sound; and G.711 (RFC 3551) and Opus (RFC 7587)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from commandwall.base.errors import ProtocolError, UnsupportedError

MAX_FRAME_BYTES = 8191
"""The largest frame taken: what the 13 bits of AAC-hbr can say (RFC 3640 section 3.3.6)."""
OPUS_CLOCK_HZ = 48000
_RATES_HZ = range(8000, 96001)
_MAX_CHANNELS = 8


@dataclass(frozen=True, slots=True)
class AudioParameters:
    """What a track's sound is; ``name`` as FFmpeg names decoders, ``sample_rate`` in Hz.

    ``extradata`` is what a decoder needs before the first frame: AAC's AudioSpecificConfig.
    """

    name: str
    sample_rate: int
    channels: int
    extradata: bytes = b""


class AudioFormat(Protocol):
    """Takes the frames of one codec out of RTP payloads in their order. One object serves one session."""

    parameters: AudioParameters

    frame_ticks: int
    """How much later each further frame of one timestamp begins, in ticks of the RTP clock."""

    def push(self, data: bytes, start: int, end: int, timestamp: int) -> Sequence[bytes]:
        """Take the payload ``data[start:end]`` of ``timestamp`` and return the frames that it completes.

        Raises ProtocolError if it breaks the payload format; what follows may be whole again.
        """

    def lose(self) -> None:
        """Take note that packets are missing before the next payload: what is half there is dropped."""


class WholeFrames:
    """An ``AudioFormat`` whose every payload is one frame."""

    __slots__ = ("frame_ticks", "parameters")

    def __init__(self, parameters: AudioParameters) -> None:
        self.parameters = parameters
        self.frame_ticks = 0

    def push(self, data: bytes, start: int, end: int, timestamp: int) -> Sequence[bytes]:
        """Return the payload, whatever is in it. Raises ProtocolError if it is empty or too long."""
        if not 0 < end - start <= MAX_FRAME_BYTES:
            raise ProtocolError(f"a packet of {self.parameters.name} holds {end - start} bytes")
        return (data[start:end],)

    def lose(self) -> None:
        """Do nothing: no frame is ever half there."""


def g711(name: str, clock_hz: int, channels: int) -> WholeFrames:
    """Return the format of G.711, ``pcm_mulaw`` or ``pcm_alaw``. Raises UnsupportedError."""
    if clock_hz not in _RATES_HZ or channels > _MAX_CHANNELS:
        raise UnsupportedError(
            "{name} of {clock_hz} Hz and {channels} channels is not taken",
            name=name,
            clock_hz=clock_hz,
            channels=channels,
        )
    return WholeFrames(AudioParameters(name, clock_hz, channels))


def opus(clock_hz: int, fmtp: Mapping[str, str]) -> WholeFrames:
    """Return the format of Opus: mono unless ``sprop-stereo`` says else. Raises UnsupportedError."""
    if clock_hz != OPUS_CLOCK_HZ:
        raise UnsupportedError(
            "opus with a clock of {clock_hz} Hz is not taken, only {taken_hz}",
            clock_hz=clock_hz,
            taken_hz=OPUS_CLOCK_HZ,
        )
    channels = 2 if fmtp.get("sprop-stereo") == "1" else 1
    return WholeFrames(AudioParameters("opus", OPUS_CLOCK_HZ, channels))
