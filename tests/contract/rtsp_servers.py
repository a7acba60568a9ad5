"""The servers that the RTSP client is held against, each as a context manager that yields its URL."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import av

from commandwall.base.auth import ServerAuthenticator
from commandwall.base.clock import monotonic_s
from commandwall.rtsp.messages import Headers, Request, Response
from commandwall.rtsp.server import RtspServer
from commandwall.rtsp.server_track import Track
from simulators.loopfile import Unit
from simulators.loops import LoopTrack, SoundLoop
from simulators.pacer import Pacer
from simulators.sound import tone
from simulators.spec import Codec
from tests.conftest import LIVE555_SERVER, SYSTEM_PYTHON
from tests.unit.rtsp.camera import Camera, running

WIDTH, HEIGHT, FPS = 640, 360, 15
USER, PASSWORD = "admin", 'p"w :\\密码'

FFMPEG_CODECS = {
    "h264": ("-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"),
    "hevc": ("-pix_fmt", "yuv420p", "-c:v", "libx265", "-preset", "ultrafast", "-tune", "zerolatency",
             "-x265-params", "log-level=none"),
    "mjpeg": ("-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-huffman", "default", "-q:v", "5"),
}  # fmt: skip

FFMPEG_AUDIO = {
    "pcm_mulaw": ("-c:a", "pcm_mulaw", "-ar", "8000"),
    "aac": ("-c:a", "aac", "-ar", "16000"),
    "aac_latm": ("-c:a", "aac", "-ar", "16000", "-rtpflags", "latm"),
    "opus": ("-c:a", "libopus", "-ar", "48000"),
}
TONE_HZ = 440

LIVE555_ENDINGS = {"h264": "264", "hevc": "265"}
_BYTE_STREAM_S = 30

OpenServer = Callable[[], AbstractAsyncContextManager[str]]


async def _stop(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


@asynccontextmanager
async def _listening(*command: str) -> AsyncIterator[int]:
    """Run a server that prints its port first; yields that."""
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=DEVNULL)
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        await _stop(process)


@asynccontextmanager
async def gstreamer(*options: str, scheme: str = "rtsp", host: str = "127.0.0.1") -> AsyncIterator[str]:
    """gst-rtsp-server with options of ``gst_server.py``; ``scheme`` and ``host`` go into the URL."""
    script = Path(__file__).with_name("gst_server.py")
    async with _listening(SYSTEM_PYTHON, str(script), "--host", host.strip("[]"), *options) as port:
        yield f"{scheme}://{host}:{port}/test"


async def _byte_stream(codec: str, folder: str) -> str:
    """Return the path of some seconds of pictures as LIVE555 plays them."""
    path = f"{folder}/camera.{LIVE555_ENDINGS[codec]}"
    picture = f"testsrc=size={WIDTH}x{HEIGHT}:rate={FPS}:duration={_BYTE_STREAM_S}"
    encode = [*FFMPEG_CODECS[codec], "-g", str(FPS), path]
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", picture, *encode]
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0
    return path


@asynccontextmanager
async def live555(*options: str, codec: str = "h264", of: str = "") -> AsyncIterator[str]:
    """LIVE555, with options of ``live555_server.cpp``: a camera, or a client of the server ``of`` a URL."""
    with TemporaryDirectory(prefix="live555-") as folder:
        source = of or await _byte_stream(codec, folder)
        async with _listening(LIVE555_SERVER, *options, source) as port:
            yield f"rtsp://127.0.0.1:{port}/test"


class _Tracks:
    """A catalogue with tracks at ``/test``."""

    def __init__(self, *tracks: Track) -> None:
        self._tracks = tracks

    async def open(self, path: str) -> tuple[Track, ...]:
        return self._tracks if path == "/test" else ()


@cache
def _loop() -> list[Unit]:
    """Return two seconds of noise-free pictures, encoded."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate, encoder.gop_size, encoder.max_b_frames = Fraction(FPS), FPS, 0
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency"}
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    packets = [packet for index in range(2 * FPS) for packet in encoder.encode(_numbered(frame, index))]
    return [Unit(bytes(packet), packet.is_keyframe) for packet in packets + encoder.encode(None)]


def _numbered(frame: av.VideoFrame, index: int) -> av.VideoFrame:
    for plane in frame.planes:
        plane.update(bytes([index * 7 % 256]) * plane.buffer_size)
    frame.pts = index
    return frame


class OwnTime:
    """A clock that stands still while this process does: a loop then goes on where it was."""

    def __init__(self) -> None:
        self._seen_s = self._now_s = monotonic_s()

    def __call__(self) -> float:
        before_s, self._seen_s = self._seen_s, monotonic_s()
        self._now_s += min(self._seen_s - before_s, 0.1)
        return self._now_s


@asynccontextmanager
async def own(authenticator: ServerAuthenticator | None = None, audio: str = "") -> AsyncIterator[str]:
    """Our own server; ``audio`` is the codec of its sound."""
    clock = OwnTime()
    pacer = Pacer(clock)
    tracks: list[Track] = [LoopTrack(_loop(), Codec.H264.payload, FPS, 1, pacer, clock)]
    if audio:
        tracks.append(SoundLoop(tone(audio, TONE_HZ), 1, pacer, clock))
    async with RtspServer(_Tracks(*tracks), "127.0.0.1", 0, authenticator=authenticator) as server:
        pacing = asyncio.create_task(pacer.run())
        try:
            yield f"rtsp://127.0.0.1:{server.port}/test"
        finally:
            pacing.cancel()
            with suppress(asyncio.CancelledError):
                await pacing


class _FfmpegCamera(Camera):
    """FFmpeg's own SDP, RTP and RTCP by UDP; it has no RTSP server, so the requests are answered here."""

    def __init__(self, codec: str, folder: Path, port: int, audio: str = "") -> None:
        super().__init__()
        self._codec = codec
        self._audio = audio
        self.after_play = b""
        self.process: Process | None = None
        self._folder = folder
        self._own = port
        self._targets: list[int] = []
        self.answers = {"SETUP": self._set_up, "PLAY": self._play}
        self._starting: asyncio.Task[None] | None = None

    async def describe(self) -> None:
        """Have FFmpeg write its description."""
        description = self._folder / "ffmpeg.sdp"
        process = await self._run([9, 19], "-t", "0.2", "-sdp_file", str(description))
        await process.wait()
        self.sdp = description.read_text()

    async def _run(self, ports: list[int], *options: str, own: str = "") -> Process:
        """Run FFmpeg; it sends pictures and sound to ``ports``, the pictures from its port ``own``."""
        picture = f"testsrc=size={WIDTH}x{HEIGHT}:rate={FPS}"
        sources = ["-re", "-f", "lavfi", "-i", picture]
        outputs = [
            "-map", "0:v", *FFMPEG_CODECS[self._codec], "-g", str(FPS), "-flags", "+global_header",
            *options, "-f", "rtp", f"rtp://127.0.0.1:{ports[0]}{own}",
        ]  # fmt: skip
        if self._audio:
            sources += ["-re", "-f", "lavfi", "-i", f"sine=frequency={TONE_HZ}"]
            outputs += ["-map", "1:a", *FFMPEG_AUDIO[self._audio], "-ac", "1", "-flags", "+global_header"]
            outputs += [*options, "-f", "rtp", f"rtp://127.0.0.1:{ports[1]}"]
        return await asyncio.create_subprocess_exec(
            "ffmpeg", "-v", "error", *sources, *outputs, stdin=DEVNULL
        )

    def _set_up(self, request: Request) -> Response:
        transport = request.headers.get("Transport")
        self._targets.append(int(transport.partition("client_port=")[2].partition("-")[0]))
        return Response(200, headers=Headers([("Session", "1"), ("Transport", transport)]))

    def _play(self, request: Request) -> Response:
        self._starting = asyncio.get_running_loop().create_task(self._send())
        return Response(200)

    async def _send(self) -> None:
        self.process = await self._run(self._targets[-2:], own=f"?localrtpport={self._own}")

    async def stop(self) -> None:
        """Stop FFmpeg."""
        if self._starting is not None:
            await self._starting
        if self.process is not None:
            await _stop(self.process)


@asynccontextmanager
async def ffmpeg(codec: str, folder: Path, port: int, audio: str = "") -> AsyncIterator[str]:
    """FFmpeg behind a scripted camera; ``codec`` is one of FFMPEG_CODECS, ``audio`` of FFMPEG_AUDIO."""
    camera = _FfmpegCamera(codec, folder, port, audio)
    await camera.describe()
    async with running(camera):
        try:
            yield camera.url
        finally:
            await camera.stop()


def guarded() -> dict[str, OpenServer]:
    """Return the servers that ask for USER and PASSWORD, by name."""
    servers: dict[str, OpenServer] = {
        "gstreamer": partial(gstreamer, "--user", USER, "--password", PASSWORD),
        "live555": partial(live555, "--user", USER, PASSWORD),
    }
    for algorithm in ("MD5", "SHA-256"):
        authenticator = ServerAuthenticator("centre", {USER: PASSWORD}, algorithms=(algorithm,))
        servers[f"own {algorithm}"] = partial(own, authenticator)
    basic = ServerAuthenticator("centre", {USER: PASSWORD}, algorithms=(), basic=True)
    servers["own basic"] = partial(own, basic)
    return servers
