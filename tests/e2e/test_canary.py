"""A password is planted wherever the daemon takes one, and must come out nowhere.

The cameras take it, refuse it, cannot be reached, or are not what their URL says: every way to a
message is gone. Then all that the daemon emits is searched.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from base64 import b64encode
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import aiomqtt
import pytest

from commandwall.base.auth import ServerAuthenticator
from tests.children import descendants
from tests.contract.rtsp_servers import own
from tests.e2e.site import ROOT, Daemon, Site, stop, until
from tests.e2e.test_killed_workers import until_ready

pytestmark = [pytest.mark.needs("mosquitto"), pytest.mark.timeout(150), pytest.mark.blocks_loop]

CORE = "kT9canary3xQ"
PASSWORD = f'{CORE}"%:\\/@?&= é密'
USER = "admin"
STATES = {
    "digest": "live",
    "basic": "live",
    "wrong": "refused",
    "gone": "lost",
    "tunnel": "refused",
    "tls": "lost",
}
NAMES = {"cameras": "wrong", "walls": "main", "heads": "all", "users": "admin"}

Evidence = dict[str, bytes]


def forms() -> list[bytes]:
    """Return the password as it may be written: plain (quoted or escaped too), in hex, and in Base64."""
    plain = CORE.encode()
    found = [plain, plain.hex().encode()]
    for before in range(3):
        encoded = b64encode(b"\0" * before + plain)
        found.append(encoded[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6])
    return found


def leaks(evidence: Evidence) -> list[str]:
    """Return where the password is."""
    return [where for where, data in evidence.items() if any(form in data for form in forms())]


@asynccontextmanager
async def cameras(free_port: int) -> AsyncIterator[list[dict[str, object]]]:
    """Run the cameras; yields their entries of the configuration."""
    known = {USER: PASSWORD}
    guards = {
        "digest": ServerAuthenticator("centre", known),
        "basic": ServerAuthenticator("centre", known, algorithms=(), basic=True),
        "wrong": ServerAuthenticator("centre", {USER: "another"}),
    }
    async with AsyncExitStack() as stack:
        urls = {name: await stack.enter_async_context(own(guard)) for name, guard in guards.items()}
        urls["gone"] = f"rtsp://127.0.0.1:{free_port}/x"
        urls["tunnel"] = urls["digest"]
        urls["tls"] = urls["digest"].replace("rtsp:", "rtsps:")
        yield [
            {
                "id": name,
                "name": name,
                "area": "dongmen",
                "credentials": "planted",
                "main": {
                    "url": f"{url}?password={CORE}" if name in ("gone", "tunnel", "tls") else url,
                    "transport": "http" if name == "tunnel" else "tcp",
                },
            }
            for name, url in urls.items()
        ]


@asynccontextmanager
async def broker(folder: Path, port: int) -> AsyncIterator[None]:
    """Run a broker that lets everybody in."""
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    process = await asyncio.create_subprocess_exec(
        "/usr/sbin/mosquitto", "-c", str(config), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        await stop(process)


@asynccontextmanager
async def logged(site: Site, log: Path) -> AsyncIterator[Daemon]:
    """Run the daemon with all that it prints in ``log``."""
    site.write()
    token = (await site.command("token", "create", "--role", "admin", "--name", "canary")).strip()
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "commandwall", "run", "-c", str(site.file),
            cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
    try:

        async def ready() -> bool:
            assert process.returncode is None, log.read_text()
            return b"ready " in log.read_bytes()

        await until("the daemon is ready", ready)
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(site.url, headers=headers) as session:
            yield Daemon(site, process.pid, session)
    finally:
        await stop(process)


async def overhear_events(daemon: Daemon, heard: dict[str, list[bytes]]) -> None:
    """Collect the messages of the events' WebSocket for ever."""
    async with daemon.session.ws_connect("/api/v1/events") as socket:
        async for message in socket:
            heard["events"].append(str(message.data).encode())


async def overhear_broker(port: int, heard: dict[str, list[bytes]]) -> None:
    """Collect topics and payloads for ever."""
    async with aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.subscribe("#")
        async for message in client.messages:
            heard["mqtt"].append(str(message.topic).encode() + b" " + bytes(message.payload))


async def answers(daemon: Daemon) -> Evidence:
    """Return all that the API and the pages answer to GET."""
    found: Evidence = {}
    for path, operations in (await daemon.get("/openapi.json"))["paths"].items():
        if "get" in operations and not path.endswith(("/video", "/events")):
            filled = re.sub(r"/(\w+)/\{\w+\}", lambda part: f"/{part[1]}/{NAMES.get(part[1], 'x')}", path)
            async with daemon.session.get(filled) as response:
                found[f"GET {filled}"] = await response.read() + str(response.headers).encode()
    return found


def processes(pid: int) -> Evidence:
    """Return the command lines and environments of the daemon and all below it."""
    return {
        f"{name} of {each}": Path(f"/proc/{each}/{name}").read_bytes()
        for each in {pid} | descendants(pid)
        for name in ("cmdline", "environ")
    }


def ingest_worker(pid: int) -> int:
    """Return the process id of the ingest worker."""
    return next(each for each in descendants(pid) if b"ingest" in Path(f"/proc/{each}/cmdline").read_bytes())


async def test_a_planted_password_comes_out_nowhere(
    site: Site, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    mqtt_port, log, heard = free_port(), tmp_path / "log", defaultdict[str, list[bytes]](list)
    (tmp_path / "secret").write_text(f"{PASSWORD}\n", encoding="utf-8")
    site.extra = {
        "credentials": {"planted": {"user": USER, "password_file": "secret"}},
        "rtsp": {"listen": "127.0.0.1:0", "credentials": "planted"},
        "mqtt": {"url": f"mqtt://127.0.0.1:{mqtt_port}", "credentials": "planted"},
    }
    async with AsyncExitStack() as stack:
        site.cameras = await stack.enter_async_context(cameras(free_port()))
        await stack.enter_async_context(broker(tmp_path, mqtt_port))
        daemon = await stack.enter_async_context(logged(site, log))
        group = await stack.enter_async_context(asyncio.TaskGroup())
        ears = [
            group.create_task(overhear_events(daemon, heard)),
            group.create_task(overhear_broker(mqtt_port, heard)),
        ]

        async def settled() -> bool:
            return await daemon.camera_states() == STATES

        await until(f"the cameras are {STATES}", settled)
        evidence = await answers(daemon) | processes(daemon.pid)
        os.kill(ingest_worker(daemon.pid), signal.SIGKILL)

        async def told() -> bool:
            return b"cameras/digest/state" in b"".join(heard["mqtt"]) and bool(heard["events"])

        await until("events and states are told", told)
        await until_ready(daemon, "ingest-0", restarts=1)
        await until("the cameras are as they were", settled)
        evidence |= {f"again: {where}": data for where, data in (await answers(daemon)).items()}
        for ear in ears:
            ear.cancel()
    evidence |= {name: b"\n".join(messages) for name, messages in heard.items()}
    evidence |= {str(file): file.read_bytes() for file in (tmp_path / "state").rglob("*") if file.is_file()}
    evidence["log"] = log.read_bytes()
    assert {"log", "events", "mqtt", "GET /metrics", "GET /api/v1/cameras"} <= evidence.keys()
    assert b"wrong password" in evidence["GET /api/v1/cameras"]
    assert leaks(evidence) == []


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_the_search_finds_what_it_looks_for(before: str) -> None:
    secret = f"{before}{PASSWORD}".encode()
    assert leaks({"plain": secret, "base64": b64encode(secret), "hex": secret.hex().encode()}) == [
        "plain",
        "base64",
        "hex",
    ]
