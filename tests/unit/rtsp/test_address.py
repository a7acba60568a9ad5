from __future__ import annotations

import pytest

from commandwall.base.errors import CommandwallError, InvalidError, UnsupportedError
from commandwall.rtsp.address import base_url, parse_address, resolve_control


def test_host_port_and_path() -> None:
    address = parse_address("rtsp://10.1.1.11:8554/Streaming/Channels/101?token=abc")
    assert (address.host, address.port, address.path) == ("10.1.1.11", 8554, "/Streaming/Channels/101")
    assert parse_address("rtsp://camera").port == 554
    assert parse_address("rtsp://[::1]/x").host == "::1"
    assert parse_address("rtsp://[fe80::1%25eth0]:90/x").where == "fe80::1%eth0 port 90"
    assert not parse_address("rtsp://camera:322").tls
    secure = parse_address("RTSPS://camera/x")
    assert (secure.port, secure.tls) == (322, True)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("rtsp://admin:hunter2@10.1.1.11/main", InvalidError),
        ("rtsp://", InvalidError),
        ("rtsp://a b/hunter2", InvalidError),
        ("rtsp://host:99999/hunter2", InvalidError),
        ("rtsp://host/hunter2\r\nX: 1", InvalidError),
        ("rtsp://10.1..1.11/hunter2", InvalidError),
        ("rtsp://%2e%2e/hunter2", InvalidError),
        ("rtsps://host%00/hunter2", InvalidError),
        ("http://host/hunter2", UnsupportedError),
        ("hunter2", UnsupportedError),
    ],
)
def test_unusable_urls_are_refused_and_not_repeated(url: str, kind: type[CommandwallError]) -> None:
    with pytest.raises(kind) as refusal:
        parse_address(url)
    assert "hunter2" not in str(refusal.value)


def test_the_base_of_controls() -> None:
    url = "rtsp://c/main"
    assert base_url(url, "rtsp://c/main/ ", "") == "rtsp://c/main/"
    assert base_url(url, "", "rtsp://c/other") == "rtsp://c/other"
    assert base_url(url, "rtsps://c/main/", "") == "rtsps://c/main/"
    assert base_url(url, "10.1.1.11/main/", "") == url
    assert base_url(url, "rtsp://u:p@c/main/", "") == url


@pytest.mark.parametrize(
    ("control", "resolved"),
    [
        ("trackID=1", "rtsp://c/main?x=1/trackID=1"),
        ("/trackID=1", "rtsp://c/main?x=1/trackID=1"),
        ("*", "rtsp://c/main?x=1"),
        ("", "rtsp://c/main?x=1"),
        ("rtsp://d/t", "rtsp://d/t"),
        ("RTSP://d/t", "RTSP://d/t"),
        ("rtsps://d/t", "rtsps://d/t"),
    ],
)
def test_controls(control: str, resolved: str) -> None:
    assert resolve_control("rtsp://c/main?x=1", control) == resolved
    if control == "trackID=1":
        assert resolve_control("rtsp://c/main/", control) == "rtsp://c/main/trackID=1"
