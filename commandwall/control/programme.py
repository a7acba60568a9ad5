"""The programme of the walls: scenes, steps, tours and the schedule, for whoever may."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from commandwall.base.errors import NotFoundError
from commandwall.control.audit import AuditLog
from commandwall.control.audited import Note, audited
from commandwall.control.roles import Permission, Principal
from commandwall.control.scene_changes import (
    EntryChange,
    NewEntry,
    NewScene,
    NewTour,
    SceneChange,
    TourChange,
    TourVerb,
)
from commandwall.control.scene_documents import (
    EntryDocument,
    PreparedSceneDocument,
    SceneDocument,
    SteppedDocument,
    StepsDocument,
    TakenDocument,
    TourDocument,
)
from commandwall.control.scenes import Scenes
from commandwall.control.schedule import Schedule
from commandwall.control.steps import Steps
from commandwall.control.tours import Tours
from commandwall.control.walls import WallControl
from commandwall.model.schedule import Action

_TOURING = frozenset({Action.START, Action.STOP})
EVENTS = ("scene", "steps", "tour", "schedule")
"""The types of its events."""


@dataclass(frozen=True, slots=True)
class ProgrammeFigures:
    """What the metrics tell: totals since the start, and by wall the tours that run and their turns."""

    scenes_taken: int
    schedule_missed: int
    tours_running: Mapping[str, int]
    tour_turns: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Programme:
    """Every operation on scenes, steps, tours and the schedule that HTTP, MQTT and the clock call.

    Each takes the principal first and raises :class:`AccessRefusedError` if its role does not include
    the operation, else what the part that does it raises. Belongs to the control plane's event loop.
    """

    walls: Mapping[str, WallControl]
    scenes: Scenes
    steps: Steps
    tours: Tours
    schedule: Schedule
    audit: AuditLog

    def figures(self) -> ProgrammeFigures:
        """Return the figures as they are now."""
        running = self.tours.running()
        return ProgrammeFigures(
            self.scenes.taken_total,
            self.schedule.missed_total,
            {wall: running[wall] for wall in self.walls},
            self.tours.turns_total,
        )

    # ---- scenes

    def all_scenes(self, who: Principal) -> list[SceneDocument]:
        """Return all scenes."""
        who.require(Permission.VIEW)
        return self.scenes.all()

    def scene(self, who: Principal, scene_id: str) -> SceneDocument:
        """Return one scene; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return self.scenes.get(scene_id)

    async def add_scene(self, who: Principal, new: NewScene) -> SceneDocument:
        """Keep a scene, given or as walls are now; raises :class:`InvalidError`."""
        with self._audited(who, "scene.add", new.id or "", new.name):
            return await self.scenes.add(new)

    async def change_scene(self, who: Principal, scene_id: str, change: SceneChange) -> SceneDocument:
        """Rename or change a scene; raises :class:`NotFoundError`, :class:`InvalidError`."""
        with self._audited(who, "scene.change", scene_id, change.name or ""):
            return await self.scenes.change(scene_id, change)

    async def remove_scene(self, who: Principal, scene_id: str) -> None:
        """Forget a scene; raises :class:`InvalidError` while it is in the schedule."""
        with self._audited(who, "scene.remove", scene_id):
            self.schedule.check_unused(frozenset({Action.TAKE}), scene_id)
            await self.scenes.remove(scene_id)

    def take_scene(self, who: Principal, scene_id: str) -> TakenDocument:
        """Show a scene; raises :class:`NotFoundError`."""
        with self._audited(who, "scene.take", scene_id) as note:
            taken = self.scenes.take(scene_id)
            note.detail = " ".join(f"missing {it.what}:{it.id}" for it in taken.missing)
            return taken

    def prepare_scene(self, who: Principal, scene_id: str) -> PreparedSceneDocument:
        """Open ahead what a scene needs, since it is about to be taken; leaves no line in the audit log."""
        who.require(Permission.OPERATE)
        return self.scenes.prepare(scene_id)

    # ---- steps

    def wall_steps(self, who: Principal, wall_id: str) -> StepsDocument:
        """Return how far one can go back and forward on a wall; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        self._check_wall(wall_id)
        return self.steps.document(wall_id)

    def undo(self, who: Principal, wall_id: str, expected_revision: int | None = None) -> SteppedDocument:
        """Show what a wall showed a step ago; raises as :meth:`Steps.undo` does."""
        with self._audited(who, "wall.undo", wall_id):
            self._check_wall(wall_id)
            return self.steps.undo(wall_id, expected_revision)

    def redo(self, who: Principal, wall_id: str, expected_revision: int | None = None) -> SteppedDocument:
        """Make the step again that was taken back last; raises as :meth:`undo` does."""
        with self._audited(who, "wall.redo", wall_id):
            self._check_wall(wall_id)
            return self.steps.redo(wall_id, expected_revision)

    # ---- tours

    def all_tours(self, who: Principal) -> list[TourDocument]:
        """Return all tours."""
        who.require(Permission.VIEW)
        return self.tours.all()

    def tour(self, who: Principal, tour_id: str) -> TourDocument:
        """Return one tour; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return self.tours.get(tour_id)

    async def add_tour(self, who: Principal, new: NewTour) -> TourDocument:
        """Keep a tour; raises :class:`InvalidError`."""
        with self._audited(who, "tour.add", new.id or "", new.name):
            return await self.tours.add(new)

    async def change_tour(self, who: Principal, tour_id: str, change: TourChange) -> TourDocument:
        """Change a tour; raises :class:`NotFoundError`, :class:`InvalidError`."""
        with self._audited(who, "tour.change", tour_id, change.name or ""):
            return await self.tours.change(tour_id, change)

    async def remove_tour(self, who: Principal, tour_id: str) -> None:
        """Forget a tour; raises :class:`InvalidError` while it is in the schedule."""
        with self._audited(who, "tour.remove", tour_id):
            self.schedule.check_unused(_TOURING, tour_id)
            await self.tours.remove(tour_id)

    def command_tour(self, who: Principal, tour_id: str, verb: TourVerb) -> TourDocument:
        """Start, stop, pause or resume a tour; raises as :meth:`Tours.command` does."""
        with self._audited(who, f"tour.{verb}", tour_id):
            return self.tours.command(tour_id, verb)

    # ---- schedule

    def all_entries(self, who: Principal) -> list[EntryDocument]:
        """Return all entries of the schedule."""
        who.require(Permission.VIEW)
        return self.schedule.all()

    def entry(self, who: Principal, entry_id: str) -> EntryDocument:
        """Return one entry; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return self.schedule.get(entry_id)

    async def add_entry(self, who: Principal, new: NewEntry) -> EntryDocument:
        """Keep an entry; raises :class:`InvalidError`."""
        with self._audited(who, "schedule.add", new.id or "", f"{new.at:%H:%M} {new.action} {new.target}"):
            return await self.schedule.add(new)

    async def change_entry(self, who: Principal, entry_id: str, change: EntryChange) -> EntryDocument:
        """Change an entry; raises :class:`NotFoundError`, :class:`InvalidError`."""
        with self._audited(who, "schedule.change", entry_id, change.model_dump_json(exclude_none=True)):
            return await self.schedule.change(entry_id, change)

    async def remove_entry(self, who: Principal, entry_id: str) -> None:
        """Forget an entry; raises :class:`NotFoundError`."""
        with self._audited(who, "schedule.remove", entry_id):
            await self.schedule.remove(entry_id)

    def _check_wall(self, wall_id: str) -> None:
        if wall_id not in self.walls:
            raise NotFoundError("no wall is called {id!r}", id=wall_id)

    def _audited(
        self, who: Principal, action: str, target: str, detail: str = ""
    ) -> AbstractContextManager[Note]:
        return audited(self.audit, who, Permission.OPERATE, action, target, detail)
