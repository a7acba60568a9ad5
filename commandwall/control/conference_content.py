"""The content of conferences: one second picture, relayed as it is, or composed where it is not H.264."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from commandwall.base.errors import AccessRefusedError, CommandwallError, InvalidError, NotFoundError
from commandwall.control.conference_book import ConferenceBook
from commandwall.control.conference_picture import ConferencePicture
from commandwall.control.hidden_walls import HiddenWalls
from commandwall.control.scene_documents import SceneDocument
from commandwall.control.state import CameraBoard
from commandwall.control.walls import WallControl
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.rtc_messages import StreamAt
from commandwall.model.conference.bearing import bearer
from commandwall.model.conference.contents import ContentKind, ContentSource, present
from commandwall.model.conference.stage import ALONE, Stage, source_of
from commandwall.model.conference.state import Conference, Content
from commandwall.model.reason import ReasonCode
from commandwall.model.source import CONTENT, Source, SourceKind

log = logging.getLogger(__name__)

_RELAYED = "h264"
_ON_ITS_WAY_S = 2.0
"""So long after a change walls may show older pictures of a conference; it is asked about every second."""


@dataclass(frozen=True, slots=True)
class ContentDesk:
    """What of the room can be content, and where it is.

    ``camera_path`` is the packet bus of a camera, ``relayed_by_peers`` where a stream is that a peer sends;
    ``name`` says what any source is called, and ``scene`` what a scene is; both raise :class:`NotFoundError`.
    """

    board: CameraBoard
    camera_path: Callable[[str], Path]
    relayed_by_peers: Callable[[str], StreamAt]
    walls: Mapping[str, WallControl]
    name: Callable[[Source], str]
    scene: Callable[[str], SceneDocument]
    hidden: HiddenWalls

    def check(self, source: ContentSource) -> None:
        """Raise :class:`InvalidError` naming ``target`` when there is no such source to show."""
        try:
            self.named(source)
        except NotFoundError as error:
            raise InvalidError(error.sentence, field="target") from None
        if source.kind is ContentKind.CAMERA and self.board.masks(source.id):
            raise AccessRefusedError(
                "camera {id!r} has privacy masks, which its streams would show; show a head with it instead",
                id=source.id,
            )

    def named(self, source: ContentSource) -> str:
        """Return what ``source`` is called; raises :class:`NotFoundError` when there is none."""
        match source.kind:
            case ContentKind.HEAD:
                wall, stream = self._head(source.id)
                return f"{wall.wall.name or wall.wall.id} {stream.removeprefix('head/')}"
            case ContentKind.SCENE:
                return self.scene(source.id).name
            case _:
                return self.name(Source.parse(str(source)))

    def relayed(self, source: ContentSource) -> tuple[StreamAt, ...]:
        """Return the rungs of what can be relayed as it is, ``()`` for what has to be composed."""
        match source.kind:
            case ContentKind.HEAD:
                wall, stream = self._head(source.id)
                return (StreamAt(str(wall.packet_path), stream, answers_keys=True),)
            case ContentKind.SCREEN:
                return (self.relayed_by_peers(f"screen/{source.id}"),)
            case ContentKind.CAMERA if self.board.get(source.id).codec == _RELAYED:
                path, streams = str(self.camera_path(source.id)), self.board.get(source.id).streams
                return tuple(
                    StreamAt(path, f"camera/{source.id}/{name}", codec=_RELAYED)
                    for name, stream in streams.items()
                    if stream.codec in ("", _RELAYED)  # What was never opened may yet prove to be another.
                )
            case _:
                return ()

    def stage(self, source: ContentSource) -> Stage:
        """Return what a wall shows that composes ``source``."""
        if source.kind is ContentKind.SCENE:
            shown = self.scene(source.id).walls[0]
            return Stage(shown.layout, tuple(map(Source.parse, shown.sources)))
        return Stage(ALONE, (Source(SourceKind(source.kind), source.id),))

    def of(self, conference: str) -> RoomContent:
        """Return the content of a conference, where there is none yet."""
        return RoomContent(conference, self)

    def _head(self, place: str) -> tuple[WallControl, str]:
        wall_id, _, head_id = place.partition("/")
        wall = self.walls.get(wall_id)
        if wall is None:
            raise NotFoundError("no wall is called {id!r}", id=wall_id)
        return wall, f"head/{wall.wall.head(head_id).id}"


class RoomContent:
    """The content of one conference. Belongs to the control plane's event loop.

    ``rungs`` are where it is to be had, the largest first; ``()`` where there is none. ``name`` is what it
    is called if it is something of the room, else ``""``.
    """

    def __init__(self, conference: str, desk: ContentDesk) -> None:
        self.rungs: tuple[StreamAt, ...] = ()
        self.name = ""
        self._conference = conference
        self._desk = desk
        self._shown = ""
        self._content = Content()
        self._seen_at_s: dict[str, float] = {}
        self._wall: ConferencePicture | None = None

    def granted(self, state: Conference, now_s: float) -> Conference:
        """Return ``state`` without what the room cannot show as content, or must not; the log says so.

        A conference that was planned or kept may name what there is no more, and a level above anything.
        """
        source = _own(state)
        if not source or source == self._shown:
            return state
        try:
            self._desk.check(ContentSource.parse(source))
        except CommandwallError as error:
            log.warning("conference %s: %s cannot be its content: %s", self._conference, source, error)
            return present(state, "", now_s)
        return state

    def follow(
        self, state: Conference, book: ConferenceBook, streams: Mapping[tuple[str, str], BusAddress]
    ) -> None:
        """Show what :meth:`granted` left of content, and let walls show it as ``conference:ID/content``.

        A source that the room of another node shows is not looked for here: it comes by the link.
        """
        content, source_id = state.content, f"{self._conference}/{CONTENT}"
        source = _own(state)
        if source != self._shown:
            self._show(source)
        session = ""
        if content.holder:
            bus = streams.get((bearer(state), CONTENT))
            self.rungs = (StreamAt(bus.packet_path, bus.stream, answers_keys=True),) if bus else ()
            session = bus.session if bus else ""
        elif not source:
            self.rungs = ()
        if self.rungs:
            largest = self.rungs[0]
            book.receive(source_id, BusAddress(largest.packet_path, largest.stream, session))
            book.live(source_id)
        else:
            book.lost(source_id, ReasonCode.NO_CONTENT)
        anew = (content.holder, content.source) != (self._content.holder, self._content.source)
        self._content = content
        book.contain(source_id, _cameras(source), anew=anew)

    def seen(self, shown: Stage, now_s: float) -> tuple[str, ...]:
        """Return the cameras that the picture of the conference may show with ``shown``, ``""`` for any.

        What has just gone from there is on its way still.
        """
        if source_of(self._conference, CONTENT) in shown.sources:
            self._seen_at_s |= dict.fromkeys(_cameras(self._shown), now_s)
        self._seen_at_s = {each: at for each, at in self._seen_at_s.items() if now_s - at < _ON_ITS_WAY_S}
        return tuple(self._seen_at_s)

    def close(self) -> None:
        """End the wall that composes it, if one does."""
        if self._wall is not None:
            self._wall.close()
            self._wall = None

    def _show(self, text: str) -> None:
        self.close()
        self._shown = text
        if not text:
            self.rungs, self.name = (), ""
            return
        source = ContentSource.parse(text)
        self.name = self._desk.named(source)
        self.rungs = self._desk.relayed(source)
        if not self.rungs:
            wall_id = f"conference:{self._conference}/{CONTENT}"
            self._wall = ConferencePicture(wall_id, text, self._desk.hidden)
            self._wall.show(self._desk.stage(source))
            self.rungs = self._wall.rungs


def _cameras(source: str) -> tuple[str, ...]:
    """Return the cameras that are seen in ``source``; ``""`` is any: heads change, and scenes have many."""
    kind, _, name = source.partition(":")
    match kind:
        case ContentKind.CAMERA:
            return (name,)
        case ContentKind.HEAD | ContentKind.SCENE:
            return ("",)
        case _:
            return ()


def _own(state: Conference) -> str:
    """Return what the room here shows as content, ``""`` where another shows it, or nobody."""
    return "" if state.content.holder else state.content.source
