"""The H.265 payload format (RFC 7798), with and without decoding order numbers."""

from __future__ import annotations

from collections.abc import Mapping

from commandwall.base.errors import ProtocolError
from commandwall.rtp.annexb import START_CODE, past_start_code, split_annexb
from commandwall.rtp.bits import BitReader
from commandwall.rtp.codec import MAX_UNIT_BYTES, PIECE_BYTES
from commandwall.rtp.h265_sps import parse_h265_sps
from commandwall.rtp.nal_format import FU_END, FU_START, NO_FRAGMENT, NalFormat, parse_sprop
from commandwall.rtp.quirks import Quirk

FIRST_KEY, LAST_KEY, LAST_SLICE = 16, 21, 31
VPS, SPS, PPS, DELIMITER, FILLER, SEI = 32, 33, 34, 35, 38, 39
AGGREGATION, FRAGMENTATION = 48, 49


def nal_type(header: int) -> int:
    """Return nal_unit_type (H.265 section 7.3.1.2) from the first byte of a NAL unit."""
    return header >> 1 & 0x3F


class H265Format(NalFormat):
    """A ``PayloadFormat``. Parameter sets are kept and put in front of every key frame.

    A key frame is an IRAP picture: IDR, CRA or BLA. Access unit delimiters and filler are left
    out. Decoding order numbers are passed over: packets come in decoding order in all cases that
    cameras use. Lenient as ``H264Format`` is.
    """

    NEEDED = frozenset((VPS, SPS, PPS))

    __slots__ = ("_order_bytes",)

    def __init__(self, fmtp: Mapping[str, str]) -> None:
        """Take the ``fmtp`` of the SDP."""
        super().__init__("hevc")
        self._order_bytes = 2 if fmtp.get("sprop-max-don-diff", "0").strip("0") else 0
        self._keep_all(
            nal for name in ("vps", "sps", "pps") for nal in parse_sprop(fmtp.get(f"sprop-{name}", ""))
        )

    def push(self, data: bytes, start: int, end: int) -> None:
        """Take the payload ``data[start:end]`` (section 4.4). Raises ProtocolError."""
        if start == end:
            self.quirks.add(Quirk.EMPTY_PAYLOADS)
            return
        self._size += end - start + PIECE_BYTES
        if self._size > MAX_UNIT_BYTES:
            self._overflow()
        kind = nal_type(data[start])
        if kind == FRAGMENTATION:
            if end - start < 3:
                raise ProtocolError("an H.265 fragment is cut short")
            if self._fragment >= 0 and data[start + 2] < FU_END:
                self._parts.append(data[start + 3 : end])
            else:
                self._push_fragment(data, start, start + 3, end)
            return
        if self._fragment != NO_FRAGMENT:
            self._end_fragment()
        if kind == AGGREGATION:
            self._push_aggregate(data, start + 2, end)
        elif data[start] == 0 and data[start : start + 3] in (b"\x00\x00\x01", b"\x00\x00\x00"):
            self.quirks.add(Quirk.START_CODES)
            for nal in split_annexb(data[start:end]):
                self._push_nal(nal)
        elif self._order_bytes:
            self._push_nal(data[start : start + 2] + data[start + 4 : end])
        else:
            self._push_nal(data[start:end])

    def _start_fragment(self, data: bytes, start: int, end: int) -> None:
        """Open the NAL unit that ``data[start:end]`` begins (section 4.4.3); only this one has its order."""
        header = bytes((data[start] & 0x81 | (data[start + 2] & 0x3F) << 1, data[start + 1]))
        self._open_fragment(header, data[start + 3 + self._order_bytes : end])
        self._count(header[0])

    def _push_aggregate(self, data: bytes, position: int, end: int) -> None:
        """Take the NAL units of an aggregation packet (section 4.4.2)."""
        if not self._order_bytes:
            self._push_sizes(data, position, end)
            return
        position += self._order_bytes
        while end - position > 2:
            following = position + 2 + (data[position] << 8 | data[position + 1])
            self._push_sizes(data, position, min(following, end))
            position = following + 1

    def _push_nal(self, nal: bytes) -> None:
        kind = nal_type(nal[0])
        if kind >= AGGREGATION:
            raise ProtocolError(f"an H.265 NAL unit of type {kind}, which is not taken")
        if len(nal) < 3:
            return  # the end of a sequence or stream: nothing to decode
        if VPS <= kind <= PPS:
            self._push_parameter_set(kind, self._trimmed(nal))
        elif kind not in (DELIMITER, FILLER):
            self._parts += START_CODE, nal
            self._size += PIECE_BYTES
            self._count(nal[0])

    def _count(self, header: int) -> None:
        """Note a NAL unit that begins with ``header``, if it is a slice."""
        kind = nal_type(header)
        if kind <= LAST_SLICE:
            self._note_slice(key=FIRST_KEY <= kind <= LAST_KEY)

    def _push_parameter_set(self, kind: int, nal: bytes) -> None:
        number = BitReader(nal[2:10]).ue() if kind == PPS else 0
        if self._is_news((kind, number), nal):
            if kind == SPS:
                self.parameters = parse_h265_sps(nal)
            self._keep((kind, number), nal)

    def _is_slice(self, header: int) -> bool:
        return nal_type(header) <= LAST_SLICE

    def begins(self, data: bytes, start: int, end: int) -> bool:
        """Return whether the payload can only be the first of an access unit (H.265 section 7.4.2.4.4)."""
        start = past_start_code(data, start, end)
        if end - start < 3:
            return False
        kind, body = nal_type(data[start]), start + 2 + self._order_bytes
        if kind == FRAGMENTATION and data[start + 2] & FU_START:
            kind, body = data[start + 2] & 0x3F, start + 3 + self._order_bytes
        elif kind == AGGREGATION and body + 4 < end:
            kind, body = nal_type(data[body + 2]), body + 4
        first_slice = body < end and data[body] & 0x80 != 0
        return VPS <= kind <= DELIMITER or kind == SEI or (kind <= LAST_SLICE and first_slice)
