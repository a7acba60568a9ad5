from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.h265 import H265Format
from commandwall.rtp.h265_packetise import h265_fmtp, packetise_h265
from tests.unit.rtp.packets import annexb

VPS = bytes.fromhex("40010c01ffff01600000030090000003000003003f959809")
SPS = bytes.fromhex("42010101600000030090000003000003003fa00502016965959a4932bc05a02000000300200000030321")
PPS = bytes.fromhex("4401c172b46240")
OTHER_SPS = bytes.fromhex(
    "420101022000000300900000030000030078a003c08010e4d96566924caf016808000003000800000300c840"
)
IDR = b"\x26\x01\xaf" + b"\x5a" * 600
CRA = b"\x2a\x01\xaf" + b"\x5b" * 60
DELTA = b"\x02\x01\xd0" + b"\xa5" * 600
SECOND = b"\x02\x01\x50" + b"\xa6" * 60
END_OF_SEQUENCE = b"\x48\x01"


def push(fmt: H265Format, *payloads: bytes) -> H265Format:
    for payload in payloads:
        fmt.push(payload, 0, len(payload))
    return fmt


def sized(nal: bytes) -> bytes:
    return len(nal).to_bytes(2, "big") + nal


def test_parameter_sets_of_the_sdp_stand_before_every_key_frame() -> None:
    fmt = H265Format(h265_fmtp(annexb(VPS, SPS, PPS, IDR)))
    assert (fmt.parameters.name, fmt.parameters.width, fmt.parameters.height) == ("hevc", 640, 360)
    assert push(fmt, IDR).take() == (annexb(VPS, SPS, PPS, IDR), True)
    assert push(fmt, DELTA, SECOND).take() == (annexb(DELTA, SECOND), False)
    assert push(fmt, CRA).take() == (annexb(VPS, SPS, PPS, CRA), True)


def test_parameter_sets_in_band_and_aggregated() -> None:
    aggregate = b"\x60\x01" + sized(VPS) + sized(SPS) + sized(PPS)
    fmt = push(H265Format({}), b"\x46\x01\x50", aggregate)
    assert not fmt.pending
    assert push(fmt, *packetise_h265(annexb(IDR), 100), END_OF_SEQUENCE).take() == (
        annexb(VPS, SPS, PPS, IDR),
        True,
    )
    assert push(fmt, OTHER_SPS, IDR).take() == (annexb(VPS, OTHER_SPS, PPS, IDR), True)
    assert (fmt.parameters.width, fmt.parameters.profile) == (1920, "Main 10")


def test_picture_parameter_sets_are_kept_by_number() -> None:
    second = PPS[:2] + b"\x59" + PPS[3:]  # its number is 1
    fmt = H265Format(h265_fmtp(annexb(VPS, SPS, PPS, second, IDR)))
    assert push(fmt, IDR).take() == (annexb(VPS, SPS, PPS, second, IDR), True)
    other = second[:-1] + b"\x20"
    assert push(fmt, other, IDR).take() == (annexb(VPS, SPS, PPS, other, IDR), True)


def test_decoding_order_numbers_are_passed_over() -> None:
    fmt = H265Format({"sprop-max-don-diff": "2"})
    aggregate = b"\x60\x01" + b"\x00\x07" + sized(VPS) + b"\x00" + sized(SPS) + b"\x01" + sized(PPS)
    push(fmt, aggregate)
    fragments = [bytes(payload) for payload in packetise_h265(annexb(IDR), 100)]
    fragments[0] = fragments[0][:3] + b"\x00\x08" + fragments[0][3:]
    assert push(fmt, *fragments).take() == (annexb(VPS, SPS, PPS, IDR), True)
    assert push(fmt, DELTA[:2] + b"\x00\x09" + DELTA[2:]).take() == (annexb(DELTA), False)


@pytest.mark.parametrize("missing", [VPS, SPS, PPS])
def test_a_key_frame_without_all_parameter_sets_is_doubted(missing: bytes) -> None:
    sets = [nal for nal in (VPS, SPS, PPS) if nal is not missing]
    assert push(H265Format({}), *sets, IDR).unsure
    fmt = push(H265Format({}), VPS, SPS, PPS, IDR)
    assert not fmt.unsure
    fmt.take()
    fmt.lose()
    assert push(fmt, *sets, IDR).unsure


def test_a_lost_fragment_drops_its_nal_unit_only() -> None:
    fmt = push(H265Format({}), SECOND)
    parts = packetise_h265(annexb(DELTA), 100)
    push(fmt, parts[0])
    fmt.lose()
    push(fmt, *parts[2:])
    assert fmt.take() == (annexb(SECOND), False)


def test_start_codes_in_a_payload_are_taken_out() -> None:
    assert push(H265Format({}), annexb(DELTA, SECOND)).take() == (annexb(DELTA, SECOND), False)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"\x62\x01", "fragment is cut short"),
        (b"\x60\x01\x00\x09\x41", "aggregation packet is cut short"),
        (b"\x64\x01\x00\x00", "type 50"),
        (b"\x42\x01\x01", "too early"),
    ],
)
def test_broken_payloads_are_named(payload: bytes, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        push(H265Format({}), payload)


def test_a_fragment_without_a_beginning_is_an_error_when_nothing_was_lost() -> None:
    fmt = push(H265Format({}), DELTA)
    fmt.take()
    with pytest.raises(ProtocolError, match="without its beginning"):
        push(fmt, packetise_h265(annexb(DELTA), 100)[1])


@pytest.mark.parametrize(
    ("payload", "first"),
    [
        (IDR, True),
        (SECOND, False),
        (VPS, True),
        (b"\x46\x01\x50", True),
        (annexb(VPS), True),
        (annexb(SECOND), False),
        (b"\x60\x01" + sized(VPS), True),
        (b"\x60\x01" + sized(SECOND), False),
        (packetise_h265(annexb(DELTA), 100)[0], True),
        (packetise_h265(annexb(DELTA), 100)[1], False),
        (b"\x02\x01", False),
    ],
)
def test_first_packets_of_access_units_are_known(payload: bytes, first: bool) -> None:
    assert H265Format({}).begins(payload, 0, len(payload)) is first


BODIES = st.binary(min_size=2, max_size=400).filter(lambda body: b"\x00\x00" not in body and body[-1] != 0)


@given(st.lists(BODIES.map(b"\x02\x01".__add__), min_size=1, max_size=5), st.integers(4, 200))
def test_what_is_packetised_is_put_together_again(nals: list[bytes], mtu: int) -> None:
    unit = annexb(*nals)
    payloads = packetise_h265(unit, mtu)
    assert all(0 < len(payload) <= mtu for payload in payloads)
    assert push(H265Format({}), *payloads).take() == (unit, False)


KINDS = st.sampled_from((0x00, 0x02, 0x26, 0x40, 0x42, 0x44, 0x60, 0x62, 0x64))


@given(st.lists(st.tuples(KINDS, st.binary(max_size=40), st.booleans())), st.sampled_from(("0", "1")))
def test_arbitrary_payloads_raise_nothing_else(payloads: list[tuple[int, bytes, bool]], order: str) -> None:
    fmt = H265Format({"sprop-max-don-diff": order})
    for kind, body, lost in payloads:
        payload = bytes((kind,)) + body
        if lost:
            fmt.lose()
        fmt.begins(payload, 0, len(payload))
        with contextlib.suppress(ProtocolError, UnsupportedError):
            fmt.push(payload, 0, len(payload))
        if fmt.pending and len(body) % 3 == 0:
            assert fmt.take()[0].startswith(b"\x00\x00\x00\x01")
