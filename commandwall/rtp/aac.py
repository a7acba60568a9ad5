"""The two payload formats of AAC: ``mpeg4-generic`` (RFC 3640) and ``MP4A-LATM`` (RFC 6416, RFC 3016)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.aac_config import parse_audio_config, parse_mux_config
from commandwall.rtp.audio import MAX_FRAME_BYTES
from commandwall.rtp.bits import BitReader

_OTHER_FIELDS = (
    "ctsdeltalength", "dtsdeltalength", "randomaccessindication", "streamstateindication",
    "auxiliarydatasizelength",
)  # fmt: skip
_MAX_FIELD_BITS = 16
_SIZE_GOES_ON = 255


class GenericFormat:
    """AAC as RFC 3640 packs it, in modes AAC-hbr and AAC-lbr; an ``AudioFormat``.

    Any number of frames a packet, or a frame in fragments. Interleaving is not taken.
    """

    __slots__ = (
        "_fragment", "_header_bits", "_index_bits", "_size_bits", "_timestamp", "frame_ticks", "parameters",
    )  # fmt: skip

    def __init__(self, clock_hz: int, fmtp: Mapping[str, str]) -> None:
        """Read ``fmtp``. Raises UnsupportedError if it asks for what is not taken."""
        self._size_bits = _field_bits(fmtp, "sizelength")
        self._index_bits = _field_bits(fmtp, "indexlength")
        self._header_bits = self._size_bits + _field_bits(fmtp, "indexdeltalength")
        if not self._size_bits or any(_field_bits(fmtp, name) for name in _OTHER_FIELDS):
            raise UnsupportedError("AAC with headers other than those of AAC-hbr and AAC-lbr is not taken")
        config = parse_audio_config(fmtp.get("config", ""))
        self.parameters = config.parameters
        self.frame_ticks = config.frame_ticks(clock_hz)
        self._fragment = bytearray()
        self._timestamp = -1

    def push(self, data: bytes, start: int, end: int, timestamp: int) -> Sequence[bytes]:
        """Take a payload: AU-headers with their length in bits, then the frames (section 3.2)."""
        if timestamp != self._timestamp:
            self._fragment.clear()
            self._timestamp = timestamp
        position = start + 2
        bits = int.from_bytes(data[start:position], "big")
        body = position + (bits + 7) // 8
        if body > end:
            raise ProtocolError("a packet of AAC ends inside its headers")
        sizes = self._sizes(data[position:body], bits)
        if len(sizes) == 1 and (self._fragment or sizes[0] > end - body):
            return self._push_fragment(data[body:end], sizes[0])
        if sum(sizes) > end - body:
            raise ProtocolError("a packet of AAC ends inside a frame")
        frames = []
        for size in sizes:
            frames.append(data[body : body + size])
            body += size
        return frames

    def _sizes(self, headers: bytes, bits: int) -> list[int]:
        """Return the sizes of frames that ``bits`` of AU-headers say."""
        reader = BitReader(headers)
        rest = bits - self._size_bits - self._index_bits
        if rest < 0:
            raise ProtocolError("a packet of AAC holds no frame")
        sizes = []
        index_bits = self._index_bits
        for _ in range(1 + rest // self._header_bits):
            size = reader.bits(self._size_bits)
            if reader.bits(index_bits):
                raise ProtocolError("a packet of AAC is interleaved, which is not taken")
            if not 0 < size <= MAX_FRAME_BYTES:
                raise ProtocolError(f"a frame of AAC has {size} bytes")
            sizes.append(size)
            index_bits = self._header_bits - self._size_bits
        return sizes

    def _push_fragment(self, part: bytes, size: int) -> Sequence[bytes]:
        """Take a part of a frame of ``size`` bytes. One that lost a part stays too short for ever."""
        fragment = self._fragment
        fragment += part
        if len(fragment) < size:
            return ()
        frame = bytes(fragment)
        fragment.clear()
        if len(frame) > size:
            raise ProtocolError("fragments of AAC are longer than their frame")
        return (frame,)

    def lose(self) -> None:
        """Drop the frame that is half there."""
        self._fragment.clear()


class LatmFormat:
    """AAC as RFC 6416 packs it, with the configuration in the SDP; an ``AudioFormat``.

    A payload is a run of frames, each behind its size, the last of which may go on in the next packet.
    """

    __slots__ = ("_broken", "_rest", "_timestamp", "frame_ticks", "parameters")

    def __init__(self, clock_hz: int, fmtp: Mapping[str, str]) -> None:
        """Read ``fmtp``. Raises UnsupportedError if it asks for what is not taken."""
        if fmtp.get("cpresent", "1") != "0" or not fmtp.get("config"):
            raise UnsupportedError("AAC in LATM with its configuration in band is not taken")
        config = parse_mux_config(fmtp["config"])
        self.parameters = config.parameters
        self.frame_ticks = config.frame_ticks(clock_hz)
        self._rest = b""
        self._timestamp = -1
        self._broken = False

    def push(self, data: bytes, start: int, end: int, timestamp: int) -> Sequence[bytes]:
        """Take a payload (section 6.3); behind a loss, only one that its frames fill exactly."""
        rest = self._rest if timestamp == self._timestamp else b""
        self._timestamp = timestamp
        self._rest = b""
        data = rest + data[start:end]
        frames, used = _frames(data)
        if self._broken and used < len(data):
            raise ProtocolError("a packet of AAC in LATM goes on from one that is lost")
        self._broken = False
        self._rest = data[used:]
        return frames

    def lose(self) -> None:
        """Drop the frame that is half there, and doubt what follows: it may be its other half."""
        self._rest = b""
        self._broken = True


def _frames(data: bytes) -> tuple[list[bytes], int]:
    """Return the whole frames at the head of ``data``, and how many bytes they and their sizes take.

    A size is a run of bytes that are added up; the first that is not 255 ends it (PayloadLengthInfo).
    Raises ProtocolError for a frame larger than MAX_FRAME_BYTES.
    """
    frames: list[bytes] = []
    used = position = size = 0
    while position < len(data):
        part = data[position]
        size += part
        position += 1
        if size > MAX_FRAME_BYTES:
            raise ProtocolError(f"a frame of AAC in LATM has more than {MAX_FRAME_BYTES} bytes")
        if part == _SIZE_GOES_ON:
            continue
        if position + size > len(data):
            break
        if size:
            frames.append(data[position : position + size])
        used = position = position + size
        size = 0
    return frames, used


def _field_bits(fmtp: Mapping[str, str], name: str) -> int:
    """Return how many bits a field of an AU-header has, 0 where ``fmtp`` does not say."""
    text = fmtp.get(name, "0").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 2 or int(text) > _MAX_FIELD_BITS:
        raise UnsupportedError("AAC whose {name} is not a number of bits is not taken", name=name)
    return int(text)
