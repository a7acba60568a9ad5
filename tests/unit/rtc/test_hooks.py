from __future__ import annotations

import aioice.ice
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCRtpSender
from aiortc.codecs import CODECS, HEADER_EXTENSIONS
from aiortc.rtcrtpparameters import RTCRtpParameters
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import UnsupportedError
from commandwall.rtc import hooks


def test_the_release_that_is_installed_has_every_hook() -> None:
    hooks.install()
    assert {codec.name for codec in CODECS["video"]} == {"H264", "H265", "rtx"}
    assert aioice.ice.get_host_addresses is hooks.host_addresses


@pytest.mark.parametrize("name", ["_send_keyframe", "_next_encoded_frame"])
def test_a_release_without_a_hook_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delattr(RTCRtpSender, name)
    with pytest.raises(UnsupportedError, match=rf"lacks RTCRtpSender\.{name}.*install aiortc") as caught:
        hooks.install()
    assert "请安装 aiortc" in caught.value.zh


def test_a_hook_with_other_parameters_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RTCRtpReceiver, "_send_rtcp_pli", lambda self: None)
    with pytest.raises(UnsupportedError, match="_send_rtcp_pli"):
        hooks.install()


def test_a_receiver_without_a_jitter_buffer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RTCRtpReceiver, "__init__", lambda self, kind, transport: None)
    with pytest.raises(UnsupportedError, match="jitter_buffer"):
        hooks.install()


def test_the_loopback_is_an_address_too_and_the_last_one() -> None:
    addresses = hooks.host_addresses(use_ipv4=True, use_ipv6=False)
    assert addresses[-1] == "127.0.0.1"
    assert not [address for address in addresses if ":" in address]


async def test_an_empty_datagram_and_a_flood_end_nothing() -> None:
    hooks.install()
    connection = aioice.ice.Connection(ice_controlling=False)
    connection.data_received(b"", 1)
    for _ in range(3000):
        connection.data_received(b"\x80", 1)
    assert connection._queue.qsize() == 2000


@pytest.mark.parametrize(
    "broken",
    [
        bytes.fromhex("906f0001000000000000000abede000121aabb0078"),
        bytes.fromhex("906f0001000000000000000abede000131aabb0078"),
        bytes.fromhex("906f0001000000000000000abede000111fffe0078"),
        b"\x80",
        b"",
    ],
)
async def test_a_packet_whose_extensions_are_broken_is_dropped(broken: bytes) -> None:
    hooks.install()
    connection = RTCPeerConnection(RTCConfiguration([]))
    transport = connection.addTransceiver("audio").receiver.transport
    parameters = RTCRtpParameters(headerExtensions=HEADER_EXTENSIONS["audio"] + HEADER_EXTENSIONS["video"])
    transport._rtp_header_extensions_map.configure(parameters)
    await transport._handle_rtp_data(broken, arrival_time_ms=0)
    await connection.close()


@given(st.binary(max_size=120), st.sampled_from([200, 201, 202, 203, 205, 206]))
async def test_broken_reports_are_dropped(body: bytes, kind: int) -> None:
    hooks.install()
    connection = RTCPeerConnection(RTCConfiguration([]))
    transport = connection.addTransceiver("audio").receiver.transport
    for count in (0, 1, 15, 31):
        words = len(body) // 4
        await transport._handle_rtcp_data(bytes([0x80 | count, kind, 0, words]) + body[: words * 4])
    await connection.close()
