from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import cast

import pytest

from commandwall.base.auth import ServerAuthenticator
from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    UnavailableError,
    UnsupportedError,
)
from commandwall.model.access_unit import AccessUnit
from commandwall.model.camera import Transport
from commandwall.rtsp.client import RtspClient, StreamRequest
from commandwall.rtsp.dialogue import Timeouts
from commandwall.rtsp.parser import MAX_HEAD_BYTES
from commandwall.rtsp.tunnel import TunnelConnection
from tests.unit.rtsp.camera import Camera

USUAL = Timeouts()
USER, PASSWORD = "admin", "canary-7413"
OK = b"HTTP/1.0 200 OK\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n"

Head = tuple[str, dict[str, str]]


class HttpCamera(Camera):
    """A camera behind a tunnel; ``get_answer`` is what the GET is answered with."""

    def __init__(self) -> None:
        super().__init__()
        self.heads: list[Head] = []
        self.get_answer: Callable[[Head], bytes] = lambda _: OK
        self.post: asyncio.Transport | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, which is a GET or a POST."""
        text = (await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "surrogateescape")
        line, *rest = text.strip().split("\r\n")
        pairs = (field.partition(": ") for field in rest)
        self.heads.append((line, {name.lower(): value for name, _, value in pairs}))
        if line.startswith("GET"):
            answer = self.get_answer(self.heads[-1])
            writer.write(answer)
            if answer == OK:
                self.transport = cast("asyncio.Transport", writer.transport)
            await reader.read()
        else:
            self.post = cast("asyncio.Transport", writer.transport)
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    self.data_received(b64decode(await reader.readexactly(4)))
        writer.close()


@asynccontextmanager
async def tunnelled(camera: HttpCamera) -> AsyncIterator[HttpCamera]:
    server = await asyncio.start_server(camera.serve, "127.0.0.1", 0)
    camera.port = server.sockets[0].getsockname()[1]
    try:
        yield camera
    finally:
        server.close()


@pytest.fixture
async def camera() -> AsyncIterator[HttpCamera]:
    async with tunnelled(HttpCamera()) as camera:
        yield camera


async def watch(camera: HttpCamera, pictures: int = 4, user: str = USER, timeouts: Timeouts = USUAL) -> None:
    """Open the stream, wait for pictures, and close it."""
    units: list[AccessUnit] = []
    enough = asyncio.Event()

    def take(unit: AccessUnit) -> None:
        units.append(unit)
        if len(units) == pictures:
            enough.set()

    request = StreamRequest(f"{camera.url}?x=1", Transport.HTTP, user, PASSWORD)
    async with RtspClient.open(request, on_access_unit=take, timeouts=timeouts):
        await enough.wait()


async def test_requests_go_by_post_and_pictures_come_by_get(camera: HttpCamera) -> None:
    await watch(camera)
    assert camera.methods == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]
    (get, get_fields), (post, post_fields) = camera.heads
    assert (get, post) == ("GET /main?x=1 HTTP/1.0", "POST /main?x=1 HTTP/1.0")
    assert get_fields["x-sessioncookie"] == post_fields["x-sessioncookie"] != ""
    assert get_fields["host"] == f"127.0.0.1:{camera.port}"


@pytest.mark.parametrize("basic", [False, True])
async def test_the_http_server_may_ask_for_a_password(camera: HttpCamera, basic: bool) -> None:
    algorithms = () if basic else ("MD5",)
    server = ServerAuthenticator("web", {USER: PASSWORD}, algorithms=algorithms, basic=basic)

    def guarded(head: Head) -> bytes:
        refused = server.refuse("GET", head[1].get("authorization", ""))
        if refused is None:
            return OK
        return f"HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: {refused[0]}\r\n\r\n<html>no</html>".encode()

    camera.get_answer = guarded
    await watch(camera)
    assert [line.split()[0] for line, _ in camera.heads] == ["GET", "GET", "POST"]
    assert server.refuse("POST", camera.heads[-1][1].get("authorization", "")) is None


async def test_a_realm_that_is_not_utf_8_goes_back_as_it_came(camera: HttpCamera) -> None:
    realm = "摄像机".encode("gbk")
    refusal = b'HTTP/1.0 401 No\r\nWWW-Authenticate: Digest realm="%s", nonce="1"\r\n\r\n' % realm
    camera.get_answer = lambda head: OK if "authorization" in head[1] else refusal
    await watch(camera)
    authorization = camera.heads[-1][1]["authorization"]
    assert b'realm="%s"' % realm in authorization.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (b"HTTP/1.1 404 Not Found\r\n\r\n", UnsupportedError, "GET: 404 Not Found: this is no RTSP tunnel"),
        (b"HTTP/1.1 401 No\r\n\r\n", AccessRefusedError, "wrong user or password"),
        (b"HTTP/1.1 503 Busy\r\n\r\n", UnavailableError, "busy"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", UnsupportedError, "no HTTP answer"),
        (b"x" * 20000, UnsupportedError, "no HTTP answer"),
    ],
)
async def test_what_is_no_tunnel_says_so(
    camera: HttpCamera, answer: bytes, kind: type[CommandwallError], words: str
) -> None:
    camera.get_answer = lambda _: answer
    with pytest.raises(kind, match=words) as caught:
        await watch(camera)
    assert PASSWORD not in str(caught.value)


async def test_a_server_that_says_nothing_is_no_tunnel(camera: HttpCamera) -> None:
    camera.get_answer = lambda _: b""
    with pytest.raises(ConnectionLostError, match=r"GET: no answer within 0\.5 s"):
        await watch(camera, timeouts=Timeouts(connect_s=0.5))


class PaperTransport(asyncio.Transport):
    aborted = False

    def abort(self) -> None:
        self.aborted = True


async def test_a_flood_before_anything_was_asked_is_not_kept() -> None:
    connection, transport = TunnelConnection(), PaperTransport()
    connection.connection_made(transport)
    connection.data_received(OK + b"$")
    answer = await connection.answered
    assert answer is not None
    assert (answer.status, transport.aborted) == (200, False)
    connection.data_received(b"x" * MAX_HEAD_BYTES)
    assert transport.aborted


async def test_a_tunnel_whose_post_breaks_has_ended(camera: HttpCamera) -> None:
    request = StreamRequest(camera.url, Transport.HTTP)
    async with RtspClient.open(request, on_access_unit=lambda _: None) as session:
        assert camera.post is not None
        camera.post.abort()
        with pytest.raises(ConnectionLostError, match="closed the POST"):
            await session.closed()
