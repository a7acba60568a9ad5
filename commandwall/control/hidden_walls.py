"""Walls that nobody arranges by hand and no list names: the pictures of conferences."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

from commandwall.base.tasks import spawn
from commandwall.control.sources import Sources
from commandwall.control.walls import WallControl, WallLinks
from commandwall.model.layout import Layout
from commandwall.model.wall import Wall
from commandwall.settings.site import Language
from commandwall.workers.processes import Processes
from commandwall.workers.worker import Worker

CONFERENCE = "conference"
"""The kind of their processes."""


class HiddenWalls:
    """Opens and closes such walls while it runs, each with a process of its own; an async context manager.

    They are fed and decoded like any other. What they are to show is neither told as events nor kept for
    the next start. Belongs to the control plane's event loop.
    """

    def __init__(
        self,
        layouts: Mapping[str, Layout],
        sources: Sources,
        links: WallLinks,
        runtime_dir: Path,
        language: Language,
        processes: Processes,
    ) -> None:
        self._processes = processes
        self._layouts = layouts
        self._sources = sources
        self._links = replace(links, publish=lambda *_: None, save=lambda *_: None)
        self._runtime_dir = runtime_dir
        self._language = language
        self._numbers = count()
        self._group = asyncio.TaskGroup()
        self.walls: dict[str, WallControl] = {}

    async def __aenter__(self) -> HiddenWalls:
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close those that are still open and wait for their processes."""
        for wall_id in tuple(self.walls):
            self.close(wall_id)
        await self._group.__aexit__(None, None, None)

    def open(self, wall: Wall) -> WallControl:
        """Return a new wall that shows nothing yet; its process starts at once."""
        path = self._runtime_dir / f"hidden-{next(self._numbers)}.packets"
        control = WallControl(
            wall, self._layouts, self._sources, self._links, path, self._language, CONFERENCE
        )
        self.walls[wall.id] = control
        for worker in control.workers:
            self.start(worker)
        return control

    def start(self, worker: Worker) -> None:
        """Keep a process running until it is drained."""
        spawn(self._group, worker.run(self._processes), worker.status.name)

    def drain(self) -> None:
        """Let all processes end; the walls are there until they are closed."""
        for control in self.walls.values():
            for worker in control.workers:
                worker.drain()

    def close(self, wall_id: str) -> None:
        """End a wall and its process; one that is not open is closed already."""
        control = self.walls.pop(wall_id, None)
        if control is not None:
            control.close()
            for worker in control.workers:
                worker.drain()
