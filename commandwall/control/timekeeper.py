"""The timekeeper: does what the schedule says, when it says so, and has it ready when it is time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from commandwall.base.errors import CommandwallError
from commandwall.base.sentence import Sentence
from commandwall.control.programme import Programme
from commandwall.control.roles import Principal, Role
from commandwall.control.rota import WARM_AHEAD_S
from commandwall.control.scene_changes import TourVerb
from commandwall.model.schedule import Action, Entry, Outcome

log = logging.getLogger(__name__)

SCHEDULE = Principal("schedule", Role.OPERATOR, via="schedule")
"""In whose name the schedule acts."""

LATEST_S = 60.0
"""What was due longer ago than this is missed: an operator has arranged the wall since, or may have."""

_LOOK_EVERY_S = 20.0
"""How often the clock is looked at, since it may be put forward while one sleeps."""


class Timekeeper:
    """Takes scenes, starts and stops tours by the schedule; an async context manager.

    What scenes need is opened some seconds before they are taken.

    What was due while the daemon was down, or while the clock was wrong, is not made up for: it is
    marked as missed, and the log says so. ``utc_s`` tells the time (seconds, UTC).
    """

    def __init__(self, programme: Programme, utc_s: Callable[[], float]) -> None:
        self._programme = programme
        self._utc_s = utc_s
        self._warmed_utc_s = 0.0
        """What is due up to then has been opened ahead."""
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Timekeeper:
        self._task = asyncio.create_task(self._run(), name="schedule")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def act(self) -> None:
        """Do what is due."""
        schedule = self._programme.schedule
        for due in await schedule.take_due():
            if self._utc_s() - due.at_utc_s > LATEST_S:
                await self._miss(due.entry)
                continue
            try:
                self._do(due.entry)
            except CommandwallError as error:
                log.error("schedule: %s of %s: %s", due.entry.action, due.entry.target, error)
                await schedule.note(due.entry.id, Outcome.FAILED, str(error), error.zh)
            except Exception as error:  # What else is due now would not be done any more.
                log.exception("schedule: %s of %s", due.entry.action, due.entry.target)
                fault = Sentence("unforeseen {kind}; the log has more", kind=type(error).__name__)
                await schedule.note(due.entry.id, Outcome.FAILED, fault, fault.zh)
            else:
                await schedule.note(due.entry.id, Outcome.DONE)

    def warm(self) -> None:
        """Open ahead what is about to be shown."""
        before_s, self._warmed_utc_s = self._warmed_utc_s, self._utc_s() + WARM_AHEAD_S
        for due in self._programme.schedule.coming():
            if due.entry.action is Action.TAKE and before_s < due.at_utc_s <= self._warmed_utc_s:
                with suppress(CommandwallError):  # Why it cannot be taken is said when it is time.
                    self._programme.prepare_scene(SCHEDULE, due.entry.target)

    async def _miss(self, entry: Entry) -> None:
        log.warning("schedule: %s of %s was missed", entry.action, entry.target)
        self._programme.audit.record(SCHEDULE, f"schedule.{entry.action}", entry.target, outcome="missed")
        await self._programme.schedule.note(entry.id, Outcome.MISSED)

    def _do(self, entry: Entry) -> None:
        match entry.action:
            case Action.TAKE:
                self._programme.take_scene(SCHEDULE, entry.target)
            case Action.START:
                self._programme.command_tour(SCHEDULE, entry.target, TourVerb.START)
            case Action.STOP:
                self._programme.command_tour(SCHEDULE, entry.target, TourVerb.STOP)

    async def _run(self) -> None:
        schedule = self._programme.schedule
        while True:
            try:
                await self.act()
                self.warm()
                wait_s = self._wait_s()
            except Exception:  # Nobody else would do what is due later.
                log.exception("schedule")
                wait_s = _LOOK_EVERY_S
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await schedule.changed.wait()
            schedule.changed.clear()

    def _wait_s(self) -> float:
        """Return for how long there is nothing to do, or to open ahead."""
        moments = (due.at_utc_s for due in self._programme.schedule.coming())
        wanted = (at if at <= self._warmed_utc_s else at - WARM_AHEAD_S for at in moments)
        return max(0.0, min((_LOOK_EVERY_S, *(at - self._utc_s() for at in wanted))))
