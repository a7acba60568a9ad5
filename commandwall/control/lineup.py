"""Lining up a wall: names and test patterns on its heads, each until its time is over or it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from commandwall.control.documents import WallDocument
from commandwall.control.roles import Permission, Principal
from commandwall.ipc.head_messages import ShowLineUp
from commandwall.model.wall import Wall

MOST_S = 24 * 3600

WHOLE = ""
"""The test pattern over the whole canvas; a head's own goes by the head's id."""


class LineUpControl:
    """What the heads of one wall show for those who set up its monitors.

    Belongs to the control plane's event loop. It is never kept: a restarted daemon shows cameras.
    """

    def __init__(self, wall: Wall, changed: Callable[[], None]) -> None:
        """Show nothing yet; ``changed`` is called whenever :meth:`message` is another one."""
        self._wall = wall
        self._changed = changed
        self._identifying: asyncio.TimerHandle | None = None
        self._patterns: dict[str, asyncio.TimerHandle | None] = {}

    @property
    def identifying(self) -> bool:
        """Whether heads say what they are called."""
        return self._identifying is not None

    def pattern(self, head: str) -> bool:
        """Return whether ``head`` (:data:`WHOLE`: the canvas) shows a test pattern."""
        return head in self._patterns

    def message(self) -> ShowLineUp:
        """Return what the wall process is to show."""
        heads = tuple(head for head in self._patterns if head != WHOLE)
        return ShowLineUp(self.identifying, WHOLE in self._patterns, heads)

    def identify(self, seconds: float) -> None:
        """Let every head say what it is called, from now on for ``seconds``; 0 ends it."""
        if self._identifying is not None:
            self._identifying.cancel()
            self._identifying = None
        if seconds:
            self._identifying = asyncio.get_running_loop().call_later(seconds, self._identified)
        self._changed()

    def show_pattern(self, head: str, seconds: float | None) -> None:
        """Show a test pattern on ``head`` (:data:`WHOLE`: over the canvas), for ``seconds`` or until told.

        Raises :class:`NotFoundError`.
        """
        if head != WHOLE:
            self._wall.head(head)
        self._forget(head)
        loop = asyncio.get_running_loop()
        self._patterns[head] = loop.call_later(seconds, self._end_pattern, head) if seconds else None
        self._changed()

    def hide_pattern(self, head: str) -> None:
        """Show the canvas again; :data:`WHOLE` ends every test pattern. Raises :class:`NotFoundError`."""
        if head != WHOLE:
            self._wall.head(head)
        for name in [*self._patterns] if head == WHOLE else [head]:
            self._forget(name)
        self._changed()

    def _identified(self) -> None:
        self._identifying = None
        self._changed()

    def _end_pattern(self, head: str) -> None:
        del self._patterns[head]
        self._changed()

    def _forget(self, head: str) -> None:
        timer = self._patterns.pop(head, None)
        if timer is not None:
            timer.cancel()


class IdentifyCommand(BaseModel):
    """For how long heads say what they are called; 0 ends it."""

    model_config = ConfigDict(extra="forbid")

    seconds: float = Field(default=10, ge=0, le=MOST_S, allow_inf_nan=False)


class PatternCommand(BaseModel):
    """For how long a test pattern is shown; until it is taken away, without ``seconds``."""

    model_config = ConfigDict(extra="forbid")

    seconds: float | None = Field(default=None, gt=0, le=MOST_S, allow_inf_nan=False)


class LinedUp(Protocol):
    """What lining up needs of a wall. Implemented by :class:`WallControl`."""

    lineup: LineUpControl

    def document(self) -> WallDocument:
        """Return the wall as it is now."""


class Audited(Protocol):
    """Authorises what is done inside, and notes it."""

    def __call__(
        self, who: Principal, permission: Permission | None, action: str, target: str, detail: str = ""
    ) -> AbstractContextManager[object]:
        """Raise :class:`AccessRefusedError` on entry if ``who`` may not; note how it ended."""


class LineUps:
    """The part of the service that lines up walls; raises as :class:`LineUpControl` does."""

    def __init__(self, wall: Callable[[str], LinedUp], audited: Audited) -> None:
        self._wall = wall
        self._audited = audited

    def identify(self, who: Principal, wall_id: str, command: IdentifyCommand) -> WallDocument:
        """Let the heads of a wall say what they are called."""
        with self._audited(who, Permission.OPERATE, "wall.identify", wall_id, f"{command.seconds:g} s"):
            wall = self._wall(wall_id)
            wall.lineup.identify(command.seconds)
            return wall.document()

    def show_pattern(self, who: Principal, wall_id: str, head: str, command: PatternCommand) -> WallDocument:
        """Show a test pattern on a head, or over the canvas."""
        with self._audited(who, Permission.OPERATE, "wall.pattern", _target(wall_id, head), "on"):
            wall = self._wall(wall_id)
            wall.lineup.show_pattern(head, command.seconds)
            return wall.document()

    def hide_pattern(self, who: Principal, wall_id: str, head: str) -> WallDocument:
        """Take a head's test pattern away, or all of a wall."""
        with self._audited(who, Permission.OPERATE, "wall.pattern", _target(wall_id, head), "off"):
            wall = self._wall(wall_id)
            wall.lineup.hide_pattern(head)
            return wall.document()


def _target(wall_id: str, head: str) -> str:
    return f"{wall_id}/{head}" if head else wall_id
