"""Shared screens: which there are, who shares them, and what the walls are told of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from commandwall.base.clock import utc_iso
from commandwall.base.errors import NotFoundError
from commandwall.control.sources import OneStreamBook
from commandwall.control.state import Publish
from commandwall.model.camera import FeedState
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.source import SourceKind

MAX_ENDED = 50
"""So many screens that are no longer shared are remembered, so that a wall can say so."""


@dataclass(slots=True)
class ScreenStatus:
    """One screen as the API shows it: ``by`` whom it is shared, and ``since`` when it is in its state.

    ``reason`` is English, ``reason_zh`` Chinese.
    """

    id: str
    name: str
    state: FeedState
    reason: str
    reason_zh: str
    since: str
    by: str


@dataclass(frozen=True, slots=True)
class ScreenEvent:
    """What an event ``screen`` carries; ``removed`` when it is remembered no longer."""

    screen: ScreenStatus
    removed: bool = False


class Screens(OneStreamBook):
    """All screens; they are made by being shared. Belongs to the control plane's event loop.

    Implements :class:`commandwall.control.sources.SourceBook`. ``on_removed`` is called before a
    screen is forgotten, ``on_renamed`` when one has another name.
    """

    kind = SourceKind.SCREEN

    def __init__(
        self, publish: Publish, on_removed: Callable[[str], None], on_renamed: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._publish = publish
        self._on_removed = on_removed
        self._on_renamed = on_renamed
        self._screens: dict[str, ScreenStatus] = {}
        self._reasons: dict[str, Reason] = {}

    def all(self) -> list[ScreenStatus]:
        """Return every screen, those shared longest ago first."""
        return list(self._screens.values())

    def ids(self) -> Iterable[str]:
        """Return the ids of all there are."""
        return tuple(self._screens)

    def name(self, source_id: str) -> str:
        """Return what it is called; raises :class:`NotFoundError`."""
        return self._get(source_id).name

    def state(self, source_id: str) -> tuple[FeedState, Reason]:
        """Return how it is, and why."""
        return self._get(source_id).state, self._reasons[source_id]

    def begin(self, screen_id: str, name: str, by: str) -> None:
        """Take in a screen that ``by`` begins to share."""
        before = self._screens.pop(screen_id, None)
        self._screens[screen_id] = ScreenStatus(screen_id, name, FeedState.CONNECTING, "", "", "", by)
        self._go(screen_id, FeedState.CONNECTING, Reason(ReasonCode.OPENING))
        if before is not None and before.name != name:
            self._on_renamed(screen_id)

    def live(self, screen_id: str) -> None:
        """Note that its pictures come."""
        self._go(screen_id, FeedState.LIVE, Reason())

    def end(self, screen_id: str) -> None:
        """Note that it is no longer shared; the oldest of too many such is forgotten."""
        self._go(screen_id, FeedState.LOST, Reason(ReasonCode.SHARE_ENDED))
        ended = [screen.id for screen in self._screens.values() if screen.state is FeedState.LOST]
        if len(ended) > MAX_ENDED:
            self._remove(ended[0])

    def _remove(self, screen_id: str) -> None:
        self._on_removed(screen_id)
        del self._reasons[screen_id]
        self._publish("screen", ScreenEvent(self._screens.pop(screen_id), removed=True))

    def _go(self, screen_id: str, state: FeedState, reason: Reason) -> None:
        screen = self._screens[screen_id]
        screen.state, screen.reason, screen.reason_zh = state, reason.en, reason.zh
        screen.since = utc_iso()
        self._reasons[screen_id] = reason
        self._publish("screen", ScreenEvent(screen))
        self.tell(screen_id)

    def _get(self, screen_id: str) -> ScreenStatus:
        try:
            return self._screens[screen_id]
        except KeyError:
            raise NotFoundError(
                "no screen is called {id!r}; it is made by being shared", id=screen_id
            ) from None
