"""The client against devices that sign in in different ways, and against things that are no devices."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from commandwall.base.auth import ServerAuthenticator
from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
    UntrustedError,
)
from commandwall.base.trust import Trust
from commandwall.onvif.client import MAX_ANSWER_BYTES, OnvifClient
from commandwall.onvif.device import information_of
from commandwall.onvif.soap import envelope
from simulators.onvif.device import Device
from simulators.onvif.server import OnvifServer
from tests.certificates import self_signed
from tests.unit.onvif.conftest import PASSWORD, USER, Serve


@pytest.mark.parametrize("http_digest", [False, True])
async def test_it_signs_in_with_any_characters(serve: Serve, http_digest: bool) -> None:
    async with serve(USER, PASSWORD, passwords={USER: PASSWORD}, http_digest=http_digest) as client:
        assert (await information_of(client)).manufacturer == "commandwall"


@pytest.mark.parametrize("http_digest", [False, True])
@pytest.mark.parametrize(("user", "password"), [(USER, "wrong"), ("other", PASSWORD), ("", "")])
async def test_wrong_credentials_are_told(serve: Serve, http_digest: bool, user: str, password: str) -> None:
    async with serve(user, password, passwords={USER: PASSWORD}, http_digest=http_digest) as client:
        with pytest.raises(
            AccessRefusedError, match=r"GetDeviceInformation: 127\.0\.0\.1:.*check credentials"
        ):
            await information_of(client)


@pytest.mark.parametrize("ahead_s", [-40_000_000, 7200])
async def test_a_clock_that_is_wrong_is_followed(serve: Serve, device: Device, ahead_s: float) -> None:
    device.ahead_s = ahead_s
    async with serve(USER, PASSWORD, passwords={USER: PASSWORD}) as client:
        with pytest.raises(AccessRefusedError):
            await information_of(client)
        await client.take_time()
        assert (await information_of(client)).manufacturer == "commandwall"


async def test_an_operation_that_is_not_there_is_unsupported(serve: Serve) -> None:
    async with serve() as client:
        with pytest.raises(UnsupportedError, match=r"Reboot: 127\.0\.0\.1:.*ActionNotSupported"):
            await client.call(client.url, "<tds:SystemReboot/>", "Reboot")


Handler = Callable[[web.Request], web.Response]


@asynccontextmanager
async def answering(handler: Handler, user: str = "u") -> AsyncIterator[OnvifClient]:
    async def handle(request: web.Request) -> web.Response:
        return handler(request)

    app = web.Application()
    app.router.add_post("/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with OnvifClient(f"http://127.0.0.1:{runner.addresses[0][1]}/x", user, "p") as client:
        yield client
    await runner.cleanup()


@pytest.mark.parametrize("user", ["u", "domain:u"])
@pytest.mark.parametrize("together", [False, True])
async def test_digest_is_found_wherever_it_stands_among_what_is_offered(user: str, together: bool) -> None:
    door, refused = ServerAuthenticator("camera", {user: "p"}), 0

    def answer(request: web.Request) -> web.Response:
        nonlocal refused
        challenges = door.refuse("POST", request.headers.get("Authorization", ""))
        if challenges is None:
            return web.Response(body=envelope("<tds:GetServicesResponse/>"))
        refused += 1
        response, offered = web.Response(status=401), ['Basic realm="a, b"', *challenges]
        for value in [", ".join(offered)] if together else offered:
            response.headers.add("WWW-Authenticate", value)
        return response

    async with answering(answer, user) as client:
        for _ in range(2):
            await client.call(client.url, "<tds:GetServices/>", "GetServices")
    assert refused == 1, "the nonce is good for what follows"


async def test_a_nonce_that_grew_old_is_taken_anew() -> None:
    now_s = 0.0
    door = ServerAuthenticator("camera", {"u": "p"}, nonce_ttl_s=10, clock=lambda: now_s)

    def answer(request: web.Request) -> web.Response:
        challenges = door.refuse("POST", request.headers.get("Authorization", ""))
        if challenges is None:
            return web.Response(body=envelope("<tds:GetServicesResponse/>"))
        return web.Response(status=401, headers={"WWW-Authenticate": challenges[0]})

    async with answering(answer) as client:
        await client.call(client.url, "<tds:GetServices/>", "GetServices")
        now_s = 60
        await client.call(client.url, "<tds:GetServices/>", "GetServices")


@pytest.mark.parametrize(
    "offered",
    ['Basic realm="x"', "Weird x=1", "Digest", 'Digest nonce="n", qop="auth-int"', "Digest x=\xff", ""],
)
async def test_a_password_is_never_sent_itself_whatever_a_device_asks_for(offered: str) -> None:
    sent: list[str] = []

    def answer(request: web.Request) -> web.Response:
        sent.append(request.headers.get("Authorization", ""))
        return web.Response(status=401, headers={"WWW-Authenticate": offered})

    async with answering(answer) as client:
        with pytest.raises(AccessRefusedError, match="check credentials"):
            await client.call(client.url, "<tds:GetServices/>", "GetServices")
    assert not any(value.startswith("Basic") for value in sent)


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (lambda _: web.Response(text="<html>hello"), ProtocolError),
        (lambda _: web.Response(body=b"<a>" + b" " * MAX_ANSWER_BYTES), ProtocolError),
        (lambda _: web.Response(status=404), UnavailableError),
        (lambda _: web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}), UnavailableError),
    ],
)
async def test_what_is_no_device_is_told_and_not_followed(
    handler: Handler, error: type[CommandwallError]
) -> None:
    async with answering(handler) as client:
        with pytest.raises(error, match=r"GetServices: 127\.0\.0\.1"):
            await client.call(client.url, "<tds:GetServices/>", "GetServices")


@pytest.mark.blocks_loop  # the system's certificates are read
async def test_the_certificate_of_a_device_is_believed_as_that_of_its_stream_is(
    device: Device, tmp_path: Path
) -> None:
    pem = self_signed(tmp_path / "camera.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    async with OnvifServer([device], tls=context) as server:
        url = f"https://127.0.0.1:{server.port}/onvif/0001/device_service"
        for trust in (Trust(ca_file=str(pem)), Trust(verify=False)):
            async with OnvifClient(url, trust=trust) as client:
                await client.take_time()
        async with OnvifClient(url) as client:
            with pytest.raises(UntrustedError, match=r"self-signed certificate; .*ingest\.tls\.ca"):
                await client.take_time()


async def test_an_address_that_is_none_cannot_be_reached() -> None:
    async with OnvifClient("http://127.0.0.1:99999/") as client:
        with pytest.raises(ConnectionLostError, match="cannot be reached"):
            await client.call(client.url, "<tds:GetServices/>", "GetServices")


async def test_a_client_that_is_closed_while_it_is_used_cannot_reach_anything(serve: Serve) -> None:
    async with serve() as client:
        await client.close()
        with pytest.raises(ConnectionLostError, match="cannot be reached"):
            await client.take_time()


async def test_nobody_there_is_told(free_port: Callable[[], int]) -> None:
    async with OnvifClient(f"http://127.0.0.1:{free_port()}/", "u", "canary-password") as client:
        with pytest.raises(ConnectionLostError, match=r"GetServices: .*cannot be reached") as caught:
            await client.call(client.url, "<tds:GetServices/>", "GetServices")
    assert "canary" not in str(caught.value)


async def test_a_device_that_says_nothing_is_given_up() -> None:
    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with OnvifClient(f"http://127.0.0.1:{port}/", timeout_s=0.1) as client:
            with pytest.raises(ConnectionLostError, match="does not answer in time"):
                await client.call(client.url, "<tds:GetServices/>", "GetServices")


@pytest.mark.parametrize(
    ("told", "used"),
    [
        ("http://10.0.0.1:8000/onvif/ptz", "http://10.0.0.1:8000/onvif/ptz"),
        ("http://192.168.1.64/onvif/ptz?x=1", "http://10.0.0.1:81/onvif/ptz?x=1"),
        ("http://u:p@10.0.0.1/onvif/ptz", "http://10.0.0.1:81/onvif/ptz"),
        ("ftp://10.0.0.1/a", "http://10.0.0.1:81/a"),
        ("http://[::1", "http://10.0.0.1:81/onvif/device_service"),
        ("/onvif/ptz", "http://10.0.0.1:81/onvif/ptz"),
        ("", "http://10.0.0.1:81/onvif/device_service"),
    ],
)
async def test_a_device_cannot_send_credentials_elsewhere(told: str, used: str) -> None:
    async with OnvifClient("http://10.0.0.1:81/onvif/device_service") as client:
        assert client.reach(told) == used
