"""What every test gets: it may not block the event loop, leave processes behind, or skip or fail silently."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from functools import cache
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import settings

from commandwall.workers.processes import Processes
from tests.children import descendants, leftovers
from tests.loop_watch import LoopWatch
from tests.nursery import nursery as running_nursery
from tests.xserver import XServer, x_server

ROOT = Path(__file__).resolve().parent.parent
SYSTEM_PYTHON = "/usr/bin/python3"
LIVE555_SERVER = str(Path(sys.prefix, "bin", "live555-server"))
"""Built by .ci/live555."""
settings.register_profile("commandwall", deadline=None)  # A busy machine fails no test.
settings.load_profile("commandwall")
_REAL_TIME = [
    ROOT / "tests" / part
    for part in (
        "contract",
        "e2e",
        "unit/base/test_ending.py",
        "unit/bench/test_peers.py",
        "unit/compose/test_worker.py",
        "unit/conference/test_worker.py",
        "unit/control/test_hidden_walls.py",
        "unit/control/test_recordings.py",
        "unit/control/test_share.py",
        "unit/ingest/test_talks.py",
        "unit/ingest/test_worker.py",
        "unit/rtc/test_bad_lines.py",
        "unit/rtc/test_client_side.py",
        "unit/rtc/test_exchange.py",
        "unit/rtc/test_sessions.py",
        "unit/simulators/conference/test_main.py",
        "unit/simulators/conference/test_peer.py",
        "unit/simulators/faults/test_wire.py",
        "unit/workers",
    )
]
"""Tests of whole programs or WebRTC, by the clock of a machine that may stand still: each may be run a second
time."""
_MOST_SECOND_RUNS = 2
_PORTS = 500
"""Of each process of a run, for what tests listen on."""
_KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@cache
def _missing(program: str) -> bool:
    """Return whether ``program`` (of the ``needs`` marker) cannot be run on this machine."""
    if program == "chromium":
        return not any(shutil.which(browser) for browser in _BROWSERS)
    if program == "gst-rtsp-server":
        probe = (
            "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
        )
        return subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode != 0
    if program == "live555":
        return not Path(LIVE555_SERVER).exists()
    return shutil.which(program) is None and not Path("/usr/sbin", program).exists()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out, by name, what this machine cannot run; watch the loop of every async test."""
    for item in items:
        for marker in item.iter_markers("needs"):
            missing = [program for program in marker.args if _missing(program)]
            if missing:
                item.add_marker(pytest.mark.skip(reason=f"{', '.join(missing)} not installed"))
        if any(item.path.is_relative_to(part) for part in _REAL_TIME):
            item.add_marker(pytest.mark.flaky(reruns=1))
        is_async = asyncio.iscoroutinefunction(getattr(item, "function", None))
        if is_async and isinstance(item, pytest.Function) and item.get_closest_marker("blocks_loop") is None:
            item.fixturenames.insert(0, "unblocked_loop")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where more tests needed a second run than a machine's bad moment explains."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and len(reporter.stats.get("rerun", ())) > _MOST_SECOND_RUNS:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show why tests were run a second time, as fully as if they had failed: it is to be looked into."""
    again = terminalreporter.stats.get("rerun", [])
    if again:
        fails = " (fails the suite)" if len(again) > _MOST_SECOND_RUNS else ""
        terminalreporter.section(
            f"run a second time: {len(again)}, at most {_MOST_SECOND_RUNS} may be{fails}"
        )
    for report in again:
        terminalreporter.section(report.nodeid, sep="_")
        terminalreporter.write_line(report.longreprtext)


@pytest.fixture
async def unblocked_loop() -> AsyncIterator[None]:
    """Fail the test if anything kept the event loop from running for a quarter of a second."""
    with LoopWatch(asyncio.get_running_loop()) as watch:
        yield
    if watch.blocked:
        pytest.fail("\n".join(watch.blocked), pytrace=False)


@pytest.fixture(autouse=True)
def no_leftovers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test if a process that it started is still there three seconds after it."""
    before = descendants()
    yield
    if request.node.get_closest_marker("leaves_children") is None and (left := leftovers(before)):
        pytest.fail(f"left running: {left}", pytrace=False)


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    """Yield what makes worker processes."""
    async with Processes() as processes:
        yield processes


@pytest.fixture(scope="session")
def nursery() -> Iterator[None]:
    """Run what farms and daemons of tests begin as copies of."""
    with running_nursery():
        yield


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Return a function that names a port of 127.0.0.1 that nothing has now, by TCP or UDP, nor the next one.

    RTP takes the next one for RTCP. Nobody else takes them before they are bound: the system gives ports from
    32768 on to sockets that name none, and other processes of the run name others. Where in them they
    begin keeps runs at one time apart, mostly.
    """
    first = 20000 + _PORTS * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    begin = random.randrange(_PORTS)
    pairs = cycle(first + (begin + number) % _PORTS & ~1 for number in range(0, _PORTS, 2))

    def pick() -> int:
        while True:
            port = next(pairs)
            if all(_is_free(kind, port + next_) for kind in _KINDS for next_ in (0, 1)):
                return port

    return pick


def _is_free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """Return an empty directory whose path is short enough for Unix sockets (107 bytes)."""
    with tempfile.TemporaryDirectory(prefix="cw-") as name:
        yield Path(name)


@pytest.fixture
def x_screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[XServer]:
    """Run an X server that processes of the test find; mark the test ``needs("Xvfb", "ffmpeg")``."""
    with x_server() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the system's browser; mark the test ``needs("chromium")``."""
    return next(path for browser in _BROWSERS if (path := shutil.which(browser)))


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clip from a fixed overhead camera: real if it is there, else of the same shape.

    H.264 Constrained Baseline 768x432 at 12.5 fps. Mark the test ``needs("ffmpeg")``: it generates.
    """
    directory = Path(os.environ.get("COMMANDWALL_FOOTAGE", ROOT.parent / "shared" / "footage"))
    real = directory / "road-car-detection.mp4"
    if real.exists():
        return real
    clip = tmp_path_factory.mktemp("footage") / "generated.mp4"
    source = "testsrc2=size=768x432:rate=25/2:duration=6,noise=alls=8:allf=t"
    encode = ["-c:v", "libx264", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-b:v", "615k"]
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", source, *encode, str(clip)]
    subprocess.run(command, check=True, timeout=60)
    return clip
