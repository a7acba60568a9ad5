"""Scenes: what walls show, kept under a name and shown again in one tick."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.documents import Cause
from commandwall.control.fitting import Lost, Missing, missing
from commandwall.control.naming import new_id
from commandwall.control.records import Records
from commandwall.control.scene_changes import NewScene, SceneChange, WallPart
from commandwall.control.scene_documents import (
    PreparedSceneDocument,
    PreparedWallDocument,
    SceneDocument,
    SceneEvent,
    TakenDocument,
    WallPartDocument,
)
from commandwall.control.state import Publish
from commandwall.control.walls import WallControl
from commandwall.model.arrangement import Arrangement
from commandwall.model.scene import Scene, WallScene
from commandwall.model.transition import Transition


class Scenes:
    """All scenes: on disk first, then in the daemon. Belongs to the control plane's event loop.

    Changes of them take their turns; taking one waits for nothing.
    """

    def __init__(self, walls: Mapping[str, WallControl], records: Records[Scene], publish: Publish) -> None:
        self.taken_total = 0
        self._walls = walls
        self._records = records
        self._publish = publish
        self._scenes: dict[str, Scene] = {}
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """Take up what was kept; raises :class:`StoreError`."""
        self._scenes = await self._records.load()

    def all(self) -> list[SceneDocument]:
        """Return all scenes, in the order of being made."""
        return [self._document(scene) for scene in self._scenes.values()]

    def get(self, scene_id: str) -> SceneDocument:
        """Return one scene; raises :class:`NotFoundError`."""
        return self._document(self._scene(scene_id))

    async def add(self, new: NewScene) -> SceneDocument:
        """Keep a new scene; raises :class:`InvalidError`, :class:`StoreError`."""
        async with self._turn:
            scene_id = new_id(new.id, "scene", self._scenes)
            return await self._put(Scene(scene_id, new.name, self._parts(new.walls), new.passage))

    async def change(self, scene_id: str, change: SceneChange) -> SceneDocument:
        """Change what ``change`` names; raises as :meth:`add` does, and :class:`NotFoundError`."""
        async with self._turn:
            scene = self._scene(scene_id)
            return await self._put(
                replace(
                    scene,
                    name=change.name or scene.name,
                    walls=scene.walls if change.walls is None else self._parts(change.walls),
                    transition=Transition(
                        change.transition or scene.transition.kind,
                        change.dissolve_ms or scene.transition.dissolve_ms,
                    ),
                )
            )

    async def remove(self, scene_id: str) -> None:
        """Forget a scene; raises :class:`NotFoundError`, :class:`StoreError`."""
        async with self._turn:
            document = self.get(scene_id)
            await self._records.remove(scene_id)
            del self._scenes[scene_id]
        self._publish("scene", SceneEvent(document, removed=True))

    def take(self, scene_id: str) -> TakenDocument:
        """Show a scene, on all of its walls at once, as far as what it names is still there.

        Raises :class:`NotFoundError`, also when none of its walls is there any more.
        """
        scene = self._scene(scene_id)
        parts = list(self._known(scene))
        if not parts:
            raise NotFoundError("no wall is called {id!r}", id=scene.walls[0].wall)
        gone = self._missing(scene)
        walls = tuple(wall.show(arrangement, Cause.SCENE, scene.transition) for wall, arrangement in parts)
        self.taken_total += 1
        return TakenDocument(scene_id, walls, gone)

    def prepare(self, scene_id: str) -> PreparedSceneDocument:
        """Open ahead what :meth:`take` would need; raises :class:`NotFoundError`."""
        opened: set[str] = set()
        costs = []
        for wall, arrangement in self._known(self._scene(scene_id)):
            fitted = wall.fit(arrangement)
            prepared = wall.prepare(fitted.layout, map(str, fitted.sources), dry_run=False)
            opened.update(prepared.cameras)
            costs.append(PreparedWallDocument(wall.wall.id, prepared.budget))
        return PreparedSceneDocument(tuple(sorted(opened)), tuple(costs))

    def _scene(self, scene_id: str) -> Scene:
        try:
            return self._scenes[scene_id]
        except KeyError:
            raise NotFoundError("no scene is called {id!r}", id=scene_id) from None

    def _known(self, scene: Scene) -> Iterator[tuple[WallControl, Arrangement]]:
        """Yield the walls of ``scene`` that are there, each with what it is to show."""
        for part in scene.walls:
            if (wall := self._walls.get(part.wall)) is not None:
                yield wall, part.arrangement

    def _missing(self, scene: Scene) -> tuple[Missing, ...]:
        gone = [
            Missing(part.wall, Lost.WALL, part.wall) for part in scene.walls if part.wall not in self._walls
        ]
        for wall, arrangement in self._known(scene):
            gone.extend(missing(wall, arrangement))
        return tuple(gone)

    def _parts(self, parts: Sequence[WallPart]) -> tuple[WallScene, ...]:
        return tuple(self._part(part, f"walls[{index}]") for index, part in enumerate(parts))

    def _part(self, part: WallPart, field: str) -> WallScene:
        wall = self._walls.get(part.wall)
        if wall is None:
            raise InvalidError("no wall is called {id!r}", id=part.wall, field=f"{field}.wall")
        if part.layout is None:
            return WallScene(part.wall, replace(wall.arrangement, revision=0))
        try:
            return WallScene(part.wall, wall.arranged(part.layout, part.sources or ()))
        except InvalidError as error:
            raise InvalidError(error.reason, field=f"{field}.{error.field}") from None
        except NotFoundError as error:
            raise InvalidError(error.sentence, field=f"{field}.layout") from None

    async def _put(self, scene: Scene) -> SceneDocument:
        await self._records.save(scene.id, scene)
        self._scenes[scene.id] = scene
        document = self._document(scene)
        self._publish("scene", SceneEvent(document))
        return document

    def _document(self, scene: Scene) -> SceneDocument:
        walls = tuple(
            WallPartDocument(part.wall, part.arrangement.layout, tuple(map(str, part.arrangement.sources)))
            for part in scene.walls
        )
        passage = scene.transition
        return SceneDocument(
            scene.id, scene.name, passage.kind, passage.dissolve_ms, walls, self._missing(scene)
        )
