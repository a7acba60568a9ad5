"""Operations on links and bridges: each is authorised, applied and audited here."""

from __future__ import annotations

from commandwall.base.errors import AccessRefusedError
from commandwall.conference.links.line import Socket
from commandwall.control.audit import AuditLog
from commandwall.control.audited import audited
from commandwall.control.conference_documents import LinkDocument
from commandwall.control.link_changes import NewBridge, NewLink
from commandwall.control.links import Links
from commandwall.control.roles import Permission, Principal, Seat
from commandwall.control.rtc import Opened


class LinkDesk:
    """Operations beside those of :class:`ConferenceDesk`, in the same manner."""

    def __init__(self, links: Links, audit: AuditLog) -> None:
        self._links = links
        self._audit = audit

    async def open_link(self, who: Principal, conference: str, new: NewLink) -> LinkDocument:
        """Join the conference of the level above; raises as :meth:`Links.open_link` does."""
        detail = f"{new.id}: {new.url} {new.conference}"
        with audited(self._audit, who, Permission.OPERATE, "conference.link", conference, detail):
            return await self._links.open_link(who, new.settings(conference))

    async def open_bridge(self, who: Principal, conference: str, new: NewBridge) -> LinkDocument:
        """Join a conference of another system; raises as :meth:`Links.open_bridge` does."""
        detail = f"{new.root.id}: {new.root.kind} {new.root.name}"
        with audited(self._audit, who, Permission.OPERATE, "conference.bridge", conference, detail):
            return await self._links.open_bridge(who, new.root.settings(conference))

    async def close(self, who: Principal, conference: str, link: str) -> None:
        """Take a link or a bridge down; raises :class:`NotFoundError`."""
        with audited(self._audit, who, Permission.OPERATE, "conference.unlink", conference, link):
            await self._links.close(conference, link)

    async def publish_feed(self, who: Principal, seat: Seat, person: str, sdp: str) -> Opened:
        """Take somebody's own picture from the link that brings him; raises as :meth:`Links.take_feed`."""
        if who.seat != seat:
            raise AccessRefusedError("this place in the conference is somebody else's")
        detail = f"{seat.participant}/{person}"
        with audited(self._audit, who, None, "conference.publish.feed", seat.conference, detail):
            return await self._links.take_feed(who, seat, person, sdp)

    def seat(self, who: Principal, conference: str) -> Seat:
        """Return the seat in whose name a link comes; raises :class:`AccessRefusedError` for any other."""
        if who.seat is None or who.seat.conference != conference:
            raise AccessRefusedError("a link needs the token of a site; invite one with the role site")
        with audited(self._audit, who, None, "conference.linked", conference, who.seat.participant):
            self._links.check_seat(who.seat)
        return who.seat

    async def serve(self, seat: Seat, socket: Socket) -> None:
        """Be the upper end of a link until it is lost."""
        await self._links.serve(seat, socket)
