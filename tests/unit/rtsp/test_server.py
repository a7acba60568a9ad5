from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from commandwall.base.auth import ClientAuthenticator, Credentials, ServerAuthenticator, parse_challenges
from commandwall.base.clock import utc_ns
from commandwall.base.errors import UnavailableError
from commandwall.rtp.packet import parse_header
from commandwall.rtp.rtcp import Goodbye, RtcpPacket, SenderReport, parse_compound
from commandwall.rtsp.headers import parse_session, parse_transports
from commandwall.rtsp.messages import Headers, Request, Response
from commandwall.rtsp.parser import RtspParser
from commandwall.rtsp.sdp import RtpFormat, parse_sdp
from commandwall.rtsp.server import RtspServer
from commandwall.rtsp.server_audio import audio_packets
from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import Track, TrackSender

KEY = PacketFrame([b"\x65key"], 96, key=True)
INTERLEAVED = ("Transport", "RTP/AVP/TCP;unicast;interleaved=2-3")


class Still:
    """A track that sends when the test says so."""

    kind = "video"
    format = RtpFormat(96, "H264", 90000, 1, {"packetization-mode": "1"})

    frame = KEY

    def __init__(self) -> None:
        self.held: set[TrackSender] = set()
        self.senders: list[TrackSender] = []

    def hold(self, sender: TrackSender) -> None:
        self.stop(sender)
        self.held.add(sender)

    def play(self, sender: TrackSender) -> None:
        self.senders.append(sender)
        sender.deliver(self.frame, 0, utc_ns())

    def stop(self, sender: TrackSender) -> None:
        self.held.discard(sender)
        if sender in self.senders:
            self.senders.remove(sender)


class Hum(Still):
    """A track of sound."""

    kind = "audio"
    format = RtpFormat(8, "PCMA", 8000)
    frame = audio_packets("pcm_alaw", b"\xd5" * 160, 8)


class One:
    """A catalogue with one track at ``/one``, with sound at ``/both``, and one that is busy."""

    def __init__(self) -> None:
        self.track = Still()
        self.sound = Hum()

    async def open(self, path: str) -> tuple[Track, ...]:
        if path == "/busy":
            raise UnavailableError("/busy: it is busy; try again")
        both: tuple[Track, ...] = (self.track, self.sound)
        return {"/one": both[:1], "/both": both}.get(path, ())


class Client:
    """Speaks RTSP by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str) -> None:
        self.url = url
        self.responses: asyncio.Queue[Response] = asyncio.Queue()
        self.frames: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue()
        self.writer = writer
        self.reader = reader
        self.reader_done = asyncio.Event()
        self._sent = 0

    async def read(self) -> None:
        def on_message(message: Request | Response) -> None:
            assert isinstance(message, Response)
            self.responses.put_nowait(message)

        parser = RtspParser(on_message, lambda ch, data, a, b: self.frames.put_nowait((ch, data[a:b])))
        while data := await self.reader.read(65536):
            parser.feed(data)
        self.reader_done.set()

    async def ask(self, method: str, url: str = "", *fields: tuple[str, str]) -> Response:
        self._sent += 1
        headers = Headers([("CSeq", str(self._sent)), *fields])
        self.writer.write(Request(method, url or self.url, headers=headers).to_bytes())
        response = await asyncio.wait_for(self.responses.get(), 20)
        assert response.cseq == self._sent
        return response

    async def set_up(
        self, transport: tuple[str, str] = INTERLEAVED, track: int = 0
    ) -> tuple[Response, tuple[str, str]]:
        response = await self.ask("SETUP", f"{self.url}/trackID={track}", transport)
        return response, ("Session", parse_session(response.headers.get("Session")).id)


@asynccontextmanager
async def serving(path: str = "/one", **options: Any) -> AsyncIterator[tuple[RtspServer, One, Client]]:
    catalogue = One()
    async with RtspServer(catalogue, "127.0.0.1", 0, **options) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        client = Client(reader, writer, f"rtsp://127.0.0.1:{server.port}{path}")
        reading = asyncio.create_task(client.read())
        yield server, catalogue, client
        writer.close()
        await asyncio.wait([reading])


def rtcp(channel: int, data: bytes) -> list[RtcpPacket]:
    """Return what an interleaved frame reports; nothing if it is media."""
    return parse_compound(data) if channel % 2 else []


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def test_from_options_to_teardown() -> None:
    async with serving() as (_, catalogue, client):
        options = await client.ask("OPTIONS", "*")
        assert {"DESCRIBE", "SETUP", "PLAY", "TEARDOWN"} <= set(options.headers.get("Public").split(", "))
        described = await client.ask("DESCRIBE")
        assert described.headers.get("Content-Base") == client.url + "/"
        media = parse_sdp(described.body).media[0]
        assert (media.control, media.formats[0].encoding) == ("trackID=0", "H264")
        response, session = await client.set_up()
        spec = parse_transports(response.headers.get("Transport"))[0]
        assert spec.interleaved == (2, 3)
        played = await client.ask("PLAY", "", session)
        assert "seq=" in played.headers.get("RTP-Info")
        channel, rtcp = await asyncio.wait_for(client.frames.get(), 20)
        report = parse_compound(rtcp)[0]
        assert channel == 3
        assert isinstance(report, SenderReport)
        channel, packet = await asyncio.wait_for(client.frames.get(), 20)
        header = parse_header(packet)
        assert channel == 2
        assert header.ssrc == spec.ssrc == report.ssrc
        assert f"seq={header.sequence}" in played.headers.get("RTP-Info")
        assert (await client.ask("GET_PARAMETER", "", session)).status == 200
        assert (await client.ask("SET_PARAMETER", "", session)).status == 200
        assert (await client.ask("TEARDOWN", "", session)).status == 200
        assert catalogue.track.senders == []


async def test_pause_stops_and_play_goes_on() -> None:
    async with serving() as (_, catalogue, client):
        _, session = await client.set_up()
        (sender,) = catalogue.track.held
        await client.ask("PLAY", "", session)
        assert (await client.ask("PAUSE", "", session)).status == 200
        assert (catalogue.track.senders, catalogue.track.held) == ([], {sender})
        await client.ask("PLAY", "", session)
        await until(lambda: catalogue.track.senders == [sender])
        await client.ask("TEARDOWN", "", session)
        assert not catalogue.track.senders and not catalogue.track.held


async def test_udp_goes_to_the_ports_of_the_client() -> None:
    loop = asyncio.get_running_loop()
    received: asyncio.Queue[bytes] = asyncio.Queue()

    class Port(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            received.put_nowait(data)

    transport, _ = await loop.create_datagram_endpoint(Port, ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    async with serving() as (_, _, client):
        way = ("Transport", f"RTP/AVP;unicast;client_port={port}-{port}")
        response, session = await client.set_up(way)
        server_port = parse_transports(response.headers.get("Transport"))[0].server_port
        assert server_port is not None
        assert server_port[1] == server_port[0] + 1
        await client.ask("PLAY", "", session)
        kinds = {(await asyncio.wait_for(received.get(), 20))[1] & 0x7F for _ in range(2)}
        assert kinds == {96, 200 & 0x7F}
    transport.close()


async def test_digest_lets_in_who_knows_the_password() -> None:
    guard = ServerAuthenticator("cameras", {"viewer": "päss word"})
    async with serving(authenticator=guard) as (_, _, client):
        assert (await client.ask("OPTIONS")).status == 200
        refused = await client.ask("DESCRIBE")
        assert refused.status == 401
        challenges = parse_challenges(refused.headers.get_all("WWW-Authenticate"))
        for password, status in (("wrong", 401), ("päss word", 200)):
            who = ClientAuthenticator(Credentials("viewer", password))
            who.accept(challenges)
            answer = who.authorise("DESCRIBE", client.url)
            assert answer is not None
            assert (await client.ask("DESCRIBE", "", ("Authorization", answer))).status == status


async def test_who_may_watch_one_path_opens_no_other() -> None:
    guard = ServerAuthenticator("cameras", {"street": "p"}, paths={"street": {"/one"}})
    street = ClientAuthenticator(Credentials("street", "p"))
    street.accept(parse_challenges(guard.challenges()))

    async with serving(authenticator=guard) as (_, _, client):

        async def ask(method: str, url: str, *fields: tuple[str, str]) -> Response:
            """Return the answer, asked for with a proof that is good for ``/one``."""
            proof = street.authorise(method, client.url)
            assert proof is not None
            return await client.ask(method, url, ("Authorization", proof), *fields)

        both = client.url.replace("/one", "/both")
        assert (await ask("DESCRIBE", both)).status == 401
        assert (await ask("SETUP", both, INTERLEAVED)).status == 401
        assert (await ask("DESCRIBE", client.url)).status == 200
        set_up = await ask("SETUP", f"{client.url}/trackID=0", INTERLEAVED)
        assert set_up.status == 200
        session = ("Session", parse_session(set_up.headers.get("Session")).id)
        assert (await ask("DESCRIBE", both)).status == 401
        assert (await ask("PLAY", f"{client.url}/", session)).status == 200
        assert (await ask("GET_PARAMETER", "*", session)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("DESCRIBE", "/none", (), 404),
        ("DESCRIBE", "/busy", (), 503),
        ("SETUP", "/none", (INTERLEAVED,), 404),
        ("SETUP", "/one", (), 461),
        ("SETUP", "/one", (("Transport", "RTP/AVP;multicast"),), 461),
        ("SETUP", "/one", (("Transport", "RTP/AVP;unicast;client_port=x"),), 400),
        ("SETUP", "/one", (INTERLEAVED, ("Require", "x-magic")), 551),
        ("PLAY", "/one", (("Session", "none"),), 454),
        ("PAUSE", "/one", (), 454),
        ("TEARDOWN", "/one", (("Session", "none"),), 454),
        ("GET_PARAMETER", "/one", (("Session", "none"),), 454),
        ("RECORD", "/one", (), 501),
        ("DESCRIBE", "rtsp://[bad/one", (), 400),
    ],
)
async def test_what_cannot_be_done_is_answered(
    method: str, path: str, fields: tuple[tuple[str, str], ...], status: int
) -> None:
    async with serving() as (server, _, client):
        url = path if path.startswith("rtsp") else f"rtsp://127.0.0.1:{server.port}{path}"
        assert (await client.ask(method, url, *fields)).status == status
        assert (await client.ask("OPTIONS", "*")).status == 200


async def test_a_track_is_set_up_once_and_only_if_it_is_there() -> None:
    async with serving() as (_, _, client):
        await client.set_up()
        assert (await client.set_up())[0].status == 459
        assert (await client.set_up(track=1))[0].status == 404
        assert (await client.ask("SETUP", client.url.replace("one", "both"), INTERLEAVED)).status == 459


async def test_pictures_and_sound_in_one_session() -> None:
    async with serving("/both") as (_, catalogue, client):
        media = parse_sdp((await client.ask("DESCRIBE")).body).media
        assert [(each.kind, each.control) for each in media] == [
            ("video", "trackID=0"),
            ("audio", "trackID=1"),
        ]
        _, session = await client.set_up()
        response, again = await client.set_up(("Transport", "RTP/AVP/TCP;unicast;interleaved=4-5"), 1)
        assert again == session
        spec = parse_transports(response.headers.get("Transport"))[0]
        assert spec.interleaved == (4, 5)
        played = await client.ask("PLAY", "", session)
        assert [part.partition(";")[0] for part in played.headers.get("RTP-Info").split(",")] == [
            f"url={client.url}/trackID=0",
            f"url={client.url}/trackID=1",
        ]
        frames = [await asyncio.wait_for(client.frames.get(), 20) for _ in range(4)]
        assert [channel for channel, _ in frames] == [3, 2, 5, 4]
        header = parse_header(frames[3][1])
        assert (header.payload_type, header.marker, header.ssrc) == (8, False, spec.ssrc)
        assert (await client.ask("PAUSE", "", session)).status == 200
        assert catalogue.track.senders == catalogue.sound.senders == []


async def test_sound_alone_is_served_too() -> None:
    async with serving("/both") as (_, catalogue, client):
        _, session = await client.set_up(track=1)
        await client.ask("PLAY", "", session)
        await until(lambda: len(catalogue.sound.senders) == 1)
        assert catalogue.track.senders == []


async def test_garbage_ends_the_connection_and_no_other() -> None:
    async with serving() as (server, _, client):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"\x00\x01\x02 what is this\r\n\r\n")
        assert b" 400 " in await asyncio.wait_for(reader.read(), 20)
        writer.close()
        assert (await client.ask("OPTIONS", "*")).status == 200
        await until(lambda: server.connections == 1)


async def test_a_client_that_goes_away_stops_its_track() -> None:
    async with serving() as (server, catalogue, client):
        _, session = await client.set_up()
        await client.ask("PLAY", "", session)
        await until(lambda: len(catalogue.track.senders) == 1)
        client.writer.transport.abort()
        await until(lambda: not catalogue.track.senders and server.connections == 0)


async def test_a_session_ends_with_the_last_of_its_tracks() -> None:
    async with serving("/both") as (server, catalogue, client):
        _, session = await client.set_up(("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"))
        await client.set_up(INTERLEAVED, 1)
        await client.ask("PLAY", "", session)
        catalogue.sound.senders[0].end()
        ended: list[int] = []
        async with asyncio.timeout(20):
            while not ended:
                channel, data = await client.frames.get()
                ended += [channel for packet in rtcp(channel, data) if isinstance(packet, Goodbye)]
        assert ended == [3]
        assert (await client.ask("GET_PARAMETER", "", session)).status == 200
        catalogue.track.senders[0].end()
        async with asyncio.timeout(20):
            await client.reader_done.wait()
        assert not catalogue.track.senders and not catalogue.sound.senders and not server.connections


async def test_a_client_that_does_not_read_the_end_is_cut_off() -> None:
    async with RtspServer(catalogue := One(), "127.0.0.1", 0, limit_bytes=1 << 24) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 10)
        url = f"rtsp://127.0.0.1:{server.port}/one"
        client = Client(reader, writer, url)
        reading = asyncio.create_task(client.read())
        _, session = await client.set_up()
        await client.ask("PLAY", "", session)
        reading.cancel()
        (sender,) = catalogue.track.senders
        big = PacketFrame([bytes(60_000)] * 200, 96, key=True)
        sender.deliver(big, 0, utc_ns())
        sender.end()
        await until(lambda: not server.connections)
        writer.transport.abort()


async def test_a_client_that_says_nothing_is_sent_away() -> None:
    async with serving(timeout_s=0.5) as (server, _, _):
        await until(lambda: server.connections == 0)


async def test_who_is_sent_nothing_and_says_nothing_is_sent_away_and_no_other() -> None:
    async with serving(timeout_s=2.0) as (server, catalogue, client):
        _, session = await client.set_up()
        await client.ask("PLAY", "", session)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        pausing = Client(reader, writer, client.url)
        reading = asyncio.create_task(pausing.read())
        _, session = await pausing.set_up()
        await pausing.ask("PLAY", "", session)
        await until(lambda: len(catalogue.track.senders) == 2)
        await pausing.ask("PAUSE", "", session)
        async with asyncio.timeout(20):
            await reading
        assert server.connections == len(catalogue.track.senders) == 1


async def test_a_client_that_reads_nothing_is_sent_away() -> None:
    big = PacketFrame([bytes(1400)] * 400, 96, key=True)
    async with serving(timeout_s=2.0, limit_bytes=1 << 16) as (server, catalogue, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
        silent = Client(reader, writer, f"rtsp://127.0.0.1:{server.port}/one")
        writer.write(Request("SETUP", silent.url, headers=Headers([("CSeq", "1"), INTERLEAVED])).to_bytes())
        head = await reader.readuntil(b"\r\n\r\n")
        session = next(line[9:] for line in head.decode().split("\r\n") if line.startswith("Session: "))
        fields = Headers([("CSeq", "2"), ("Session", session)])
        writer.write(Request("PLAY", silent.url, headers=fields).to_bytes())
        await until(lambda: len(catalogue.track.senders) == 1)
        sender = catalogue.track.senders[0]
        for time_90k in range(100):
            sender.deliver(big, time_90k, utc_ns())
            await asyncio.sleep(0)
        assert sender.dropped_frames > 0
        await until(lambda: not catalogue.track.senders)
        writer.transport.abort()


async def test_a_client_that_asks_for_ever_and_reads_nothing_is_sent_away() -> None:
    async with serving() as (server, _, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
        requests = b"DESCRIBE rtsp://h/one RTSP/1.0\r\nCSeq: 1\r\nRequire: %b\r\n\r\n" % (b"x" * 15_000)
        with pytest.raises(ConnectionError):
            while True:
                writer.write(requests)
                await writer.drain()
                await asyncio.sleep(0)
        await until(lambda: server.connections == 1)
        assert not reader.at_eof()


async def test_a_port_that_is_taken_is_an_error() -> None:
    async with serving() as (server, _, _):
        with pytest.raises(OSError, match="in use"):
            async with RtspServer(One(), "127.0.0.1", server.port):
                pass
