"""The share process: cameras and heads by RTSP, for other centres, recorders and hardware decoders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from commandwall.base.auth import ServerAuthenticator
from commandwall.base.tasks import Backoff
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.messages import ConfigureShare, ShareReport, ShareRoutes, ShareWatcher
from commandwall.outputs.share_catalogue import ShareCatalogue
from commandwall.rtsp.server import RtspServer
from commandwall.workers.child import run_child

_REPORT_EVERY_S = 1.0
_TRIES_S = (0.5, 1.0, 2.0, 5.0)


class Share:
    """Serves what :class:`ConfigureShare` names, from when it arrives until the process drains.

    An address that cannot be had is tried again: a port that is still held is let go, an address comes up.
    """

    def __init__(self, channel: Channel, group: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._group = group
        self._catalogue = ShareCatalogue(group)
        self._serving: asyncio.Task[None] | None = None

    async def handle(self, received: Received) -> None:
        """Take the configuration, which comes once in a life, or what is served from now on."""
        match received.message:
            case ConfigureShare() as message:
                self._catalogue.serve(message.routes)
                self._serving = self._group.create_task(self._serve(message), name="rtsp share")
            case ShareRoutes(routes):
                self._catalogue.serve(routes)

    def close(self) -> None:
        """Stop serving."""
        if self._serving is not None:
            self._serving.cancel()

    async def _serve(self, configuration: ConfigureShare) -> None:
        authenticator = _authenticator(configuration.watchers)
        host, port, backoff = configuration.host, configuration.port, Backoff(_TRIES_S)
        try:
            while True:
                try:
                    async with RtspServer(self._catalogue, host, port, authenticator=authenticator) as server:
                        await self._report(server)
                except OSError as error:
                    self._channel.post(ShareReport(0, error.strerror or str(error)))
                await asyncio.sleep(backoff.next_s())
        finally:
            self._catalogue.close()

    async def _report(self, server: RtspServer) -> None:
        said = -1
        while True:
            if server.connections != said:
                said = server.connections
                self._channel.post(ShareReport(said))
            await asyncio.sleep(_REPORT_EVERY_S)


def _authenticator(watchers: Sequence[ShareWatcher]) -> ServerAuthenticator | None:
    """Return who lets ``watchers`` in, ``None`` where everybody comes in."""
    if not watchers:
        return None
    passwords = {each.user: each.password for each in watchers}
    paths = {each.user: frozenset(each.paths) for each in watchers if each.paths}
    return ServerAuthenticator("commandwall", passwords, paths=paths)


@asynccontextmanager
async def open_share(channel: Channel) -> AsyncIterator[Share]:
    """Yield the share process's handler; leaving ends every session."""
    async with asyncio.TaskGroup() as group:
        share = Share(channel, group)
        try:
            yield share
        finally:
            share.close()


if __name__ == "__main__":
    run_child(open_share)
