"""A whole site for end-to-end tests: a camera farm, a configuration, the real daemon, and its API."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from commandwall.cli.accounts import open_users
from commandwall.control.roles import Role
from commandwall.settings.load import load_settings
from tests import nursery

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "watch-the-wall-9"
_PATIENCE_S = 60.0
_STOP_S = 10.0


async def until(what: str, condition: Callable[[], Awaitable[Any]], timeout_s: float = _PATIENCE_S) -> Any:
    """Return the first true value of ``condition``; fails naming ``what`` when none comes in time."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while True:
        value = await condition()
        if value:
            return value
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"waited {timeout_s:g} s in vain until {what}; last: {value!r}")
        await asyncio.sleep(0.03)


@asynccontextmanager
async def program(*arguments: str, ready: str, **environment: str) -> AsyncIterator[tuple[int, str]]:
    """Run ``python -m ARGUMENTS``; yields its pid and the line of output that begins with ``ready``.

    It begins as a copy of the nursery where there is one.
    """
    process = await begin(*arguments, **environment)
    assert process.stdout is not None
    try:
        line = ""
        while not line.startswith(ready):
            line = (await asyncio.wait_for(process.stdout.readline(), _PATIENCE_S)).decode()
            assert line, f"{arguments} ended before it was ready; its words are above"
        drain = asyncio.create_task(process.stdout.read())
        yield process.pid, line
        drain.cancel()
    finally:
        await stop(process)


async def begin(*arguments: str, **environment: str) -> asyncio.subprocess.Process | nursery.Copy:
    """Start ``python -m ARGUMENTS``, its output in a pipe; as a copy of the nursery where there is one."""
    variables = {**os.environ, **environment}
    if nursery.ADDRESS in os.environ:
        return await nursery.start(arguments[0], arguments[1:], variables)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        cwd=ROOT,
        env=variables,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )


async def stop(process: asyncio.subprocess.Process | nursery.Copy) -> None:
    """End ``process`` as an operator would, and wait until it is gone."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"process {process.pid} did not end within {_STOP_S:g} s of SIGTERM") from None


@asynccontextmanager
async def farm(count: int, *options: str) -> AsyncIterator[str]:
    """Run a camera farm; yields its base URL ``rtsp://127.0.0.1:PORT``."""
    arguments = ("simulators.cameras", "--count", str(count), "--port", "0", *options)
    async with program(*arguments, ready="ready ") as (_, line):
        yield line.split()[1].rsplit("/cam/", 1)[0]


def cameras(base: str, count: int) -> list[dict[str, Any]]:
    """Return configuration entries for the first ``count`` cameras of the farm at ``base``: cam-1, ..."""
    return [
        {
            "id": f"cam-{number}",
            "name": f"东门 {number:02}",
            "area": "dongmen",
            "main": {"url": f"{base}/cam/{number:04}/main"},
            "sub": {"url": f"{base}/cam/{number:04}/sub"},
        }
        for number in range(1, count + 1)
    ]


@dataclass
class Site:
    """A site's folder and what goes into its configuration; change it before :meth:`run`."""

    folder: Path
    port: int
    cameras: Sequence[dict[str, Any]] = ()
    wall: dict[str, Any] = field(
        default_factory=lambda: {
            "id": "main",
            "name": "主墙",
            "size": [1280, 720],
            "layout": "2x2",
            "heads": [
                {"id": "all", "rect": [0, 0, 1280, 720]},
                {"id": "left", "rect": [0, 0, 640, 720]},
            ],
        }
    )
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The configuration."""
        return self.folder / "site.yaml"

    @property
    def url(self) -> str:
        """Where the panel is."""
        return f"http://127.0.0.1:{self.port}"

    def write(self) -> None:
        """Write the configuration."""
        site = {
            "site": {"id": "luohu", "name": "罗湖区应急指挥中心", "level": "district"},
            "state": str(self.folder / "state"),
            "http": {"listen": f"127.0.0.1:{self.port}"},
            "rtsp": {"listen": "127.0.0.1:0"},
            "areas": [{"id": "dongmen", "name": "东门步行街"}],
            "cameras": list(self.cameras),
            "walls": [self.wall],
            **self.extra,
        }
        self.file.write_text(yaml.safe_dump(site, allow_unicode=True, sort_keys=False))

    async def command(self, *arguments: str, stdin: str = "") -> str:
        """Run one ``commandwall`` command of this site and return its output; fails if it fails."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "commandwall",
            *arguments,
            "-c",
            str(self.file),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate(stdin.encode())
        assert process.returncode == 0, f"commandwall {' '.join(arguments)}: exit {process.returncode}"
        return output.decode()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[Daemon]:
        """Run the daemon until it is ready; yields its API as an administrator."""
        self.write()
        name = f"test-{os.urandom(4).hex()}"
        async with open_users(load_settings(self.file)) as accounts:
            token = await accounts.create_token(name, Role.ADMIN)
        arguments = ("commandwall", "run", "-c", str(self.file))
        async with (
            program(*arguments, ready="ready ") as (pid, _),
            aiohttp.ClientSession(self.url, headers={"Authorization": f"Bearer {token}"}) as session,
        ):
            yield Daemon(self, pid, session)


@dataclass
class Daemon:
    """A running daemon and its API."""

    site: Site
    pid: int
    session: aiohttp.ClientSession

    async def get(self, path: str) -> Any:
        """Return the JSON at ``/api/v1{path}``; fails unless the status is 200."""
        async with self.session.get(f"/api/v1{path}") as response:
            assert response.status == 200, f"GET {path}: {response.status} {await response.text()}"
            return await response.json()

    async def put(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """Return (status, JSON) of a PUT to ``/api/v1{path}``."""
        async with self.session.put(f"/api/v1{path}", json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def picture(self, path: str) -> bytes:
        """Return the picture at ``/api/v1{path}``; who stood still says so, or nothing, at first."""

        async def asked() -> bytes | None:
            async with self.session.get(f"/api/v1{path}") as response:
                words = "" if response.status == 200 else await response.text()
                assert response.status in (200, 503, 504), f"GET {path}: {response.status} {words}"
                return None if words else await response.read()

        found: bytes = await until(f"there is a picture at {path}", asked)
        return found

    async def ready(self) -> bool:
        """Return whether it says that it is ready: its workers are up."""
        async with self.session.get("/readyz") as response:
            return response.status == 200

    async def camera_states(self) -> dict[str, str]:
        """Return the state of every camera."""
        return {item["id"]: item["state"] for item in (await self.get("/cameras"))["items"]}

    async def tile_states(self, wall: str = "main") -> dict[str, str]:
        """Return the state of every tile of ``wall``."""
        return {tile["cell"]: tile["state"] for tile in (await self.get(f"/walls/{wall}"))["tiles"]}

    async def until_live(self, cells: Sequence[str], wall: str = "main") -> None:
        """Wait until these tiles are live."""

        async def live() -> bool:
            states = await self.tile_states(wall)
            return all(states.get(cell) == "live" for cell in cells)

        await until(f"tiles {cells} are live", live)

    async def until_shared(self) -> None:
        """Wait until it serves RTSP where the configuration says."""
        host, _, port = self.site.extra["rtsp"]["listen"].rpartition(":")

        async def listens() -> bool:
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except ConnectionRefusedError:
                return False
            writer.close()
            return True

        await until("RTSP is served", listens)
