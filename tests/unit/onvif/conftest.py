"""Simulated devices that tests of the client talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from commandwall.onvif.client import OnvifClient
from simulators.onvif.device import Device, farm_streams
from simulators.onvif.server import OnvifServer

USER, PASSWORD = "操作员", "p&<ä:'\" 罗湖"
Serve = Callable[..., AbstractAsyncContextManager[OnvifClient]]


class Ticker:
    """A clock that a test advances."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


@pytest.fixture
def device(ticker: Ticker) -> Device:
    return Device(1, farm_streams("rtsp://127.0.0.1:8554", 1), "东门 01", clock=ticker)


@pytest.fixture
def two_lenses(device: Device, ticker: Ticker) -> Device:
    """Return the device with a second lens, which is camera 2 of the farm."""
    streams = [
        replace(stream, token=f"{stream.token}2") for stream in farm_streams("rtsp://127.0.0.1:8554", 2)
    ]
    device.others = [Device(2, streams, clock=ticker, source="video2", node="dome2")]
    return device


@pytest.fixture
def serve(device: Device) -> Serve:
    """Return what serves the device and yields a client of it."""

    @asynccontextmanager
    async def served(user: str = "", password: str = "", **options: Any) -> AsyncIterator[OnvifClient]:
        async with (
            OnvifServer([device], **options) as server,
            OnvifClient(
                f"http://127.0.0.1:{server.port}/onvif/0001/device_service", user, password
            ) as client,
        ):
            yield client

    return served
