from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from commandwall.base.auth import ServerAuthenticator
from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    InvalidError,
    NotFoundError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
)
from commandwall.outputs import share_catalogue
from commandwall.rtp.h264 import H264Format
from commandwall.rtp.rtcp import Goodbye, ReceiverReport, SourceDescription, build, parse_compound
from commandwall.rtsp import life as life_module
from commandwall.rtsp.client import RtspClient, StreamRequest
from commandwall.rtsp.connection import RtspConnection
from commandwall.rtsp.dialogue import Timeouts
from commandwall.rtsp.messages import Headers, Request, Response
from tests.unit.rtp.packets import SSRC, delta, rtp
from tests.unit.rtsp.camera import DELTA, KEY, Camera, interleaved, media, running
from tests.unit.rtsp.requests import PASSWORD, PATIENT, fail, request_for, silence
from tests.watcher import Watcher


async def failure(
    camera: Camera, kind: type[CommandwallError], user: str = "", timeouts: Timeouts = PATIENT
) -> str:
    """Return what opening the stream fails with."""
    request = request_for(camera, user=user)
    with pytest.raises(kind) as caught:
        async with RtspClient.open(request, on_access_unit=Watcher(), timeouts=timeouts):
            pass
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


async def test_pictures_come_and_the_session_is_torn_down(camera: Camera) -> None:
    watcher = Watcher()
    async with RtspClient.open(request_for(camera), on_access_unit=watcher) as session:
        await watcher.until_count(4)
        assert (session.codec.name, session.codec.width, session.codec.height) == ("h264", 640, 360)
        assert session.stats.access_units == 4
    assert [unit.data for unit in watcher.units] == [KEY, DELTA, DELTA, KEY]
    assert camera.methods == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]
    setup, play, teardown = camera.requests[2:]
    assert setup.url == f"{camera.url}/video"
    assert setup.headers.get("Transport") == "RTP/AVP/TCP;unicast;interleaved=0-1"
    assert (play.url, play.headers.get("Session")) == (f"{camera.url}/", "12345")
    assert teardown.headers.get("Session") == "12345"


async def test_bytes_one_at_a_time(camera: Camera) -> None:
    watcher = Watcher()
    camera.after_play = b""
    async with RtspClient.open(request_for(camera), on_access_unit=watcher):
        stream = media("KP")
        for index in range(len(stream)):
            camera.send(stream[index : index + 1])
            if index % 50 == 0:
                await asyncio.sleep(0)
        await watcher.until_count(2)
    assert [unit.data for unit in watcher.units] == [KEY, DELTA]


async def test_media_before_the_play_answer_and_on_other_channels(camera: Camera) -> None:
    watcher = Watcher()
    camera.transport_answer = "RTP/AVP/TCP;unicast;interleaved=4-5"
    camera.answers["PLAY"] = lambda request: (
        (media("K", 4) + interleaved(9, b"stray") + b"RTSP/1.0 200 OK\r\nCSeq: %s\r\n\r\n")
        % request.headers.get("CSeq").encode()
    )
    camera.after_play = b""
    async with RtspClient.open(request_for(camera), on_access_unit=watcher) as session:
        await watcher.until_count(1)
        assert session.unassigned_frames == 1


async def test_nothing_is_called_after_the_end(camera: Camera) -> None:
    watcher = Watcher()
    camera.answers["TEARDOWN"] = lambda _: media("KPPK") + b""
    async with RtspClient.open(request_for(camera), on_access_unit=watcher, timeouts=PATIENT):
        await watcher.until_count(4)
    assert len(watcher.units) == 4


async def test_teardown_is_sent_when_the_task_is_cancelled(camera: Camera) -> None:
    async def watch() -> None:
        async with RtspClient.open(request_for(camera), on_access_unit=Watcher()) as session:
            await session.closed()

    task = asyncio.create_task(watch())
    await camera.until(lambda: "PLAY" in camera.methods)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert camera.methods[-1] == "TEARDOWN"


async def test_teardown_is_sent_when_play_is_refused(camera: Camera) -> None:
    camera.answers["PLAY"] = lambda _: Response(457)
    assert "PLAY: 457" in await failure(camera, ProtocolError)
    assert camera.methods[-1] == "TEARDOWN"


def guard(realm: str, camera: Camera, *algorithms: str) -> Callable[[Request], Response]:
    """Return what answers as ``camera`` does, once the client has signed in."""
    server = ServerAuthenticator(realm, {"admin": PASSWORD}, algorithms=algorithms or ("MD5",))

    def guarded(request: Request) -> Response:
        refused = server.refuse(request.method, request.headers.get("Authorization"))
        if refused:
            return Response(401, headers=Headers([("WWW-Authenticate", value) for value in refused]))
        return camera.usual(request)

    return guarded


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_digest(camera: Camera, algorithm: str) -> None:
    camera.answers = dict.fromkeys(("DESCRIBE", "SETUP", "PLAY"), guard("camera", camera, algorithm))
    watcher = Watcher()
    async with RtspClient.open(request_for(camera, user="admin"), on_access_unit=watcher):
        await watcher.until_count(4)
    assert camera.methods.count("DESCRIBE") == 2
    assert camera.methods.count("SETUP") == 1


def for_one_use(camera: Camera) -> Callable[[Request], Response]:
    """Return what answers as cameras do that hand out a nonce for one use only, and do not say stale."""
    fresh = iter(range(100))
    used: set[str] = set()

    def guarded(request: Request) -> Response:
        authorization = request.headers.get("Authorization")
        if authorization and not any(nonce in authorization for nonce in used):
            used.add(authorization.partition('nonce="')[2].partition('"')[0])
            return camera.usual(request)
        return Response(
            401, headers=Headers([("WWW-Authenticate", f'Digest realm="c", nonce="n{next(fresh)}."')])
        )

    return guarded


async def test_a_nonce_that_changes_with_every_request(camera: Camera) -> None:
    camera.answers = dict.fromkeys(("DESCRIBE", "SETUP", "PLAY"), for_one_use(camera))
    async with RtspClient.open(request_for(camera, user="admin"), on_access_unit=Watcher()):
        pass
    assert camera.methods.count("SETUP") == 2


async def test_a_sign_of_life_whose_nonce_is_used_up_is_given_again_at_once(camera: Camera) -> None:
    guarded, taken = for_one_use(camera), asyncio.Event()

    def alive(request: Request) -> Response:
        answer = guarded(request)
        if answer.status == 200:
            taken.set()
        return answer

    camera.answers = {**dict.fromkeys(("DESCRIBE", "SETUP", "PLAY"), guarded), "GET_PARAMETER": alive}
    async with RtspClient.open(request_for(camera, user="admin"), on_access_unit=Watcher()) as session:
        session._life._given_s -= session._dialogue.session_timeout_s
        session._life.give_if_due()
        await taken.wait()
        await session._dialogue.call("OPTIONS", camera.url)  # answered behind it
        assert camera.methods.count("GET_PARAMETER") == 2
        guard_again = guard("camera", camera)
        camera.answers["GET_PARAMETER"] = lambda request: guard_again(Request("GET", request.url))
        session._life._given_s -= session._dialogue.session_timeout_s
        session._life.give_if_due()
        await camera.until(lambda: camera.methods.count("GET_PARAMETER") == 4)
        await session._dialogue.call("OPTIONS", camera.url)
    assert camera.methods.count("GET_PARAMETER") == 4  # once again, and not for ever


async def test_a_teardown_with_a_stale_nonce_is_signed_anew(camera: Camera) -> None:
    async with RtspClient.open(request_for(camera, user="admin"), on_access_unit=Watcher()):
        camera.answers["TEARDOWN"] = guard("camera", camera)
    assert camera.methods[-2:] == ["TEARDOWN", "TEARDOWN"]
    assert "Digest" in camera.requests[-1].headers.get("Authorization")


async def test_wrong_passwords_and_missing_ones_are_told_apart(camera: Camera) -> None:
    offer = Headers([("WWW-Authenticate", 'Digest realm="c", nonce="n"')])
    camera.answers["DESCRIBE"] = lambda _: Response(401, headers=Headers(offer))
    words = await failure(camera, AccessRefusedError, user="admin")
    assert words.startswith("DESCRIBE: 401 after credentials were sent: wrong password for user 'admin'")
    assert camera.methods.count("DESCRIBE") == 2
    assert "none are set" in await failure(camera, AccessRefusedError)
    camera.answers["DESCRIBE"] = lambda _: Response(401)
    assert "no way to sign in" in await failure(camera, AccessRefusedError, user="admin")


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (403, AccessRefusedError, "403 Forbidden"),
        (404, NotFoundError, "path '/main'"),
        (302, UnsupportedError, "302 Found: the camera redirects to what cannot be used"),
        (453, UnavailableError, "no more sessions"),
        (503, UnavailableError, "busy"),
        (500, UnavailableError, "500 Internal"),
        (400, ProtocolError, "400 Bad Request"),
    ],
)
async def test_refusals_are_told_in_words(
    camera: Camera, status: int, kind: type[CommandwallError], words: str
) -> None:
    camera.answers["DESCRIBE"] = lambda _: Response(status)
    told = await failure(camera, kind)
    assert told.startswith("DESCRIBE: ")
    assert words in told


def redirecting(camera: Camera, url: str) -> None:
    """Have ``camera`` answer DESCRIBE with a redirect to ``url``."""
    camera.answers["DESCRIBE"] = lambda _: Response(302, headers=Headers([("Location", url)]))


async def test_redirects_are_followed_and_the_password_stays_with_its_host(camera: Camera) -> None:
    async with running(Camera()) as there:
        there.answers["DESCRIBE"] = guard("camera", there)
        redirecting(camera, there.url)
        watcher = Watcher()
        async with RtspClient.open(request_for(camera, user="admin"), on_access_unit=watcher):
            await watcher.until_count(4)
        assert there.methods[-1] == "TEARDOWN"
        redirecting(camera, there.url.replace("127.0.0.1", "localhost"))
        words = await failure(camera, AccessRefusedError, user="admin")
    assert "redirects to localhost port" in words
    assert not any("Authorization" in request.headers for request in there.requests[-2:])


async def test_redirects_have_an_end_and_a_form(camera: Camera) -> None:
    redirecting(camera, camera.url)
    assert "more than 3 times" in await failure(camera, UnsupportedError)
    assert camera.methods.count("DESCRIBE") == 4
    for url in (f"http://h/{PASSWORD}", f"rtsp://u:{PASSWORD}@h/", "", "main"):
        redirecting(camera, url)
        assert "cannot be used" in await failure(camera, UnsupportedError)


async def test_a_codec_that_is_not_taken_is_refused_before_setup(camera: Camera) -> None:
    camera.sdp = "v=0\r\nm=video 0 RTP/AVP 34\r\na=control:video\r\n"
    assert "unsupported codec H263" in await failure(camera, UnsupportedError)
    assert camera.methods == ["OPTIONS", "DESCRIBE"]


@pytest.mark.parametrize(
    ("sdp", "kind", "words"),
    [
        ("v=0\r\nm=audio 0 RTP/AVP 8\r\n", UnsupportedError, "no video track"),
        ("v=0\r\nm=video 0 RTP/SAVP 96\r\na=rtpmap:96 H264/90000\r\n", UnsupportedError, "RTP/SAVP"),
        ("<html>", ProtocolError, "0 media sections"),
        ("", ProtocolError, "0 media sections"),
    ],
)
async def test_descriptions_without_a_usable_track(
    camera: Camera, sdp: str, kind: type[CommandwallError], words: str
) -> None:
    camera.sdp = sdp
    assert words in await failure(camera, kind)


async def test_silence_has_an_end_at_every_step(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    for method in ("PLAY", "SETUP", "DESCRIBE", "OPTIONS"):
        camera.answers[method] = silence(monkeypatch)
        assert await failure(camera, ConnectionLostError) == f"{method}: no answer within 60 s"


async def test_to_describe_a_stream_has_its_own_time(camera: Camera) -> None:
    camera.answers["DESCRIBE"] = lambda _: None
    hasty = replace(PATIENT, describe_s=0.2)
    words = await failure(camera, ConnectionLostError, timeouts=hasty)
    assert words == "DESCRIBE: no answer within 0.2 s"


def test_a_share_that_fetches_its_stream_first_is_waited_for() -> None:
    assert Timeouts().describe_s > share_catalogue._FIRST_KEY_S


async def test_a_teardown_without_an_answer_is_not_waited_for_long(camera: Camera) -> None:
    camera.answers["TEARDOWN"] = lambda _: None
    async with (
        asyncio.timeout(20),
        RtspClient.open(request_for(camera), on_access_unit=Watcher(), timeouts=PATIENT),
    ):
        pass


async def test_garbage_instead_of_an_answer(camera: Camera) -> None:
    camera.answers["DESCRIBE"] = lambda _: b"\x00\x01\x02\x03 not rtsp"
    assert "DESCRIBE: neither RTSP nor" in await failure(camera, ProtocolError)


async def test_a_connection_closed_in_a_step(camera: Camera) -> None:
    def close(_: Request) -> None:
        assert camera.transport is not None
        camera.transport.close()

    camera.answers["SETUP"] = close
    assert await failure(camera, ConnectionLostError) == "SETUP: the camera closed the connection"


async def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"rtsp://127.0.0.1:{free.getsockname()[1]}/main"
        with pytest.raises(ConnectionLostError, match=r"^connect: 127\.0\.0\.1 port \d+: "):
            async with RtspClient.open(StreamRequest(url), on_access_unit=Watcher()):
                pass


async def test_credentials_in_the_url_are_refused() -> None:
    with pytest.raises(InvalidError, match="into credentials"):
        async with RtspClient.open(StreamRequest(f"rtsp://u:{PASSWORD}@h/x"), on_access_unit=Watcher()):
            pass


def test_neither_url_nor_password_is_in_repr() -> None:
    assert PASSWORD not in repr(StreamRequest(f"rtsp://h/?password={PASSWORD}", user="u", password=PASSWORD))


END: list[tuple[Callable[[Camera], None], type[CommandwallError], str]] = [
    (lambda c: c.transport.close() if c.transport else None, ConnectionLostError, "closed the connection"),
    (lambda c: c.send(interleaved(1, build(Goodbye((SSRC,))))), ConnectionLostError, "BYE"),
    (lambda c: c.send(b"\xff\xff\xff\xff"), ProtocolError, "neither RTSP"),
]


@pytest.mark.parametrize(("end", "kind", "words"), END, ids=["closed", "bye", "garbage"])
async def test_the_end_of_a_stream_has_a_reason(
    camera: Camera, end: Callable[[Camera], None], kind: type[CommandwallError], words: str
) -> None:
    watcher = Watcher()
    async with RtspClient.open(request_for(camera), on_access_unit=watcher, timeouts=PATIENT) as session:
        await watcher.until_count(4)
        end(camera)
        with pytest.raises(kind, match=words):
            await session.closed()


async def test_what_nobody_foresaw_ends_the_session_and_not_who_reads_it(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = Watcher()
    async with RtspClient.open(request_for(camera), on_access_unit=watcher, timeouts=PATIENT) as session:
        await watcher.until_count(4)
        session.read_in_lots(True)
        monkeypatch.setattr(H264Format, "push", fail)
        camera.send(interleaved(0, rtp(100, 60_000, delta(), marker=True)))
        closed = asyncio.ensure_future(session.closed())
        while not closed.done():
            session.read_lot()
            await asyncio.sleep(0.002)
        with pytest.raises(ValueError):
            await closed


async def test_what_nobody_foresaw_in_a_step_is_what_it_fails_with(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RtspConnection, "_on_message", fail)
    with pytest.raises(ValueError):
        async with RtspClient.open(request_for(camera), on_access_unit=Watcher(), timeouts=PATIENT):
            pass


async def test_quirks_that_are_borne(camera: Camera) -> None:
    """No control, no Transport in the answer, no CSeq, another session id, OPTIONS not known."""
    camera.sdp = "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
    camera.answers["OPTIONS"] = lambda _: Response(501)
    camera.answers["SETUP"] = lambda _: b"RTSP/1.0 200 OK\r\nSession: a;timeout=20\r\n\r\n"
    camera.answers["PLAY"] = lambda request: Response(200, headers=Headers([("Session", "b")]))
    watcher = Watcher()
    async with RtspClient.open(request_for(camera), on_access_unit=watcher):
        await watcher.until_count(4)
    assert camera.requests[-1].headers.get("Session") == "b"
    assert camera.requests[2].url == f"{camera.url}/"


async def test_questions_of_the_camera_are_answered(camera: Camera) -> None:
    answers: list[str] = []
    async with RtspClient.open(request_for(camera), on_access_unit=Watcher()):
        assert camera.transport is not None
        reader = asyncio.Event()

        class Listener(asyncio.Protocol):
            def data_received(self, data: bytes) -> None:
                answers.append(data.decode())
                reader.set()

        camera.transport.set_protocol(Listener())
        camera.send(b"OPTIONS * RTSP/1.0\r\nCSeq: 77\r\n\r\n")
        await reader.wait()
        camera.transport.set_protocol(camera)
    assert answers[0] == "RTSP/1.0 200 OK\r\nCSeq: 77\r\n\r\n"


@pytest.mark.parametrize(
    ("public", "method"),
    [("GET_PARAMETER, SET_PARAMETER", "GET_PARAMETER"), ("SET_PARAMETER", "SET_PARAMETER"), ("", "OPTIONS")],
)
async def test_signs_of_life_and_receiver_reports(
    camera: Camera, public: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life_module, "REPORT_INTERVAL_S", 0.02)
    camera.public = public
    camera.session = "1;timeout=1"
    async with RtspClient.open(request_for(camera), on_access_unit=Watcher()):
        await camera.until(lambda: camera.methods[4:].count(method) >= 2 and len(camera.frames) > 2)
    channel, compound = camera.frames[0]
    report, names = parse_compound(compound)
    assert isinstance(report, ReceiverReport)
    assert isinstance(names, SourceDescription)
    assert (channel, report.blocks[0].ssrc, report.blocks[0].lost) == (1, SSRC, 0)


async def test_signs_of_life_that_are_never_answered_are_forgotten(camera: Camera) -> None:
    async with RtspClient.open(request_for(camera), on_access_unit=Watcher(), timeouts=PATIENT) as session:
        dialogue = session._dialogue
        camera.answers["GET_PARAMETER"] = lambda _: None
        for _ in range(20):
            dialogue.keep_alive(lambda response: None)
            await asyncio.sleep(0)
        await camera.until(lambda: camera.methods.count("OPTIONS") >= 20)  # the first one opened the session
        assert camera.methods.count("GET_PARAMETER") == 1
        assert len(dialogue.connection._waiting) <= 1


@pytest.mark.parametrize("status", [400, 404, 405, 455, 500, 501])
async def test_a_forgotten_session_and_a_method_that_was_only_claimed(
    camera: Camera, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life_module, "REPORT_INTERVAL_S", 0.02)
    camera.session = "1;timeout=1"
    camera.answers["GET_PARAMETER"] = lambda _: Response(status)
    async with RtspClient.open(request_for(camera), on_access_unit=Watcher()) as session:
        await camera.until(lambda: camera.methods[4:].count("OPTIONS") >= 2)
        assert camera.methods[4:6] == ["GET_PARAMETER", "OPTIONS"]
        assert camera.methods.count("GET_PARAMETER") == 1
        camera.answers["OPTIONS"] = lambda _: Response(454)
        with pytest.raises(ConnectionLostError, match="forgot the session"):
            await session.closed()
