from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError
from commandwall.rtp.rtcp import (
    Goodbye,
    ReceiverReport,
    ReportBlock,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    build,
    ntp_to_utc_ns,
    parse_compound,
    utc_ns_to_ntp,
)

U32 = st.integers(0, 2**32 - 1)
BLOCKS = st.lists(
    st.builds(ReportBlock, U32, st.integers(0, 255), st.integers(-(2**23), 2**23 - 1), U32, U32, U32, U32),
    max_size=3,
).map(tuple)
PACKETS = st.one_of(
    st.builds(SenderReport, U32, st.integers(0, 2**64 - 1), U32, U32, U32, BLOCKS),
    st.builds(ReceiverReport, U32, BLOCKS),
    st.builds(
        SourceDescription, st.lists(st.tuples(U32, st.text("abc中", max_size=9)), max_size=3).map(tuple)
    ),
    st.builds(Goodbye, st.lists(U32, max_size=3).map(tuple), st.text("xyz", max_size=9)),
)


@given(st.lists(PACKETS, max_size=4))
def test_what_is_built_is_parsed(packets: list[RtcpPacket]) -> None:
    compound = b"".join(map(build, packets))
    assert len(compound) % 4 == 0
    assert parse_compound(compound) == packets


def test_sender_report_of_a_camera() -> None:
    data = bytes.fromhex("80c8000612345678e8a1b2c38000000000015f90000000640000c350")
    (report,) = parse_compound(data)
    assert report == SenderReport(0x12345678, 0xE8A1B2C3_80000000, 90000, 100, 50000)


def test_unknown_types_are_passed_over() -> None:
    application = bytes.fromhex("80cc00020000000154455354")
    assert parse_compound(application + build(Goodbye((1,)))) == [Goodbye((1,))]


@pytest.mark.parametrize(
    "data",
    ["80", "40c80000", "80c8000612345678", "81c9000100000001", "82cb000100000001"],
    ids=["short header", "version 1", "short body", "missing block", "missing source"],
)
def test_cut_packets_are_refused(data: str) -> None:
    with pytest.raises(ProtocolError, match="RTCP"):
        parse_compound(bytes.fromhex(data))


@given(st.binary(max_size=120))
def test_arbitrary_bytes_raise_nothing_else(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        parse_compound(data)


@given(st.integers(0, 4 * 10**18))
def test_ntp_time_there_and_back(utc_ns: int) -> None:
    assert abs(ntp_to_utc_ns(utc_ns_to_ntp(utc_ns)) - utc_ns) <= 1


def test_ntp_time_of_the_next_era() -> None:
    assert ntp_to_utc_ns(1 << 32) == (2**32 + 1 - 2_208_988_800) * 10**9
