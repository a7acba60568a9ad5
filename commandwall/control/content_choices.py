"""What of the room can be content, for a chair to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from commandwall.control.scene_documents import SceneDocument
from commandwall.control.sources import Sources
from commandwall.control.state import CameraBoard
from commandwall.control.walls import WallControl
from commandwall.model.camera import Area
from commandwall.model.conference.contents import ContentKind, ContentSource
from commandwall.model.source import SourceKind


@dataclass(frozen=True, slots=True)
class ContentChoice:
    """Something that can be content: ``source`` is what `present` takes, ``area`` where a camera is."""

    source: str
    name: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class ContentChoices:
    """All that can be content now; ``scenes`` returns the scenes that there are."""

    board: CameraBoard
    walls: Mapping[str, WallControl]
    sources: Sources
    scenes: Callable[[], Iterable[SceneDocument]]
    areas: Mapping[str, Area]

    def all(self) -> Iterator[ContentChoice]:
        """Yield what is few first, and the cameras last; those with privacy masks cannot be content."""
        for control in self.walls.values():
            wall = control.wall
            for head in wall.heads:
                yield _choice(ContentKind.HEAD, f"{wall.id}/{head.id}", f"{wall.name or wall.id} {head.id}")
        yield from self._of(SourceKind.SCREEN)
        for scene in self.scenes():
            yield _choice(ContentKind.SCENE, scene.id, scene.name)
        yield from self._of(SourceKind.DATA)
        for camera in self.board.cameras():
            if not self.board.masks(camera.id):
                area = self.areas.get(camera.area)
                name = camera.area if area is None else area.name
                yield _choice(ContentKind.CAMERA, camera.id, camera.name, name)

    def _of(self, kind: SourceKind) -> Iterator[ContentChoice]:
        return (
            _choice(ContentKind(kind), source.id, self.sources.name(source))
            for source in self.sources.all(kind)
        )


def _choice(kind: ContentKind, name: str, called: str, area: str = "") -> ContentChoice:
    return ContentChoice(str(ContentSource(kind, name)), called, area)
