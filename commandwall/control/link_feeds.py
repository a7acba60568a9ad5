"""Single pictures over a link: chosen at the upper end, and sent up from the lower one while they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from commandwall.base.errors import CommandwallError
from commandwall.base.tasks import run_until_first
from commandwall.conference.bridges.bridge import Leg, until_over
from commandwall.control.conference_room import Room
from commandwall.control.link_joint import Joint

_AGAIN_S = 0.5


class SentFeeds:
    """Sends up what the other end of ``joint`` has chosen, ``most`` at once. :meth:`run` is one task.

    ``opened`` opens the connection for somebody's picture.
    """

    def __init__(
        self, joint: Joint, room: Room, most: int, opened: Callable[[str], AbstractAsyncContextManager[Leg]]
    ) -> None:
        self._joint = joint
        self._room = room
        self._most = most
        self._opened = opened
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Send what is chosen as long as it is; never returns. What is given up ends before what is new."""
        try:
            while True:
                chosen = self._joint.selected[: self._most]
                if over := [person for person in self._tasks if person not in chosen]:
                    await self._end(over)
                    continue
                for person in chosen:
                    if person not in self._tasks:
                        self._tasks[person] = asyncio.create_task(self._send(person), name=f"feed {person}")
                await self._joint.changed()
        finally:
            await self._end([*self._tasks])

    async def _send(self, person: str) -> None:
        """Send the picture of ``person`` whenever there is one; never returns."""
        while True:
            while not self._room.own_picture(person):
                await self._joint.changed()
            try:
                async with self._opened(person) as leg:
                    await run_until_first(self._until_gone(person), until_over(leg))
            except (CommandwallError, TimeoutError):
                await asyncio.sleep(_AGAIN_S)

    async def _until_gone(self, person: str) -> None:
        while self._room.own_picture(person):
            await self._joint.changed()

    async def _end(self, people: Sequence[str]) -> None:
        tasks = [self._tasks.pop(person) for person in people]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
