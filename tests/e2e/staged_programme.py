"""Scenes, tours and the schedule, played to the operator's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class StagedWall(Protocol):
    """What of the staged daemon a scene that is taken changes."""

    def arrange(self, layout: str, sources: Sequence[str]) -> None:
        """Change the wall, and tell of it."""

    def wall(self) -> dict[str, Any]:
        """Return the wall as the API shows it."""


@dataclass
class StagedProgramme:
    """Scenes, tours and the schedule of the staged daemon, by kind and id, and what it was told of them."""

    scenes: dict[str, Any] = field(default_factory=dict)
    tours: dict[str, Any] = field(default_factory=dict)
    schedule: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, str, Any]] = field(default_factory=list)

    def call(self, daemon: StagedWall, method: str, path: str, body: Any) -> tuple[int, Any] | None:
        """Return the status and JSON that answer a call, ``None`` if it is about something else."""
        kind, _, rest = path.removeprefix("/").partition("/")
        if kind not in ("scenes", "tours", "schedule"):
            return None
        known: dict[str, Any] = getattr(self, kind)
        if method == "GET":
            return 200, {"items": list(known.values())}
        if rest.endswith("/prepare"):
            return 200, {"cameras": []}
        self.told.append((method, path, body))
        if kind == "scenes" and rest.endswith("/take"):
            part = known[rest.partition("/")[0]]["walls"][0]
            daemon.arrange(part["layout"], part["sources"])
            return 200, {"scene": rest, "walls": [daemon.wall()], "missing": known[rest[:-5]]["missing"]}
        return 200, {"id": "made"}
