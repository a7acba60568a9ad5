"""What conferences show, as sources of walls: their participants, their pictures, their content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from commandwall.base.errors import NotFoundError
from commandwall.control.sources import Facts, OneStreamBook
from commandwall.ipc.packets import BusAddress
from commandwall.model.camera import FeedState
from commandwall.model.overlays import Seen
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.source import Source, SourceKind


@dataclass(frozen=True, slots=True)
class BookLinks:
    """What the book needs of its surroundings.

    ``area`` is where a camera hangs, ``""`` where there is none. ``receive`` has the stream at an address
    received for an owner of feeds, ``forget`` ends that. Walls are told by ``put`` that a source has another
    name or shows something else, and by ``removed`` that it is about to be no more.
    """

    area: Callable[[str], str]
    receive: Callable[[str, BusAddress], None]
    forget: Callable[[str], None]
    put: Callable[[Source], None]
    removed: Callable[[Source], None]


@dataclass(slots=True)
class _Entry:
    name: str
    state: FeedState
    reason: Reason
    bus: BusAddress | None = None
    cameras: tuple[str, ...] = ()
    edition: int = 0


class ConferenceBook(OneStreamBook):
    """All pictures of conferences, by ``CONFERENCE/PARTICIPANT``. Belongs to the control plane's event loop.

    Implements :class:`commandwall.control.sources.SourceBook`. A picture is received while a tile shows it,
    however often its publisher comes back.
    """

    kind = SourceKind.CONFERENCE

    def __init__(self, links: BookLinks) -> None:
        super().__init__()
        self._links = links
        self._entries: dict[str, _Entry] = {}

    def ids(self) -> Iterable[str]:
        """Return the ids of all there are, in the order in which they came."""
        return tuple(self._entries)

    def name(self, source_id: str) -> str:
        """Return what it is called; raises :class:`NotFoundError`."""
        return self._get(source_id).name

    def state(self, source_id: str) -> tuple[FeedState, Reason]:
        """Return how it is, and why."""
        entry = self._get(source_id)
        return entry.state, entry.reason

    def facts(self, source_id: str) -> Facts:
        """Return which cameras are seen in it, and which of its contents it is."""
        entry = self._get(source_id)
        seen = (Seen(camera, self._links.area(camera)) for camera in entry.cameras)
        return Facts(seen=tuple(seen), edition=entry.edition)

    def contain(self, source_id: str, cameras: tuple[str, ...], *, anew: bool = False) -> None:
        """Note the cameras that are seen in it, ``""`` for any, and whether it is something else ``anew``."""
        entry = self._get(source_id)
        if anew or entry.cameras != cameras:
            entry.cameras, entry.edition = cameras, entry.edition + anew
            self._links.put(_source(source_id))

    def put(self, source_id: str, name: str) -> None:
        """Take in a picture that there may be, or another name of one there is."""
        entry = self._entries.get(source_id)
        if entry is None:
            self._entries[source_id] = _Entry(name, FeedState.LOST, Reason(ReasonCode.NOT_JOINED))
        elif entry.name != name:
            entry.name = name
            self._links.put(_source(source_id))

    def receive(self, source_id: str, bus: BusAddress) -> None:
        """Take the picture from ``bus`` from now on; nothing changes if it comes from there already."""
        entry = self._get(source_id)
        if entry.bus != bus:
            entry.bus = bus
            self._links.receive(_source(source_id).owner, bus)
            self._go(source_id, FeedState.CONNECTING, Reason(ReasonCode.OPENING))

    def live(self, source_id: str) -> None:
        """Note that its pictures come."""
        self._go(source_id, FeedState.LIVE, Reason())

    def lost(self, source_id: str, code: ReasonCode) -> None:
        """Note that no pictures come, and why; who comes back is received anew."""
        entry = self._get(source_id)
        if entry.bus is not None:
            entry.bus = None
            self._links.forget(_source(source_id).owner)
        self._go(source_id, FeedState.LOST, Reason(code))

    def remove(self, source_id: str) -> None:
        """Forget a picture; cells that show it become empty."""
        entry = self._get(source_id)
        self._links.removed(_source(source_id))
        if entry.bus is not None:
            self._links.forget(_source(source_id).owner)
        del self._entries[source_id]

    def _go(self, source_id: str, state: FeedState, reason: Reason) -> None:
        entry = self._entries[source_id]
        if (entry.state, entry.reason) == (state, reason):
            return
        entry.state, entry.reason = state, reason
        self.tell(source_id)

    def _get(self, source_id: str) -> _Entry:
        try:
            return self._entries[source_id]
        except KeyError:
            raise NotFoundError(
                "no conference has a picture {id!r}; write ID/PARTICIPANT, ID/picture or ID/content",
                id=source_id,
            ) from None


def _source(source_id: str) -> Source:
    return Source(SourceKind.CONFERENCE, source_id)
