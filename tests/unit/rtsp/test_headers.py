from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError
from commandwall.rtsp.headers import (
    SessionHeader,
    TransportSpec,
    parse_methods,
    parse_session,
    parse_transports,
)


@pytest.mark.parametrize(
    ("value", "spec"),
    [
        ("RTP/AVP/TCP;unicast;interleaved=2-3", TransportSpec(True, interleaved=(2, 3))),
        (
            "RTP/AVP/UDP; unicast; client_port=5000-5001; server_port=6000-6001; ssrc=1A2B3C4D; mode=play",
            TransportSpec(False, client_port=(5000, 5001), server_port=(6000, 6001), ssrc=0x1A2B3C4D),
        ),
        (
            "rtp/avp;multicast;source=10.0.0.1;ssrc=zz",
            TransportSpec(False, source="10.0.0.1", multicast=True),
        ),
        (
            "RTP/AVP;multicast;destination=239.1.1.1;ttl=3;port=5000-5001",
            TransportSpec(False, multicast=True, destination="239.1.1.1", port=(5000, 5001), ttl=3),
        ),
        ("RTP/AVP;unicast;server_port=6000", TransportSpec(False, server_port=(6000, 6001))),
    ],
)
def test_transports_as_cameras_write_them(value: str, spec: TransportSpec) -> None:
    assert parse_transports(value) == [spec]
    assert parse_transports(str(spec)) == [spec]


def test_several_transports_and_unknown_ones() -> None:
    specs = parse_transports("RTP/SAVP;unicast, RAW/RAW/UDP;x, RTP/AVP/TCP;unicast")
    assert specs == [TransportSpec(True)]
    assert parse_transports("") == []


@pytest.mark.parametrize("pair", ["0-256", "a-b", "1--2", "999999"])
def test_pairs_out_of_range_are_refused(pair: str) -> None:
    with pytest.raises(ProtocolError, match="pair"):
        parse_transports(f"RTP/AVP/TCP;interleaved={pair}")


@pytest.mark.parametrize(
    ("value", "session"),
    [
        ("12345678", SessionHeader("12345678", 60)),
        (" abc ; timeout=30 ", SessionHeader("abc", 30)),
        ("abc;timeout=never", SessionHeader("abc", 60)),
        ("abc;timeout=0", SessionHeader("abc", 60)),
        ("", SessionHeader("", 60)),
    ],
)
def test_sessions(value: str, session: SessionHeader) -> None:
    assert parse_session(value) == session


def test_methods() -> None:
    assert parse_methods("OPTIONS, describe,,PLAY ") == {"OPTIONS", "DESCRIBE", "PLAY"}


@given(st.text(max_size=60))
def test_arbitrary_values_raise_nothing_else(value: str) -> None:
    parse_session(value)
    parse_methods(value)
    with contextlib.suppress(ProtocolError):
        parse_transports("RTP/AVP;client_port=" + value)
