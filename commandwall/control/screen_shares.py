"""Screens that are shared by WHIP: sessions that publish them, and what the walls are told of it."""

from __future__ import annotations

from commandwall.base.errors import HeldError
from commandwall.control.feeds import Feeds
from commandwall.control.roles import Principal
from commandwall.control.rtc import Opened, PublishOffer, RtcControl, RtcSession
from commandwall.control.screens import Screens
from commandwall.ipc.rtc_messages import SessionChanged, SessionPhase
from commandwall.model.source import Source, SourceKind

_PREFIX = "screen/"


class ScreenShares:
    """Takes screens from whoever shares them. Belongs to the control plane's event loop."""

    def __init__(self, rtc: RtcControl, screens: Screens, feeds: Feeds) -> None:
        self._rtc = rtc
        self._screens = screens
        self._feeds = feeds

    async def share(self, by: Principal, screen_id: str, name: str, sdp: str) -> Opened:
        """Receive a screen from whoever offers; raises as :meth:`RtcControl.publish` does.

        Who shares it already is replaced if it is the same user, or is outranked. Raises
        :class:`HeldError` if not.
        """
        stream = _PREFIX + screen_id
        for other in self._rtc.publishers(stream):
            if other.by.name != by.name and not by.outranks(other.by):
                raise HeldError(
                    "screen {id!r} is shared by {name}; choose another id", id=screen_id, name=other.by.name
                )
        opened = await self._rtc.publish(
            by, PublishOffer(stream, "", sdp), lambda change: self._changed(screen_id, change)
        )
        self._screens.begin(screen_id, name, by.name)
        source = Source(SourceKind.SCREEN, screen_id)
        self._feeds.receive(source.owner, self._rtc.published(stream, opened.session))
        return opened

    def _changed(self, screen_id: str, change: SessionChanged) -> None:
        """Say how the screen is; sessions that were replaced have no say."""
        newest = [session.id for session in self._rtc.publishers(_PREFIX + screen_id)][-1:]
        if change.phase is SessionPhase.LIVE and newest == [change.session]:
            self._screens.live(screen_id)
        elif change.phase is SessionPhase.ENDED and not newest and screen_id in self._screens.ids():
            self._screens.end(screen_id)


def screen_of(session: RtcSession) -> str:
    """Return the id of the screen that ``session`` shares, ``""`` for none."""
    shared = (name.removeprefix(_PREFIX) for name in session.publishes if name.startswith(_PREFIX))
    return next(shared, "")
