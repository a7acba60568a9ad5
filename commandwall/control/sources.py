"""Sources on walls: what each kind of them is called, what is known of it, and who paints it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, Protocol

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.state import CameraBoard, deserved_stream
from commandwall.ipc.messages import ShowTiles, SourceState
from commandwall.model.camera import FeedState, StreamName
from commandwall.model.masks import Masks
from commandwall.model.overlays import AlarmLevel, Seen
from commandwall.model.reason import Reason
from commandwall.model.source import Source, SourceKind

Painter = Callable[[ShowTiles], None]
"""Has the tiles of one wall painted, all those of its kind, from now on."""


class Facts(NamedTuple):
    """What else is known of a source: the area where it is, and what nobody gets to see of it.

    ``seen`` are the cameras that are seen in it though it is none. ``edition`` is another one where it shows
    something else by the same name: of that, older pictures are not to be seen any more.
    """

    area: str = ""
    masks: Masks = ()
    seen: tuple[Seen, ...] = ()
    edition: int = 0


NO_FACTS = Facts()


class SourceBook(Protocol):
    """All sources of one kind. Belongs to the control plane's event loop."""

    kind: SourceKind

    def ids(self) -> Iterable[str]:
        """Return the ids of all there are, in the order in which people list them."""

    def name(self, source_id: str) -> str:
        """Return what it is called on a tile; raises :class:`NotFoundError` when there is none."""

    def stream(self, source_id: str, width: int, height: int) -> StreamName:
        """Return the stream that a tile of ``width`` x ``height`` pixels deserves."""

    def on_demand(self, source_id: str, stream: StreamName) -> bool:
        """Return whether that stream is received only while somebody wants it."""

    def state(self, source_id: str) -> tuple[FeedState, Reason]:
        """Return how it is, and why."""

    def facts(self, source_id: str) -> Facts:
        """Return what else is known of it; raises :class:`NotFoundError`."""

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Call ``watcher`` with the id whenever a source's state or reason changes."""


class OneStreamBook:
    """What books have in common whose sources have one stream each, received while a tile shows it."""

    def __init__(self) -> None:
        self._watchers: list[Callable[[str], None]] = []

    def stream(self, source_id: str, width: int, height: int) -> StreamName:
        """Return the only stream there is."""
        return StreamName.MAIN

    def on_demand(self, source_id: str, stream: StreamName) -> bool:
        """Return true: it is received while a tile shows it."""
        return True

    def facts(self, source_id: str) -> Facts:
        """Return that nothing else is known."""
        return NO_FACTS

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Call ``watcher`` with the id whenever the state or reason of a source changes."""
        self._watchers.append(watcher)

    def tell(self, source_id: str) -> None:
        """Tell those who watch that state or reason of a source is another one."""
        for watcher in self._watchers:
            watcher(source_id)


class CameraBook:
    """The cameras of the board as sources."""

    kind = SourceKind.CAMERA

    def __init__(self, board: CameraBoard) -> None:
        self._board = board
        self.watch = board.watch

    def ids(self) -> Iterable[str]:
        """Return the cameras in the order of the configuration and then of being added."""
        return (camera.id for camera in self._board.cameras())

    def name(self, source_id: str) -> str:
        """Return the camera's name; raises :class:`NotFoundError`."""
        return self._board.camera(source_id).name

    def stream(self, source_id: str, width: int, height: int) -> StreamName:
        """Return the smallest stream that fills the tile."""
        status = self._board.get(source_id)
        return deserved_stream(self._board.camera(source_id), (status.width, status.height), width, height)

    def on_demand(self, source_id: str, stream: StreamName) -> bool:
        """Return whether it is not the steady one."""
        return stream is not self._board.camera(source_id).steady

    def state(self, source_id: str) -> tuple[FeedState, Reason]:
        """Return the state of its steady feed."""
        return self._board.get(source_id).state, self._board.reason(source_id)

    def alarm(self, source_id: str) -> AlarmLevel | None:
        """Return the level of its alarm."""
        return self._board.get(source_id).alarm

    def facts(self, source_id: str) -> Facts:
        """Return where it hangs and its masks; raises :class:`NotFoundError`."""
        return Facts(self._board.camera(source_id).area, self._board.masks(source_id))


class Sources:
    """The sources of all kinds that a wall can show. Belongs to the control plane's event loop."""

    def __init__(self, books: Iterable[SourceBook]) -> None:
        self._books: Mapping[SourceKind, SourceBook] = {book.kind: book for book in books}
        self._watchers: list[Callable[[Source], None]] = []
        for kind, book in self._books.items():
            book.watch(self._told_of(kind))

    def check(self, source: Source, field: str) -> None:
        """Raise :class:`InvalidError` naming ``field`` when there is no such source."""
        if source.kind is SourceKind.NONE:
            return
        try:
            self._books[source.kind].name(source.id)
        except NotFoundError as error:
            raise InvalidError(error.sentence, field=field) from None

    def exists(self, source: Source) -> bool:
        """Return whether there is such a source; nothing to show is always there."""
        try:
            self.check(source, "source")
        except InvalidError:
            return False
        return True

    def all(self, kind: SourceKind) -> Iterable[Source]:
        """Return all sources of one kind."""
        return (Source(kind, source_id) for source_id in self._books[kind].ids())

    def name(self, source: Source) -> str:
        """Return what it is called on a tile; raises :class:`NotFoundError` when there is none."""
        return self._books[source.kind].name(source.id)

    def alarm(self, source: Source) -> AlarmLevel | None:
        """Return the level of its alarm, if it has one: cameras may."""
        book = self._books[source.kind]
        return book.alarm(source.id) if isinstance(book, CameraBook) else None

    def facts(self, source: Source) -> Facts:
        """Return what else is known of it; raises :class:`NotFoundError` when there is none."""
        return self._books[source.kind].facts(source.id)

    def stream(self, source: Source, width: int, height: int) -> StreamName:
        """Return the stream that a tile of ``width`` x ``height`` pixels deserves."""
        return self._books[source.kind].stream(source.id, width, height)

    def on_demand(self, source: Source, stream: StreamName) -> bool:
        """Return whether that stream is received only while somebody wants it."""
        return self._books[source.kind].on_demand(source.id, stream)

    def state(self, source: Source) -> SourceState:
        """Return how a source is, as a wall process is told."""
        return SourceState(str(source), *self._books[source.kind].state(source.id))

    def watch(self, watcher: Callable[[Source], None]) -> None:
        """Call ``watcher`` with every source whose state or reason changes."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Callable[[Source], None]) -> None:
        """Call ``watcher``, which :meth:`watch` was told of, no longer."""
        self._watchers.remove(watcher)

    def _told_of(self, kind: SourceKind) -> Callable[[str], None]:
        def told(source_id: str) -> None:
            for watcher in tuple(self._watchers):
                watcher(Source(kind, source_id))

        return told


class Painters:
    """Who paints the tiles of which kind of source; one painter may paint several kinds."""

    def __init__(self, painters: Mapping[SourceKind, Painter]) -> None:
        self._painters = painters

    def show(self, shown: ShowTiles) -> None:
        """Give each painter the tiles of its kinds; none of them, where it has none any more."""
        for paint in dict.fromkeys(self._painters.values()):
            theirs = (tile for tile in shown.tiles if self._painters.get(tile.source.kind) == paint)
            paint(replace(shown, tiles=tuple(theirs)))
