"""A link to a camera that is given up while tasks still wait for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from commandwall.base.errors import ConnectionLostError
from commandwall.control import onvif_link
from commandwall.control.onvif_link import OnvifLink
from commandwall.model.camera import Camera, StreamAddress
from commandwall.settings.site import Credential

STREAM = StreamAddress("rtsp://127.0.0.1/x")
DOME = Camera("dome", "dome", "area", STREAM, None, onvif_url="http://127.0.0.1:1/onvif")


class Client:
    """Notes of each client whether it is closed."""

    opened: list[Client]

    def __init__(self, *_: object) -> None:
        self.closed = False
        self.opened.append(self)

    async def close(self) -> None:
        self.closed = True


async def test_one_that_is_retired_leaves_no_client_open(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answers = asyncio.Event(), asyncio.Event()

    async def connect(*_: object) -> Any:
        asked.set()
        await answers.wait()
        return object()

    Client.opened = []
    monkeypatch.setattr(onvif_link, "OnvifClient", Client)
    monkeypatch.setattr(onvif_link, "connect", connect)
    link = OnvifLink(DOME, Credential("admin", "old"), "")
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(refused(link)) for _ in range(2)]
        await asked.wait()
        await link.retire()
        answers.set()
    assert [task.result() for task in asking] == [True, True]
    assert [client.closed for client in Client.opened] == [True]


async def refused(link: OnvifLink) -> bool:
    """Return whether the link says that it is given up."""
    with pytest.raises(ConnectionLostError, match="given up"):
        await link.device()
    return True
