from __future__ import annotations

import aioice.ice
import pytest
from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.codecs import CODECS

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
