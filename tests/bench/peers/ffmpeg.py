"""FFmpeg: ``xstack`` of RTSP streams on a raw canvas, and decoding alone.

Two variants, both in FFmpeg's favour on FFmpeg 5.1: one decoder thread a stream (more only add
switching), the least probing, pictures scaled before their rate is changed (so that none is scaled
twice), and one common rate before ``xstack``, which otherwise composes a whole canvas for every
single source picture. The plain one decodes and scales as FFmpeg does unless told otherwise; the
``tuned`` one takes every short cut it has, those of the daemon among them.
"""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

from tests.bench.peers import Grid, PeerUse
from tests.bench.proctree import TreeMeter

_FIRST_PICTURE_S = 120.0
_SETTLE_S = 15.0
_STEADY = 0.03
_STOP_S = 10.0
_FRAMES = re.compile(r"\bframe=\s*(\d+)")
_RATE_FILTER = re.compile(r"(\d+) frames in, \d+ frames out; (\d+) frames dropped")


def compose_command(urls: Sequence[str], grid: Grid, *, tuned: bool) -> list[str]:
    """Return the command that composes ``urls`` on ``grid``, raw."""
    width, height = grid.tile
    flags = ":flags=fast_bilinear" if tuned else ""
    scale = f"scale={width}:{height}{flags},fps={grid.fps}"
    chains = [f"[{i}:v]{scale}[v{i}]" for i in range(grid.count)]
    inputs = "".join(f"[v{i}]" for i in range(grid.count))
    places = "|".join(f"{x}_{y}" for x, y in grid.places())
    stack = f"{inputs}xstack=inputs={grid.count}:layout={places}[canvas]"
    graph = ";".join((*chains, stack))
    output = ["-filter_complex_threads", "1", "-filter_complex", graph, "-map", "[canvas]", "-f", "null", "-"]
    return [*_inputs(urls[: grid.count], deblock=not tuned), *output]


def decode_command(urls: Sequence[str], *, deblock: bool) -> list[str]:
    """Return the command that decodes ``urls`` and throws the pictures away."""
    outputs = [["-map", f"{i}:v", "-vsync", "passthrough", "-f", "null", "-"] for i in range(len(urls))]
    return [*_inputs(urls, deblock=deblock), *(word for output in outputs for word in output)]


async def measure(command: Sequence[str], fps: float, window_s: float) -> PeerUse:
    """Run ``command`` until it makes ``fps`` pictures a second, then measure it for ``window_s``.

    Raises ``RuntimeError`` with FFmpeg's last words when it ends, ``TimeoutError`` when no picture comes.
    """
    with TemporaryFile("w+") as errors:
        async with _running(command, errors) as run:
            async with asyncio.timeout(_FIRST_PICTURE_S):
                await run.until_frames(1)
            await run.settle(fps)
            meter, before, began_s = TreeMeter(run.process.pid), run.frames, run.at_s
            await asyncio.sleep(window_s)
            use = meter.read()
            output_fps = (run.frames - before) / (run.at_s - began_s)
        errors.seek(0)
        return PeerUse(use.cores, use.memory, output_fps, shown_pct(errors.read()))


def shown_pct(log: str) -> float | None:
    """Return how many of the pictures that came to the ``fps`` filters of ``log`` went on, in per cent."""
    counts = [(int(came), int(dropped)) for came, dropped in _RATE_FILTER.findall(log)]
    came = sum(count for count, _ in counts)
    return 100 * (1 - sum(dropped for _, dropped in counts) / came) if came else None


def _inputs(urls: Sequence[str], *, deblock: bool) -> list[str]:
    options = ["-rtsp_transport", "tcp", "-fflags", "nobuffer", "-analyzeduration", "0", "-probesize", "32"]
    options += ["-threads", "1"]
    if not deblock:
        options += ["-skip_loop_filter", "all"]
    progress = ["-nostdin", "-nostats", "-v", "verbose", "-stats_period", "0.25", "-progress", "pipe:1"]
    return ["ffmpeg", *progress, *(word for url in urls for word in (*options, "-i", url))]


@dataclass(slots=True)
class _Run:
    """A running FFmpeg and the count of frames that it last told, at ``at_s`` (loop time)."""

    process: asyncio.subprocess.Process
    errors: IO[str]
    frames: int = 0
    at_s: float = 0.0
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Read progress until the output ends; it is cut short where there are many outputs."""
        assert self.process.stdout is not None
        while data := await self.process.stdout.read(1 << 16):
            if counts := _FRAMES.findall(data.decode()):
                self.frames = int(counts[-1])
                self.at_s = asyncio.get_running_loop().time()
                self._told.set()

    async def until_frames(self, count: int) -> None:
        """Wait until FFmpeg has made ``count`` frames; raises ``RuntimeError`` when it has ended."""
        while self.frames < count:
            self._told.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1.0)
            if self.process.returncode is not None:
                self.errors.seek(0)
                raise RuntimeError(f"ffmpeg ended: {self.errors.read()[-500:]}")

    async def settle(self, fps: float) -> None:
        """Wait until what waited at the start is through: ``fps`` over two seconds, or long enough."""
        deadline_s = self.at_s + _SETTLE_S
        while self.at_s < deadline_s:
            frames, at_s = self.frames, self.at_s
            await asyncio.sleep(2.0)
            if abs((self.frames - frames) / max(self.at_s - at_s, 0.1) - fps) < fps * _STEADY:
                return


@asynccontextmanager
async def _running(command: Sequence[str], errors: IO[str]) -> AsyncIterator[_Run]:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=errors
    )
    run = _Run(process, errors)
    listening = asyncio.create_task(run.listen(), name="ffmpeg progress")
    try:
        yield run
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), _STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()
        await listening
