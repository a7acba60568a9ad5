"""AAC's AudioSpecificConfig, and LATM's StreamMuxConfig (ISO/IEC 14496-3 sections 1.6.2 and 1.7.3)."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.audio import AudioParameters
from commandwall.rtp.bits import BitReader

_RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_ANY_RATE = 15
_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 8)
"""By channelConfiguration; 0 is a layout of its own, which is not taken."""
_SBR, _PS = 5, 29
_TAKEN_TYPES = range(1, 5)
"""Main, LC, SSR and LTP."""
_MAX_CONFIG_CHARS = 256
_CORE_DELAY_BITS = 14
_EXTENSION, _EXTENSION_BITS = 0x2B7 << 5 | _SBR, 16
"""syncExtensionType and SBR's object type."""
_LENGTH_TYPE_BITS, _FULLNESS_BITS = 3, 8


@dataclass(frozen=True, slots=True)
class AacConfig:
    """What an AudioSpecificConfig says. ``core_hz`` is the rate before SBR doubles it."""

    parameters: AudioParameters
    core_hz: int
    frame_samples: int

    def frame_ticks(self, clock_hz: int) -> int:
        """Return how long a frame lasts, in ticks of a clock."""
        return self.frame_samples * clock_hz // self.core_hz


def parse_audio_config(text: str) -> AacConfig:
    """Parse an AudioSpecificConfig in hexadecimal. Raises UnsupportedError."""
    data = _unhex(text)
    return _parse(BitReader(data), data)


def parse_mux_config(text: str) -> AacConfig:
    """Parse a StreamMuxConfig in hexadecimal: one program of one layer. Raises UnsupportedError."""
    data = _unhex(text)
    reader = BitReader(data)
    try:
        version, same_framing = reader.bits(1), reader.bits(1)
        reader.bits(6)  # numSubFrames: sizes alone tell frames apart, however many there are
        programs, layers = reader.bits(4), reader.bits(3)
        if version or not same_framing or programs or layers:
            raise UnsupportedError("AAC in LATM of more than one program or layer is not taken")
        config = _parse(reader, data)
    except ProtocolError as error:
        raise UnsupportedError("AAC in LATM whose config ends too early is not taken") from error
    if reader.left >= _LENGTH_TYPE_BITS + _FULLNESS_BITS + 1:  # GStreamer leaves out what follows
        length_type = reader.bits(_LENGTH_TYPE_BITS)
        reader.bits(_FULLNESS_BITS)
        if length_type or reader.bits(1):
            raise UnsupportedError("AAC in LATM with frames of fixed length, or other data, is not taken")
    return config


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text.strip('" ')[:_MAX_CONFIG_CHARS])
    except ValueError:
        raise UnsupportedError("AAC whose config is not hexadecimal is not taken") from None


def _parse(reader: BitReader, data: bytes) -> AacConfig:
    """Read an AudioSpecificConfig from where ``reader``, which reads ``data``, is."""
    begin = reader.left
    try:
        kind, core_hz, layout = _object_type(reader), _rate_hz(reader), reader.bits(4)
        sample_rate, parametric_stereo = core_hz, kind == _PS
        if kind in (_SBR, _PS):
            sample_rate, kind = _rate_hz(reader), _object_type(reader)
        if kind not in _TAKEN_TYPES or not 1 <= layout < len(_CHANNELS):
            raise UnsupportedError(
                "AAC of object type {kind} and channel layout {layout} is not taken", kind=kind, layout=layout
            )
        short = reader.bits(1)
        if reader.bits(1):
            reader.bits(_CORE_DELAY_BITS)
        reader.bits(1)  # extensionFlag, which says nothing of these object types
        if _is_extended(reader, data) and reader.bits(1):
            sample_rate = _rate_hz(reader)
    except ProtocolError as error:
        raise UnsupportedError("AAC whose config ends too early is not taken") from error
    channels = 2 if parametric_stereo else _CHANNELS[layout]
    extradata = _cut(data, begin, reader.left)
    return AacConfig(
        AudioParameters("aac", sample_rate, channels, extradata), core_hz, 960 if short else 1024
    )


def _is_extended(reader: BitReader, data: bytes) -> bool:
    """Return whether SBR is told of behind the rest, for decoders that know it; pass over what says so."""
    behind = reader.left - _EXTENSION_BITS
    extended = behind > 0 and int.from_bytes(data, "big") >> behind & 0xFFFF == _EXTENSION
    if extended:
        reader.bits(_EXTENSION_BITS)
    return extended


def _object_type(reader: BitReader) -> int:
    kind = reader.bits(5)
    return 32 + reader.bits(6) if kind == 31 else kind


def _rate_hz(reader: BitReader) -> int:
    index = reader.bits(4)
    rate_hz = reader.bits(24) if index == _ANY_RATE else (*_RATES_HZ, 0, 0)[index]
    if not _RATES_HZ[-1] <= rate_hz <= _RATES_HZ[0]:
        raise UnsupportedError("AAC of {rate_hz} Hz is not taken", rate_hz=rate_hz)
    return rate_hz


def _cut(data: bytes, begin: int, end: int) -> bytes:
    """Return the bits of ``data`` from ``begin`` to ``end``, both counted from its end, zeros behind them."""
    count = begin - end
    bits = int.from_bytes(data, "big") >> end & (1 << count) - 1
    size = (count + 7) // 8
    return (bits << 8 * size - count).to_bytes(size, "big")
