"""The streams of packet buses that peers are sent, each packetised once however many watch or hear it."""

from __future__ import annotations

import asyncio

from commandwall.ipc.rtc_messages import StreamAt
from commandwall.rtc.broadcast import PICTURES, SOUND, Broadcast


class Broadcasts:
    """The streams that somebody gets. Belongs to the event loop; its tasks to ``group``."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._open: dict[StreamAt, tuple[Broadcast, asyncio.Task[None]]] = {}
        self._users: dict[Broadcast, int] = {}

    def acquire(self, source: StreamAt, *, sound: bool = False) -> Broadcast:
        """Return the broadcast of ``source``, begun if nobody has it yet; :meth:`release` it once."""
        if source not in self._open:
            broadcast = Broadcast(source, SOUND if sound else PICTURES)
            task = self._group.create_task(broadcast.run(), name=f"broadcast {source.stream}")
            self._open[source] = broadcast, task
            task.add_done_callback(lambda _: self._forget(source, broadcast))
        broadcast, _ = self._open[source]
        self._users[broadcast] = self._users.get(broadcast, 0) + 1
        return broadcast

    def release(self, source: StreamAt, broadcast: Broadcast) -> None:
        """Give up a broadcast; it ends with its last user."""
        self._users[broadcast] -= 1
        if not self._users[broadcast]:
            del self._users[broadcast]
            opened = self._open.get(source)
            if opened is not None and opened[0] is broadcast:
                del self._open[source]  # At once: who comes next must not be given one that is ending.
                opened[1].cancel()

    def _forget(self, source: StreamAt, broadcast: Broadcast) -> None:
        opened = self._open.get(source)
        if opened is not None and opened[0] is broadcast:
            del self._open[source]
