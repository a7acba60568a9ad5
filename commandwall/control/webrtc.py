"""What WHEP and WHIP ask for: authorised, applied, audited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from commandwall.base.errors import AccessRefusedError, InvalidError, NotFoundError
from commandwall.control.audit import AuditLog
from commandwall.control.audited import audited
from commandwall.control.changes import ScreenShare, check
from commandwall.control.ports import Rtc, Shares
from commandwall.control.roles import Permission, Principal
from commandwall.control.rtc import Opened, RtcSession, Watched, WatchOffer
from commandwall.control.screen_shares import screen_of
from commandwall.control.screens import Screens, ScreenStatus
from commandwall.control.service import Service
from commandwall.control.state import CameraBoard
from commandwall.ipc.rtc_messages import StreamAt
from commandwall.model.camera import StreamName


class WebRtc:
    """Operations beside those of :class:`Service`, in the same manner.

    ``packet_path`` says where a camera's packets are.
    """

    def __init__(
        self,
        service: Service,
        board: CameraBoard,
        packet_path: Callable[[str], Path],
        rtc: Rtc,
        shares: Shares,
        screens: Screens,
        audit: AuditLog,
    ) -> None:
        self._service = service
        self._board = board
        self._packet_path = packet_path
        self._rtc = rtc
        self._shares = shares
        self._screens = screens
        self._audit = audit

    @property
    def ice_servers(self) -> Sequence[str]:
        """What clients are told to ask for further addresses; usually none."""
        return self._rtc.ice_servers

    def screens(self, who: Principal) -> list[ScreenStatus]:
        """Return every screen that is shared, or was."""
        who.require(Permission.VIEW)
        return self._screens.all()

    async def watch_head(self, who: Principal, wall_id: str, head_id: str, sdp: str) -> Opened:
        """Send a head (or the canvas) to whoever offers; raises as :meth:`RtcControl.watch` does."""
        address = self._service.watch_head(who, wall_id, head_id)
        offer = WatchOffer((StreamAt(str(address.path), address.stream, True),), None, sdp)
        return await self._rtc.watch(who, Watched(wall_id, head_id), offer)

    async def watch_camera(self, who: Principal, camera_id: str, stream: str, sdp: str) -> Opened:
        """Send a camera to whoever offers: ``stream``, or the largest it has for ``""``.

        Raises :class:`AccessRefusedError` for one with privacy masks.
        """
        who.require(Permission.VIEW)
        camera = self._board.camera(camera_id)
        if self._board.masks(camera_id):
            raise AccessRefusedError(
                "camera {id!r} has privacy masks, which its streams would show; watch it on a wall",
                id=camera_id,
            )
        names = [name for name in StreamName if camera.address(name)]
        wanted = stream or names[0]
        if wanted not in names:
            raise InvalidError(
                "camera {id!r} has {streams}", id=camera_id, streams=", ".join(names), field="stream"
            )
        picture = StreamAt(str(self._packet_path(camera_id)), f"camera/{camera_id}/{wanted}")
        return await self._rtc.watch(who, Watched(camera=camera_id), WatchOffer((picture,), None, sdp))

    async def publish_screen(self, who: Principal, screen_id: str, name: str, sdp: str) -> Opened:
        """Take a screen from whoever offers; raises as :meth:`ScreenShares.share` does."""
        with audited(self._audit, who, Permission.SHARE, "screen.share", screen_id, name):
            share = check(ScreenShare, screen=screen_id, name=name or screen_id)
            return await self._shares.share(who, share.screen, share.name, sdp)

    async def trickle(self, who: Principal, session_id: str, fragment: str) -> None:
        """Take further candidates of a session of one's own; raises :class:`NotFoundError`."""
        await self._rtc.trickle(self._own(who, session_id), fragment)

    def end(self, who: Principal, session_id: str) -> None:
        """End a session of one's own; raises :class:`NotFoundError`."""
        session = self._own(who, session_id)
        if screen := screen_of(session):
            with audited(self._audit, who, None, "screen.end", screen):
                self._rtc.end(session)
        else:
            self._rtc.end(session)

    def _own(self, who: Principal, session_id: str) -> RtcSession:
        session = self._rtc.session(session_id)
        if session.by.name != who.name and not who.outranks(session.by):
            raise NotFoundError("this session is over; ask anew")
        return session
