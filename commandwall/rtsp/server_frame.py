"""A frame as the server sends it: RTP packets in one buffer, framed for interleaving, headers open.

Sequence number, timestamp, SSRC and channel are written just before a frame goes to a client, in
place, so that one buffer serves every client and no packet is put together while sending.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from commandwall.rtp.packet import HEADER_BYTES, PLAIN

FRAMING_BYTES = 4
"""``$``, channel, length (RFC 2326 section 10.12) in front of every packet."""

_HEAD = struct.Struct("!BBHBBHII")
_DOLLAR = 0x24


class PacketFrame:
    """The RTP packets of one access unit, the last with the marker bit unless not ``marked``.

    ``key``: decoding can begin here. ``packets``: their number. ``octets``: payload bytes (what
    sender reports count). The buffer is written to by ``stamped``; used in one thread.
    """

    __slots__ = ("_data", "_heads", "key", "octets", "packets")

    def __init__(
        self, payloads: Iterable[bytes], payload_type: int, *, key: bool, marked: bool = True
    ) -> None:
        data = bytearray()
        heads: list[tuple[int, int, int]] = []
        for payload in payloads:
            heads.append((len(data), HEADER_BYTES + len(payload), payload_type))
            data += bytes(FRAMING_BYTES + HEADER_BYTES)
            data += payload
        if heads and marked:
            offset, length, second = heads[-1]
            heads[-1] = (offset, length, second | 0x80)
        self._data = data
        self._heads = tuple(heads)
        self.key = key
        self.packets = len(heads)
        self.octets = len(data) - len(heads) * (FRAMING_BYTES + HEADER_BYTES)

    def stamped(self, channel: int, sequence: int, timestamp: int, ssrc: int) -> bytes:
        """Return all packets, interleaved on ``channel``, numbered from ``sequence`` on."""
        data = self._data
        pack_into = _HEAD.pack_into
        for offset, length, second in self._heads:
            pack_into(data, offset, _DOLLAR, channel, length, PLAIN, second, sequence, timestamp, ssrc)
            sequence = (sequence + 1) & 0xFFFF
        return bytes(data)

    def datagrams(self, stamped: bytes) -> list[bytes]:
        """Cut what ``stamped`` returned into packets without their framing."""
        return [stamped[at + FRAMING_BYTES : at + FRAMING_BYTES + length] for at, length, _ in self._heads]
