"""The H.264 payload format (RFC 6184): packetization modes 0 and 1."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.annexb import START_CODE, split_annexb, unescape
from commandwall.rtp.bits import BitReader
from commandwall.rtp.codec import MAX_UNIT_BYTES, CodecParameters
from commandwall.rtp.h264_sps import parse_h264_sps

FIRST_SLICE, IDR, SEI, SPS, PPS, DELIMITER, FILLER = 1, 5, 6, 7, 8, 9, 12
STAP_A, FU_A = 24, 28
FU_START, FU_END = 0x80, 0x40

MAX_PARAMETER_SET_BYTES = 1024
MAX_PPS = 64

_NO_FRAGMENT = -1
_LOST_FRAGMENT = -2
_I_SLICES = (2, 7)


class H264Format:
    """A ``PayloadFormat``. Parameter sets are kept and put in front of every key frame.

    A key frame is an IDR picture, or one of I slices that a sequence parameter set comes with
    (some cameras never send IDR pictures). Access unit delimiters and filler are left out.
    Lenient: fragments without an end bit, empty payloads and start codes in payloads are taken.
    """

    __slots__ = (
        "_changed",
        "_fragment",
        "_key",
        "_parts",
        "_pps",
        "_size",
        "_slices",
        "_sps",
        "_sps_here",
        "parameters",
        "pending",
    )

    def __init__(self, fmtp: Mapping[str, str]) -> None:
        """Take the ``fmtp`` of the SDP. Raises UnsupportedError for packetization-mode 2 (interleaved)."""
        mode = fmtp.get("packetization-mode") or "0"
        if mode not in ("0", "1"):
            raise UnsupportedError(f"H.264 packetization-mode {mode[:8]!a} is not taken, only 0 and 1")
        self.parameters = CodecParameters("h264")
        self._sps = b""
        self._pps: dict[int, bytes] = {}
        self._fragment = _LOST_FRAGMENT
        self._key = self._sps_here = self._changed = False
        self._begin()
        for nal in parse_sprop(fmtp.get("sprop-parameter-sets", "")):
            try:
                self._keep(nal[0] & 0x1F, nal)
            except ProtocolError:
                continue  # the camera will send a better one in band
        self._sps_here = self._changed = False

    def _begin(self) -> None:
        self._parts: list[bytes] = []
        self._slices = 0
        self._size = 0
        self.pending = False

    def push(self, data: bytes, start: int, end: int) -> None:
        """Take the payload ``data[start:end]`` (sections 5.6, 5.7.1, 5.8). Raises ProtocolError."""
        if start == end:
            return
        self._size += end - start
        if self._size > MAX_UNIT_BYTES:
            self._fragment = _LOST_FRAGMENT
            self._key = False
            self._begin()
            raise ProtocolError(f"an H.264 access unit is larger than {MAX_UNIT_BYTES} bytes")
        kind = data[start] & 0x1F
        if kind == FU_A:
            if end - start < 2:
                raise ProtocolError("an H.264 fragment is cut short")
            flags = data[start + 1]
            if self._fragment >= 0 and flags < FU_END:
                self._parts.append(data[start + 2 : end])
            else:
                self._push_fragment(data, start, end, flags)
            return
        if self._fragment != _NO_FRAGMENT:
            self._end_fragment()
        if kind == STAP_A:
            self._push_aggregate(data, start + 1, end)
        elif kind == 0:
            self._push_byte_stream(data[start:end])
        elif kind < STAP_A:
            self._push_nal(kind, data[start:end])
        else:
            raise ProtocolError(f"an H.264 payload of type {kind}, which packetization-mode 1 does not have")

    def _push_fragment(self, data: bytes, start: int, end: int, flags: int) -> None:
        """Take a fragment that begins or ends a NAL unit, or has no beginning."""
        if flags & FU_START:
            self._end_fragment()
            kind = flags & 0x1F
            self._fragment = len(self._parts)
            self._parts += START_CODE, bytes((data[start] & 0xE0 | kind,)), data[start + 2 : end]
            if FIRST_SLICE <= kind <= IDR:
                self._count_slice(kind, data, start + 1)
        elif self._fragment >= 0:
            self._parts.append(data[start + 2 : end])
        elif self._fragment == _NO_FRAGMENT:
            raise ProtocolError("an H.264 fragment comes without its beginning")
        if flags & FU_END:
            self._end_fragment()

    def _end_fragment(self) -> None:
        """Close the fragmented NAL unit, if one is open; one without end bit counts as whole."""
        first = self._fragment
        self._fragment = _NO_FRAGMENT
        if first < 0:
            return
        if not _is_slice(self._parts[first + 1][0]):
            nal = b"".join(self._parts[first + 1 :])
            del self._parts[first:]
            self._push_nal(nal[0] & 0x1F, nal)

    def _push_aggregate(self, data: bytes, position: int, end: int) -> None:
        while end - position > 2:
            size = data[position] << 8 | data[position + 1]
            position += 2
            if position + size > end:
                raise ProtocolError("an H.264 aggregation packet is cut short")
            if size:
                self._push_nal(data[position] & 0x1F, data[position : position + size])
            position += size

    def _push_byte_stream(self, payload: bytes) -> None:
        nals = split_annexb(payload)
        if not nals:
            raise ProtocolError("an H.264 payload of type 0")
        for nal in nals:
            self._push_nal(nal[0] & 0x1F, nal)

    def _push_nal(self, kind: int, nal: bytes) -> None:
        if kind in (SPS, PPS):
            self._keep(kind, nal)
        elif not 0 < kind < STAP_A:
            raise ProtocolError(f"an H.264 NAL unit of type {kind}")
        elif kind not in (DELIMITER, FILLER):
            self._parts += START_CODE, nal
            if FIRST_SLICE <= kind <= IDR:
                self._count_slice(kind, nal, 0)

    def _count_slice(self, kind: int, data: bytes, header: int) -> None:
        """Note a slice whose header follows ``data[header]``."""
        if kind == IDR:
            self._key = True
        elif self._sps_here and not self._slices:
            self._key = _slice_type(data[header + 1 : header + 13]) in _I_SLICES
        self._slices += 1
        self.pending = True

    def _keep(self, kind: int, nal: bytes) -> None:
        """Take a parameter set from the SDP or in band. Raises ProtocolError if it is unusable."""
        nal = nal.rstrip(b"\x00")
        if len(nal) > MAX_PARAMETER_SET_BYTES:
            raise ProtocolError(f"an H.264 parameter set has {len(nal)} bytes")
        if kind == SPS:
            self._sps_here = True
            if nal != self._sps:
                self.parameters = parse_h264_sps(nal)
                self._sps = nal
                self._changed = True
        elif kind == PPS:
            number = BitReader(nal[1:9]).ue()
            if number >= MAX_PPS:
                raise ProtocolError(f"an H.264 picture parameter set has the number {number}")
            if nal != self._pps.get(number):
                self._pps[number] = nal
                self._changed = True

    def begins(self, data: bytes, start: int, end: int) -> bool:
        """Return whether the payload can only be the first of an access unit (section 7.4.1.2.3)."""
        kind = data[start] & 0x1F if start < end else 0
        header = start
        if kind == FU_A and end - start > 2 and data[start + 1] & FU_START:
            header = start + 1
        elif kind == STAP_A:
            header = start + 3
        if end - header < 2:
            return False
        kind = data[header] & 0x1F
        first_macroblock = data[header + 1] & 0x80
        return SEI <= kind <= DELIMITER or (FIRST_SLICE <= kind <= IDR and first_macroblock != 0)

    def lose(self) -> None:
        """Drop the NAL unit whose fragments are no longer complete."""
        if self._fragment >= 0:
            if _is_slice(self._parts[self._fragment + 1][0]):
                self._slices -= 1
            del self._parts[self._fragment :]
            if not self._slices:
                self.pending = self._key = False
        self._fragment = _LOST_FRAGMENT

    def take(self) -> tuple[bytes, bool]:
        """Return the access unit and whether it is a key frame; only while ``pending``."""
        parts = self._parts
        if self._fragment >= 0:
            if not _is_slice(parts[self._fragment + 1][0]):
                del parts[self._fragment :]
            self._fragment = _NO_FRAGMENT
        key = self._key
        if key or self._changed:
            sets = [self._sps, *self._pps.values()] if self._sps else list(self._pps.values())
            parts = [piece for nal in sets for piece in (START_CODE, nal)] + parts
            self._key = self._changed = False
        self._sps_here = False
        self._begin()
        return b"".join(parts), key


def parse_sprop(value: str) -> list[bytes]:
    """Return the NAL units in ``sprop-parameter-sets`` (section 8.1); what is not base64 is left out."""
    nals = []
    for part in value.strip('" ').split(","):
        text = part.strip().rstrip("=")
        try:
            nal = base64.b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            continue
        if nal:
            nals.append(nal)
    return nals


def _is_slice(header: int) -> bool:
    return FIRST_SLICE <= header & 0x1F <= IDR


def _slice_type(header: bytes) -> int:
    """Return slice_type (section 7.3.3) from the first bytes of a slice header; -1 if they do not tell."""
    reader = BitReader(unescape(header))
    try:
        reader.ue()
        return reader.ue()
    except ProtocolError:
        return -1
