"""Discovery on the loopback interface, with devices that answer and things that disturb."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import CommandwallError, InvalidError, UnavailableError
from commandwall.onvif.discovery import Discovered, discover, matches
from commandwall.onvif.soap import envelope
from simulators.onvif.device import Device
from simulators.onvif.responder import Responder, probe_match
from simulators.onvif.server import OnvifServer


@pytest.mark.parametrize("interface", ["127.0.0.1", "lo"])
async def test_every_device_is_found_once(interface: str) -> None:
    devices = [Device(number, (), f"东门 {number:02}") for number in (1, 2)]
    async with OnvifServer(devices) as server, Responder(devices):
        ours: list[Discovered] = []
        async with asyncio.timeout(60):
            while len(ours) < len(devices):  # They are asked again where this machine stood still meanwhile.
                found = await discover(interface, wait_s=1.0)
                ours = [each for each in found if f":{server.port}/" in each.urls[0]]
        assert [(each.urls, each.name, each.hardware, each.location) for each in ours] == [
            ((f"{device.address}/device_service",), device.name, "dome", "country/china")
            for device in devices
        ]


@pytest.mark.parametrize("interface", ["nowhere0", "203.0.113.7"])
async def test_an_interface_that_is_not_there_is_named(interface: str) -> None:
    with pytest.raises(InvalidError, match=f"interface: {interface}: .*ip address"):
        await discover(interface)


async def test_a_network_that_takes_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commandwall.onvif.discovery.GROUP", "255.255.255.255")  # Needs a leave that we lack.
    with pytest.raises(UnavailableError, match=r"discovery: .*; name an interface"):
        await discover("127.0.0.1", wait_s=0.1)


def test_addresses_that_are_none_and_control_signs_are_left_out() -> None:
    (found,) = matches(
        envelope(
            "<wsd:ProbeMatches><wsd:ProbeMatch><wsd:Scopes>onvif://www.onvif.org/name/a%1bb x</wsd:Scopes>"
            "<wsd:XAddrs>ftp://a/ http://u:p@h/ http://[ http://h/onvif</wsd:XAddrs>"
            "</wsd:ProbeMatch></wsd:ProbeMatches>"
        )
    )
    assert (found.urls, found.name) == (("http://h/onvif",), "ab")


def test_a_device_that_says_a_lot_is_remembered_in_short() -> None:
    many, long = "http://h/onvif " * 100, "x" * 60_000
    (found,) = matches(
        envelope(
            f"<wsd:ProbeMatches><wsd:ProbeMatch><wsd:Scopes>onvif://www.onvif.org/name/{long}</wsd:Scopes>"
            f"<wsd:XAddrs>http://h/{long} {many}</wsd:XAddrs></wsd:ProbeMatch></wsd:ProbeMatches>"
        )
    )
    assert (found.urls, found.name) == (("http://h/onvif",) * 7, "x" * 300)


@given(st.binary(max_size=200), st.integers(0, 900))
def test_any_datagram_is_read_or_refused(noise: bytes, at: int) -> None:
    whole = probe_match(Device(1, (), "x", address="http://h:1/onvif/0001"), "urn:uuid:1")
    for data in (noise, whole[:at], whole[:at] + noise + whole[at + len(noise) :]):
        try:
            matches(data)
        except CommandwallError:
            continue
