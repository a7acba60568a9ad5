"""The H.264 payload format (RFC 6184): packetization modes 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.annexb import START_CODE, past_start_code, split_annexb, unescape
from commandwall.rtp.bits import BitReader
from commandwall.rtp.codec import MAX_UNIT_BYTES, PIECE_BYTES
from commandwall.rtp.h264_sps import parse_h264_sps
from commandwall.rtp.nal_format import FU_END, FU_START, NO_FRAGMENT, NalFormat, parse_sprop
from commandwall.rtp.quirks import Quirk

FIRST_SLICE, IDR, SEI, SPS, PPS, DELIMITER, FILLER = 1, 5, 6, 7, 8, 9, 12
STAP_A, FU_A = 24, 28

_I_SLICES = (2, 7)


class H264Format(NalFormat):
    """A ``PayloadFormat``. Parameter sets are kept and put in front of every key frame.

    A key frame is an IDR picture, or one of I slices that a sequence parameter set comes with
    (some cameras never send IDR pictures). Access unit delimiters and filler are left out.
    Lenient: fragments without an end bit, empty payloads and start codes in payloads are taken.
    """

    NEEDED = frozenset((SPS, PPS))

    __slots__ = ()

    def __init__(self, fmtp: Mapping[str, str]) -> None:
        """Take the ``fmtp`` of the SDP. Raises UnsupportedError for packetization-mode 2 (interleaved)."""
        mode = fmtp.get("packetization-mode") or "0"
        if mode not in ("0", "1"):
            raise UnsupportedError(f"H.264 packetization-mode {mode[:8]!a} is not taken, only 0 and 1")
        super().__init__("h264")
        self._keep_all(parse_sprop(fmtp.get("sprop-parameter-sets", "")))

    def push(self, data: bytes, start: int, end: int) -> None:
        """Take the payload ``data[start:end]`` (sections 5.6, 5.7.1, 5.8). Raises ProtocolError."""
        if start == end:
            self.quirks.add(Quirk.EMPTY_PAYLOADS)
            return
        self._size += end - start + PIECE_BYTES
        if self._size > MAX_UNIT_BYTES:
            self._overflow()
        kind = data[start] & 0x1F
        if kind == FU_A:
            if end - start < 2:
                raise ProtocolError("an H.264 fragment is cut short")
            if self._fragment >= 0 and data[start + 1] < FU_END:
                self._parts.append(data[start + 2 : end])
            else:
                self._push_fragment(data, start, start + 2, end)
            return
        if self._fragment != NO_FRAGMENT:
            self._end_fragment()
        if kind == STAP_A:
            self._push_sizes(data, start + 1, end)
        elif kind == 0:
            self._push_byte_stream(data[start:end])
        else:
            self._push_nal(data[start:end])

    def _start_fragment(self, data: bytes, start: int, end: int) -> None:
        kind = data[start + 1] & 0x1F
        self._open_fragment(bytes((data[start] & 0xE0 | kind,)), data[start + 2 : end])
        if FIRST_SLICE <= kind <= IDR:
            self._count_slice(kind, data, start + 1)

    def _push_byte_stream(self, payload: bytes) -> None:
        nals = split_annexb(payload)
        if not nals:
            raise ProtocolError("an H.264 payload of type 0")
        self.quirks.add(Quirk.START_CODES)
        for nal in nals:
            self._push_nal(nal)

    def _push_nal(self, nal: bytes) -> None:
        kind = nal[0] & 0x1F
        if kind in (SPS, PPS):
            self._push_parameter_set(kind, self._trimmed(nal))
        elif not 0 < kind < STAP_A:
            raise ProtocolError(f"an H.264 NAL unit of type {kind}, which packetization-mode 1 does not have")
        elif kind not in (DELIMITER, FILLER):
            self._parts += START_CODE, nal
            self._size += PIECE_BYTES
            if FIRST_SLICE <= kind <= IDR:
                self._count_slice(kind, nal, 0)

    def _count_slice(self, kind: int, data: bytes, header: int) -> None:
        """Note a slice whose header follows ``data[header]``."""
        self._note_slice(key=kind == IDR or self._is_intra_key(data, header))

    def _is_intra_key(self, data: bytes, header: int) -> bool:
        """Return whether a slice begins a picture of I slices that a sequence parameter set comes with."""
        if self._slices or SPS not in self._came:
            return False
        return _slice_type(data[header + 1 : header + 13]) in _I_SLICES

    def _push_parameter_set(self, kind: int, nal: bytes) -> None:
        if kind == SPS:
            if self._is_news((SPS, 0), nal):
                self.parameters = parse_h264_sps(nal)
                self._keep((SPS, 0), nal)
        else:
            number = BitReader(nal[1:9]).ue()
            if self._is_news((PPS, number), nal):
                self._keep((PPS, number), nal)

    def _is_slice(self, header: int) -> bool:
        return FIRST_SLICE <= header & 0x1F <= IDR

    def begins(self, data: bytes, start: int, end: int) -> bool:
        """Return whether the payload can only be the first of an access unit (section 7.4.1.2.3)."""
        header = start = past_start_code(data, start, end)
        kind = data[start] & 0x1F if start < end else 0
        if kind == FU_A and end - start > 2 and data[start + 1] & FU_START:
            header = start + 1
        elif kind == STAP_A:
            header = start + 3
        if end - header < 2:
            return False
        kind = data[header] & 0x1F
        first_macroblock = data[header + 1] & 0x80
        return SEI <= kind <= DELIMITER or (FIRST_SLICE <= kind <= IDR and first_macroblock != 0)


def _slice_type(header: bytes) -> int:
    """Return slice_type (section 7.3.3) from the first bytes of a slice header; -1 if they do not tell."""
    reader = BitReader(unescape(header))
    try:
        reader.ue()
        return reader.ue()
    except ProtocolError:
        return -1
