"""Alarms on their way to an MQTT broker: in their order, none twice, and kept while it is away."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from commandwall.control.encoding import adapter
from commandwall.control.overlay_documents import AlarmEvent
from commandwall.model.overlays import AlarmLevel

_KEPT = 256


@dataclass(frozen=True, slots=True)
class AlarmShort:
    """What ``alarms`` carries; ``state`` is ``raised`` or ``cleared``."""

    camera: str
    state: str
    level: AlarmLevel
    text: str
    flash: bool
    since_utc_ns: int
    by: str


class AlarmQueue:
    """The newest alarms that the broker has not got yet. Belongs to the event loop."""

    def __init__(self) -> None:
        self._waiting: deque[AlarmEvent] = deque(maxlen=_KEPT)
        self._filled = asyncio.Event()

    def add(self, event: AlarmEvent) -> None:
        """Send ``event`` after those that wait; the oldest of too many is left out."""
        self._waiting.append(event)
        self._filled.set()

    async def next(self) -> AlarmEvent:
        """Return the oldest event, which stays until it is :meth:`sent`; waits for one."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        return self._waiting[0]

    def sent(self, event: AlarmEvent) -> None:
        """Forget ``event``: the broker has it."""
        if self._waiting and self._waiting[0] is event:
            self._waiting.popleft()


def alarm_payload(event: AlarmEvent) -> bytes:
    """Return the message for ``event``."""
    alarm, state = event.alarm, "cleared" if event.cleared else "raised"
    short = AlarmShort(
        alarm.camera, state, alarm.level, alarm.text, alarm.flash, alarm.since_utc_ns, alarm.by
    )
    return adapter(AlarmShort).dump_json(short)
