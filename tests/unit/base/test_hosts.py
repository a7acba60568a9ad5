from __future__ import annotations

import socket

import pytest

from commandwall.base.hosts import can_be_host


@pytest.mark.parametrize(
    "name", ["10.1.1.11", "camera", "camera.", "::1", "fe80::1%eth0", "摄像机.cn", "a" * 63]
)
def test_hosts(name: str) -> None:
    assert can_be_host(name)


@pytest.mark.parametrize(
    "name", ["", "10.1..1.11", ".10.1.1.11", "a..b", "a" * 64, "\u3002a", "\xad", "a\0b"]
)
def test_what_no_host_is_called(name: str) -> None:
    assert not can_be_host(name)


def test_the_resolver_does_not_answer_for_these() -> None:
    with pytest.raises(UnicodeError):
        socket.getaddrinfo("10.1..1.11", 554)
