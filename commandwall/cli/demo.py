"""``commandwall demo``: simulated cameras, sensors and sites around the daemon, on loopback, until Ctrl-C."""

from __future__ import annotations

import asyncio
import csv
import json
import logging
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import uvloop
import yaml
from rich.console import Console

from commandwall.app import run
from commandwall.base.ending import Ending
from commandwall.base.errors import CommandwallError
from commandwall.base.tasks import run_until_first
from commandwall.cli.accounts import open_users
from commandwall.cli.simulators import Simulators
from commandwall.control.roles import Role
from commandwall.control.users import FIRST_USER
from commandwall.settings.load import load_settings
from commandwall.settings.site import Address, Settings

_FARM = "simulators.cameras"
_SENSORS = "simulators.sensors"
_SITES = "simulators.conference"
_CONFERENCE = "demo"
_RTSP_PORT = 8554


@dataclass(frozen=True, slots=True)
class _Client:
    """Simulators that come to the daemon: what is run, with which role, in which variable their token is."""

    arguments: tuple[str, ...]
    role: Role
    token_variable: str


def run_demo(cameras: int, port: int, clip: Path | None, sites: int) -> None:
    """Run until a signal ends it; leaves no process and no file behind."""
    logging.getLogger().setLevel("WARNING")
    uvloop.run(_demo(cameras, port, clip, sites))


async def _demo(cameras: int, port: int, clip: Path | None, sites: int) -> None:
    console = Console()
    console.print(f"commandwall demo: {cameras} simulated cameras; Ctrl-C ends it", highlight=False)
    ending = Ending()
    with tempfile.TemporaryDirectory(prefix="commandwall-demo-") as name:
        ending.sweep(folder := Path(name))
        async with Simulators(ending) as simulators:
            await run_until_first(ending.wait(), _prepare(simulators, folder, cameras, port, clip))
            if ending.asked:
                return
            settings = load_settings(folder / "demo.yaml")
            async with _clients(simulators, settings, _who_comes(sites)) as begin:
                passwords: list[str] = []

                def ready(url: str) -> None:
                    _announce(console, url, settings.rtsp.listen, *passwords)
                    begin(url)

                await run(settings, passwords.append, ready, ending)


async def _prepare(simulators: Simulators, folder: Path, cameras: int, port: int, clip: Path | None) -> None:
    """Start the farm, and describe it and the wall in ``demo.yaml``."""
    ports = await _farm(simulators, cameras, clip)
    await _write_site(simulators, folder, cameras, ports, port, _free_port(_RTSP_PORT))


def _free_port(wanted: int) -> int:
    """Return ``wanted``, or another port if something listens there: a demo is not to fail for that."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            found: int = probe.getsockname()[1]
            return found
    raise CommandwallError("demo: no port is free for RTSP; end what holds them all")


def _announce(console: Console, url: str, rtsp: Address, *passwords: str) -> None:
    console.print(f"\n  panel     [bold]{url}[/]", highlight=False)
    console.print(f"  RTSP      rtsp://{rtsp}/walls/main/all", highlight=False)
    for password in passwords:
        console.print(f"  sign in   [bold]{FIRST_USER}[/] / [bold]{password}[/]\n", highlight=False)


async def _farm(simulators: Simulators, cameras: int, clip: Path | None) -> tuple[int, int]:
    """Start the farm; return its ports for RTSP and ONVIF. Its progress bars go to standard error."""
    arguments = ["--count", str(cameras), "--port", "0", "--onvif", "0", "--live", str(min(cameras, 4))]
    if clip is not None:
        arguments += ["--clip", str(clip)]
    return await _ports_of(await simulators.start(_FARM, *arguments))


def _who_comes(sites: int) -> list[_Client]:
    """Return the sensors, and ``sites`` that take part in a conference."""
    clients = [_Client((_SENSORS,), Role.SENSOR, "SENSORS_TOKEN")]
    if sites:
        arguments = (_SITES, "--conference", _CONFERENCE, "--sites", str(sites))
        clients.append(_Client(arguments, Role.OPERATOR, "CONFERENCE_TOKEN"))
    return clients


@asynccontextmanager
async def _clients(
    simulators: Simulators, settings: Settings, clients: Sequence[_Client]
) -> AsyncIterator[Callable[[str], None]]:
    """Yield what lets ``clients`` come to the daemon at a URL."""
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    coming = [
        asyncio.create_task(_come(simulators, settings, url, client), name=client.arguments[0])
        for client in clients
    ]
    try:
        yield url.set_result
    finally:
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)


async def _come(
    simulators: Simulators, settings: Settings, url: asyncio.Future[str], client: _Client
) -> None:
    """Start ``client`` when the daemon is there, with a token of its own."""
    address = await asyncio.shield(url)
    async with open_users(settings) as users:
        token = await users.create_token(client.arguments[0], client.role)
    await simulators.start(*client.arguments, "--url", address, **{client.token_variable: token})


async def _ports_of(process: asyncio.subprocess.Process) -> tuple[int, int]:
    """Return the ports in the farm's line ``ready rtsp://127.0.0.1:PORT/... http://127.0.0.1:PORT/...``."""
    assert process.stdout is not None
    while line := (await process.stdout.readline()).decode():
        if line.startswith("ready "):
            rtsp, onvif = (urlsplit(url).port or 0 for url in line.split()[1:])
            return rtsp, onvif
    raise CommandwallError("demo: the camera farm ended before it was ready; its own words are above")


async def _write_site(
    simulators: Simulators,
    folder: Path,
    cameras: int,
    farm_ports: tuple[int, int],
    port: int,
    share_port: int,
) -> None:
    """Write the configuration of the demo: the farm's cameras on one 1080p wall."""
    rtsp_port, onvif_port = map(str, farm_ports)
    described = ["--count", str(cameras), "--port", rtsp_port, "--onvif", onvif_port, "--describe"]
    (folder / "cameras.csv").write_bytes(await simulators.output(_FARM, *described, "csv"))
    areas = csv.DictReader((await simulators.output(_FARM, *described, "areas")).decode().splitlines())
    site = {
        "site": {"id": "luohu", "name": "罗湖区应急指挥中心", "level": "district"},
        "state": str(folder / "state"),
        "http": {"listen": f"127.0.0.1:{port}"},
        "rtsp": {"listen": f"127.0.0.1:{share_port}"},
        "areas": [{**area, "parent": area["parent"] or None} for area in areas],
        "cameras_file": "cameras.csv",
        "data": json.loads(await simulators.output(_SENSORS, "--describe")),
        "walls": [
            {
                "id": "main",
                "name": "主墙",
                "size": [1920, 1080],
                "layout": "4x4",
                "heads": [
                    {"id": "all", "rect": [0, 0, 1920, 1080]},
                    {"id": "left", "rect": [0, 0, 960, 1080]},
                    {"id": "right", "rect": [960, 0, 960, 1080]},
                ],
            }
        ],
    }
    (folder / "demo.yaml").write_text(yaml.safe_dump(site, allow_unicode=True, sort_keys=False))
