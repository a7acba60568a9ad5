"""Simulated sensors: ``python -m simulators.sensors --url http://127.0.0.1:8080``, or ``--mqtt``.

They feed the data panels of :mod:`simulators.weather` with water levels, wind, rain, people and
incidents. ``--describe`` prints those panels as a configuration has them, and ends. The token, of the
role sensor, is read from the environment (``SENSORS_TOKEN``). Prints ``ready`` when the past of the time
series is sent; ends on SIGINT and SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp
import aiomqtt

from commandwall.base.logs import configure_logs
from simulators.ending import end_with_starter
from simulators.weather import SENSORS, Sensor

log = logging.getLogger(__name__)

_PAST_POINTS = 360
_RETRY_S = 2.0
_FAULTS = (aiohttp.ClientError, aiomqtt.MqttError, TimeoutError, OSError)


class Link(Protocol):
    """A way to the daemon."""

    async def send(self, panel: str, value: dict[str, Any]) -> None:
        """Send a value; raises one of ``_FAULTS`` when it does not get there."""

    async def send_points(self, panel: str, points: list[dict[str, Any]]) -> None:
        """Send the past of a time series."""


class HttpLink:
    """Over HTTP, with a token."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def send(self, panel: str, value: dict[str, Any]) -> None:
        """Put one value."""
        await self._call("PUT", f"/api/v1/data/{panel}/value", value)

    async def send_points(self, panel: str, points: list[dict[str, Any]]) -> None:
        """Post all points at once."""
        await self._call("POST", f"/api/v1/data/{panel}/points", {"points": points})

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> None:
        async with self._session.request(method, path, json=body) as response:
            if response.status >= 400:
                log.warning("%s: %d %s", path, response.status, await response.text())


class MqttLink:
    """Over a broker; ``base`` is ``PREFIX/SITE``."""

    def __init__(self, client: aiomqtt.Client, base: str) -> None:
        self._client = client
        self._base = base

    async def send(self, panel: str, value: dict[str, Any]) -> None:
        """Publish one value."""
        await self._client.publish(f"{self._base}/data/{panel}/set", json.dumps(value), qos=1)

    async def send_points(self, panel: str, points: list[dict[str, Any]]) -> None:
        """Publish one after the other."""
        for point in points:
            await self.send(panel, point)


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line; argparse ends the program with status 2 where it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m simulators.sensors", description="simulated sensors")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--url", help="the daemon, http://HOST:PORT")
    way.add_argument("--mqtt", help="the broker, mqtt://HOST:PORT")
    way.add_argument("--describe", action="store_true", help="print the panels as JSON, and end")
    parser.add_argument("--base", default="commandwall/luohu", help="PREFIX/SITE of the topics")
    parser.add_argument("--only", nargs="*", metavar="PANEL", help="only these panels")
    return parser.parse_args(arguments)


@asynccontextmanager
async def connect(options: argparse.Namespace) -> AsyncIterator[Link]:
    """Yield the link that ``options`` ask for; raises one of ``_FAULTS``."""
    if options.url:
        headers = {"Authorization": f"Bearer {os.environ.get('SENSORS_TOKEN', '')}"}
        async with aiohttp.ClientSession(options.url, headers=headers) as session:
            yield HttpLink(session)
    else:
        address = urlsplit(options.mqtt)
        async with aiomqtt.Client(address.hostname or "127.0.0.1", address.port or 1883) as client:
            yield MqttLink(client, options.base)


async def send_past(link: Link, sensor: Sensor, now_s: float) -> None:
    """Send what a time series has missed."""
    window_s = sensor.panel.get("window_s")
    if sensor.value is None or window_s is None:
        return
    times = [now_s - window_s * step / _PAST_POINTS for step in range(_PAST_POINTS, 0, -1)]
    await link.send_points(sensor.panel["id"], [{**sensor.value(at), "at": _ms(at)} for at in times])


async def feed(link: Link, sensors: list[Sensor]) -> None:
    """Send every sensor's value whenever it is due; raises one of ``_FAULTS``."""
    due = {index: 0.0 for index, sensor in enumerate(sensors) if sensor.value is not None}
    while due:
        now_s = time.time()
        for index in [index for index, at_s in due.items() if at_s <= now_s]:
            sensor = sensors[index]
            assert sensor.value is not None
            await link.send(sensor.panel["id"], {**sensor.value(now_s), "at": _ms(now_s)})
            due[index] = now_s + sensor.every_s
        await asyncio.sleep(max(0.05, min(due.values()) - time.time()))


async def run(options: argparse.Namespace) -> None:
    """Feed until SIGINT or SIGTERM; a daemon or a broker that is away is tried again."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    sensors = [sensor for sensor in SENSORS if options.only is None or sensor.panel["id"] in options.only]
    while True:
        try:
            async with connect(options) as link:
                for sensor in sensors:
                    await send_past(link, sensor, time.time())
                sys.stdout.write("ready\n")
                sys.stdout.flush()
                await feed(link, sensors)
        except _FAULTS as error:
            log.warning("%s; trying again", error)
        await asyncio.sleep(_RETRY_S)


def main() -> None:
    """Run the program."""
    end_with_starter()
    options = parse_arguments()
    if options.describe:
        sys.stdout.write(json.dumps([sensor.panel for sensor in SENSORS], ensure_ascii=False) + "\n")
        return
    configure_logs("sensors")
    try:
        asyncio.run(run(options))
    except asyncio.CancelledError:
        return


def _ms(at_s: float) -> int:
    return round(at_s * 1000)


if __name__ == "__main__":
    main()
