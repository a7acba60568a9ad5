"""GStreamer's ``compositor`` on the same streams, in a process of the system's Python."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.bench.peers import Grid, PeerUse
from tests.bench.proctree import TreeMeter
from tests.conftest import SYSTEM_PYTHON

_SCRIPT = Path(__file__).with_name("compositor.py")
_PLAYING_S = 120.0
_SETTLE_S = 3.0
_ANSWER_S = 30.0
_STOP_S = 5.0


async def measure(urls: Sequence[str], grid: Grid, window_s: float, count_s: float) -> PeerUse:
    """Compose ``urls`` on ``grid``; measure for ``window_s``, then count pictures for ``count_s``.

    Raises ``RuntimeError`` when the pipeline fails, ``TimeoutError`` when it does not play.
    """
    async with _running(urls, grid) as process:
        await _answer(process, "playing", _PLAYING_S)
        await asyncio.sleep(_SETTLE_S)
        loop = asyncio.get_running_loop()
        meter, began_s, before = TreeMeter(process.pid), loop.time(), await _canvases(process)
        await asyncio.sleep(window_s)
        use = meter.read()
        output_fps = (await _canvases(process) - before) / (loop.time() - began_s)
        counts = await _ask(process, f"count {count_s}", "came", _ANSWER_S)
        shown_pct = 100 * counts["taken"] / counts["came"] if counts["came"] else None
        return PeerUse(use.cores, use.memory, output_fps, shown_pct)


async def _canvases(process: asyncio.subprocess.Process) -> int:
    return int((await _ask(process, "canvases", "canvases", _ANSWER_S))["canvases"])


async def _ask(process: asyncio.subprocess.Process, line: str, key: str, timeout_s: float) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n".encode())
    return await _answer(process, key, timeout_s)


async def _answer(process: asyncio.subprocess.Process, key: str, timeout_s: float) -> dict[str, Any]:
    assert process.stdout is not None
    while True:
        line = await asyncio.wait_for(process.stdout.readline(), timeout_s)
        words: dict[str, Any] = json.loads(line) if line else {"error": "it ended"}
        if "error" in words:
            raise RuntimeError(f"GStreamer: {words['error']}")
        if key in words:
            return words


@asynccontextmanager
async def _running(urls: Sequence[str], grid: Grid) -> AsyncIterator[asyncio.subprocess.Process]:
    shape = (grid.columns, grid.width, grid.height, grid.fps)
    process = await asyncio.create_subprocess_exec(
        SYSTEM_PYTHON,
        str(_SCRIPT),
        *map(str, shape),
        *urls[: grid.count],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _STOP_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
