"""RTCP (RFC 3550 section 6): sender and receiver reports, source descriptions, goodbyes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from commandwall.base.clock import NS_PER_S
from commandwall.base.errors import ProtocolError

SENDER_REPORT = 200
RECEIVER_REPORT = 201
SOURCE_DESCRIPTION = 202
GOODBYE = 203

_NTP_TO_UNIX_S = 2_208_988_800
_CNAME = 1


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """How one source is received (section 6.4.1). Times in units of 1/65536 s."""

    ssrc: int
    fraction_lost: int
    lost: int
    highest_sequence: int
    jitter: int
    last_report: int
    delay_since_report: int


@dataclass(frozen=True, slots=True)
class SenderReport:
    """At ``ntp`` (64-bit NTP time) the source's media clock stood at ``rtp_timestamp``."""

    ssrc: int
    ntp: int
    rtp_timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """What a receiver tells senders."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """Names of sources: (SSRC, CNAME) pairs; other items are passed over."""

    names: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Sources that end."""

    ssrcs: tuple[int, ...]
    reason: str = ""


RtcpPacket = SenderReport | ReceiverReport | SourceDescription | Goodbye


def parse_compound(data: bytes) -> list[RtcpPacket]:
    """Parse a compound packet; types that are not known are passed over.

    Raises ProtocolError if a packet is cut short or is not version 2.
    """
    packets: list[RtcpPacket] = []
    position = 0
    while position < len(data):
        if len(data) - position < 4:
            raise ProtocolError("an RTCP packet is shorter than its header")
        first, kind, words = struct.unpack_from("!BBH", data, position)
        end = position + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            raise ProtocolError(f"an RTCP packet of type {kind} is cut short or not version 2")
        packet = _parse(kind, first & 0x1F, data[position + 4 : end])
        if packet is not None:
            packets.append(packet)
        position = end
    return packets


def _parse(kind: int, count: int, body: bytes) -> RtcpPacket | None:
    try:
        if kind == SENDER_REPORT:
            ssrc, ntp, timestamp, packets, octets = struct.unpack_from("!IQIII", body)
            return SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(body, 24, count))
        if kind == RECEIVER_REPORT:
            return ReceiverReport(struct.unpack_from("!I", body)[0], _blocks(body, 4, count))
        if kind == SOURCE_DESCRIPTION:
            return SourceDescription(_names(body, count))
        if kind == GOODBYE:
            ssrcs = struct.unpack_from(f"!{count}I", body)
            length = body[4 * count] if len(body) > 4 * count else 0
            text = body[4 * count + 1 : 4 * count + 1 + length]
            return Goodbye(ssrcs, text.decode("utf-8", "replace"))
    except struct.error as error:
        raise ProtocolError(f"an RTCP packet of type {kind} is shorter than what it says it holds") from error
    return None


def _blocks(body: bytes, offset: int, count: int) -> tuple[ReportBlock, ...]:
    blocks = []
    for index in range(count):
        ssrc, loss, *rest = struct.unpack_from("!6I", body, offset + 24 * index)
        lost = (loss & 0xFFFFFF) - (0x1000000 if loss & 0x800000 else 0)
        blocks.append(ReportBlock(ssrc, loss >> 24, lost, *rest))
    return tuple(blocks)


def _names(body: bytes, count: int) -> tuple[tuple[int, str], ...]:
    names: list[tuple[int, str]] = []
    position = 0
    for _ in range(count):
        (ssrc,) = struct.unpack_from("!I", body, position)
        position += 4
        while position < len(body) and body[position]:
            item, length = struct.unpack_from("!BB", body, position)
            if item == _CNAME:
                text = body[position + 2 : position + 2 + length]
                names.append((ssrc, text.decode("utf-8", "replace")))
            position += 2 + length
        position += 4 - position % 4
    return tuple(names)


def build(packet: RtcpPacket) -> bytes:
    """Return one RTCP packet; concatenated they make a compound one, a report first (section 6.1)."""
    match packet:
        case SenderReport():
            body = struct.pack(
                "!IQIII", packet.ssrc, packet.ntp, packet.rtp_timestamp, packet.packets, packet.octets
            )
            return _packet(SENDER_REPORT, len(packet.blocks), body + _build_blocks(packet.blocks))
        case ReceiverReport():
            body = struct.pack("!I", packet.ssrc) + _build_blocks(packet.blocks)
            return _packet(RECEIVER_REPORT, len(packet.blocks), body)
        case SourceDescription():
            return _packet(SOURCE_DESCRIPTION, len(packet.names), b"".join(map(_build_name, packet.names)))
        case Goodbye():
            reason = packet.reason.encode()[:255]
            body = struct.pack(f"!{len(packet.ssrcs)}I", *packet.ssrcs)
            return _packet(
                GOODBYE, len(packet.ssrcs), body + (bytes([len(reason)]) + reason if reason else b"")
            )


def _build_blocks(blocks: tuple[ReportBlock, ...]) -> bytes:
    return b"".join(
        struct.pack(
            "!6I",
            block.ssrc,
            (block.fraction_lost & 0xFF) << 24 | max(-0x800000, min(block.lost, 0x7FFFFF)) & 0xFFFFFF,
            block.highest_sequence,
            block.jitter,
            block.last_report,
            block.delay_since_report,
        )
        for block in blocks
    )


def _build_name(name: tuple[int, str]) -> bytes:
    text = name[1].encode()[:255]
    chunk = struct.pack("!IBB", name[0], _CNAME, len(text)) + text
    return chunk + bytes(4 - len(chunk) % 4)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def ntp_to_utc_ns(ntp: int) -> int:
    """Return 64-bit NTP time as UTC nanoseconds since 1970; times before 1968 are of era 1 (2036 on)."""
    seconds = ntp >> 32
    if seconds < 1 << 31:
        seconds += 1 << 32
    return (seconds - _NTP_TO_UNIX_S) * NS_PER_S + ((ntp & 0xFFFFFFFF) * NS_PER_S >> 32)


def utc_ns_to_ntp(utc_ns: int) -> int:
    """Return UTC nanoseconds since 1970 as 64-bit NTP time."""
    seconds, rest_ns = divmod(utc_ns, NS_PER_S)
    return (seconds + _NTP_TO_UNIX_S & 0xFFFFFFFF) << 32 | (rest_ns << 32) // NS_PER_S
