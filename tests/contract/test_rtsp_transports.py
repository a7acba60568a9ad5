"""Ways to a camera beside plain TCP and UDP, against gst-rtsp-server and LIVE555."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from commandwall.base.errors import ConnectionLostError, UntrustedError
from commandwall.base.trust import Trust
from commandwall.model.camera import Transport
from commandwall.rtsp.client import RtspClient, StreamRequest
from tests.certificates import self_signed
from tests.contract.rtsp_servers import FPS, PASSWORD, USER, gstreamer, live555
from tests.watcher import Watcher

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.blocks_loop,  # starting servers may block
    pytest.mark.needs("gst-rtsp-server"),
]


async def watch(request: StreamRequest) -> None:
    """Open the stream and watch two seconds of it, one read in lots; fails if a packet is lost."""
    watcher = Watcher()
    async with RtspClient.open(request, on_access_unit=watcher) as session:
        await watcher.until(lambda _: len(watcher.clean) >= FPS)
        session.read_in_lots(True)
        while len(watcher.clean) < 2 * FPS:
            await asyncio.sleep(0.02)
            session.read_lot()
        assert (session.stats.lost, session.stats.malformed) == (0, 0)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a PEM file with key and certificate of a server at 127.0.0.1."""
    return self_signed(tmp_path / "server.pem")


async def test_tls_with_a_certificate_that_is_vouched_for(certificate: Path) -> None:
    trust = Trust(ca_file=str(certificate))
    options = ("--certificate", str(certificate), "--user", USER, "--password", PASSWORD)
    async with gstreamer(*options, scheme="rtsps") as url:
        await watch(StreamRequest(url, Transport.TCP, USER, PASSWORD, trust))


async def test_tls_with_any_certificate(certificate: Path) -> None:
    options = ("--certificate", str(certificate), "--user", USER, "--password", PASSWORD)
    async with gstreamer(*options, scheme="rtsps") as url:
        await watch(StreamRequest(url, Transport.TCP, USER, PASSWORD, Trust(verify=False)))


async def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path, tmp_path: Path) -> None:
    other = self_signed(tmp_path / "other.pem")
    async with gstreamer("--certificate", str(certificate), scheme="rtsps") as url:
        for trust in (Trust(), Trust(ca_file=str(other))):
            with pytest.raises(UntrustedError, match=r"^connect: 127\.0\.0\.1 port \d+: .*tls_verify: false"):
                await watch(StreamRequest(url, Transport.TCP, USER, PASSWORD, trust))


async def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    certificate = str(self_signed(tmp_path / "elsewhere.pem", "127.0.0.9"))
    async with gstreamer("--certificate", certificate, scheme="rtsps") as url:
        with pytest.raises(UntrustedError, match="IP address mismatch"):
            await watch(StreamRequest(url, trust=Trust(ca_file=certificate)))


async def test_a_server_without_tls_is_told_apart() -> None:
    async with gstreamer(scheme="rtsps") as url:
        with pytest.raises(ConnectionLostError, match="no TLS"):
            await watch(StreamRequest(url))


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP])
async def test_ipv6(transport: Transport) -> None:
    async with gstreamer(host="[::1]") as url:
        await watch(StreamRequest(url, transport))


async def test_a_tunnel_through_http() -> None:
    async with gstreamer("--user", USER, "--password", PASSWORD) as url:
        await watch(StreamRequest(url, Transport.HTTP, USER, PASSWORD))


@pytest.mark.needs("live555", "ffmpeg")
async def test_a_tunnel_through_http_to_live555() -> None:
    async with live555("--user", USER, PASSWORD) as url:
        await watch(StreamRequest(url, Transport.HTTP, USER, PASSWORD))


async def test_a_tunnel_through_https(certificate: Path) -> None:
    trust = Trust(ca_file=str(certificate))
    options = ("--certificate", str(certificate), "--user", USER, "--password", PASSWORD)
    async with gstreamer(*options, scheme="rtsps") as url:
        await watch(StreamRequest(url, Transport.HTTP, USER, PASSWORD, trust))
