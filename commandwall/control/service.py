"""The one service: every operation is authorised, applied and audited here, whoever calls it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from commandwall.base.errors import NotFoundError
from commandwall.control.accounts import Token, User
from commandwall.control.audit import AuditLog
from commandwall.control.audited import Note, audited
from commandwall.control.changes import ImagingChange, PtzCommand, PtzVerb
from commandwall.control.documents import LeaseDocument, PreparedDocument, PtzDocument, WallDocument
from commandwall.control.feeds import StillPicture
from commandwall.control.layout_desk import LayoutDesk
from commandwall.control.lineup import LineUps
from commandwall.control.panel_desk import PanelDesk
from commandwall.control.pins import PinStore
from commandwall.control.ports import Cameras, Place, Stills, WallPort
from commandwall.control.programme import EVENTS, Programme
from commandwall.control.ptz import PtzControl
from commandwall.control.rearranging import Rearrangement
from commandwall.control.roles import Permission, Principal, Role
from commandwall.control.roster import CameraSettings, CredentialDocument, Roster
from commandwall.control.sheet_import import ImportReport
from commandwall.control.state import CameraStatus
from commandwall.control.store import AuditLine
from commandwall.control.users import Users
from commandwall.model.camera import Area
from commandwall.model.transition import HOLD, Transition
from commandwall.model.wall import check_places
from commandwall.onvif.imaging import Setting
from commandwall.outputs.websocket import HeadAddress
from commandwall.settings.schema import CameraEntry
from commandwall.settings.site import Credential
from commandwall.workers.worker import WorkerStatus

CANVAS = "_canvas"
"""The pseudo head that is the whole canvas of a wall."""


class Service:
    """Every operation that HTTP, MQTT and the command line offer.

    Each takes the principal first and raises :class:`AccessRefusedError` if its role does not
    include the operation. A change is applied first and audited after, without waiting for a disk.
    ``layouts`` has those on layouts, ``panels`` those on data panels, ``programme`` those on scenes, tours
    and the schedule. Belongs to the control plane's event loop.
    """

    def __init__(
        self,
        place: Place,
        cameras: Cameras,
        roster: Roster,
        stills: Stills,
        walls: Mapping[str, WallPort],
        workers: Callable[[], Iterable[WorkerStatus]],
        users: Users,
        audit: AuditLog,
        ptz: PtzControl,
        layouts: LayoutDesk,
        panels: PanelDesk,
        pins: PinStore,
        programme: Programme,
    ) -> None:
        self.place = place
        self.layouts = layouts
        self.panels = panels
        self.programme = programme
        self._cameras = cameras
        self._roster = roster
        self._stills = stills
        self._walls = walls
        self._workers = workers
        self._users = users
        self._audit = audit
        self._ptz = ptz
        self._pins = pins
        self.lineups = LineUps(self._wall, self._audited)

    # ---- looking

    def areas(self, who: Principal) -> tuple[Area, ...]:
        """Return the tree of areas as a list, parents by id."""
        who.require(Permission.VIEW)
        return self.place.areas

    def cameras(self, who: Principal) -> Sequence[CameraStatus]:
        """Return every camera."""
        who.require(Permission.VIEW)
        return self._cameras.all()

    def camera(self, who: Principal, camera_id: str) -> CameraStatus:
        """Return one camera; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return self._cameras.get(camera_id)

    def walls(self, who: Principal) -> list[WallDocument]:
        """Return every wall as it is now."""
        who.require(Permission.VIEW)
        return [wall.document() for wall in self._walls.values()]

    def wall(self, who: Principal, wall_id: str) -> WallDocument:
        """Return one wall as it is now; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return self._wall(wall_id).document()

    async def camera_snapshot(self, who: Principal, camera_id: str) -> StillPicture:
        """Return the newest picture of a camera as JPEG; raises :class:`CommandwallError`."""
        who.require(Permission.VIEW)
        return await self._stills.snapshot(camera_id)

    async def wall_snapshot(self, who: Principal, wall_id: str, head: str, image_format: str) -> StillPicture:
        """Return a wall (``head`` empty) or a head of it as shown now, as ``png`` or ``jpg``."""
        who.require_head(wall_id, head)
        viewer = f"{who.name} {time.strftime('%Y-%m-%d %H:%M:%S')}"
        return await self._wall(wall_id).snapshot("" if head == CANVAS else head, image_format, viewer)

    def watch_head(self, who: Principal, wall_id: str, head_id: str) -> HeadAddress:
        """Return where a head (or :data:`CANVAS`) is to be watched; raises :class:`NotFoundError`."""
        who.require_head(wall_id, head_id)
        port = self._wall(wall_id)
        wall = port.wall
        if head_id == CANVAS:
            stream, width, height = "canvas", wall.width, wall.height
        else:
            stream, (width, height) = f"head/{head_id}", wall.head(head_id).output
        return HeadAddress(wall_id, head_id, port.packet_path, stream, wall.fps, width, height)

    def event_types(self, who: Principal) -> Collection[str]:
        """Return the types of events that may be listened to."""
        who.require(Permission.VIEW)
        types = [
            "camera",
            "wall",
            "tiles",
            "ptz",
            "screen",
            "data",
            "alarm",
            "overlays",
            "layout",
            "conference",
            "talk",
            "call",
            *EVENTS,
        ]
        types += ["recording"] * who.may(Permission.OPERATE) + ["audit"] * who.may(Permission.AUDIT)
        return types

    def workers(self, who: Principal) -> list[WorkerStatus]:
        """Return the state of every worker process."""
        who.require(Permission.DIAGNOSE)
        return list(self._workers())

    async def audit_lines(self, who: Principal, limit: int, before: int | None) -> list[AuditLine]:
        """Return audit lines, newest first, from those with an id below ``before``."""
        who.require(Permission.AUDIT)
        return await self._audit.read(limit, before)

    # ---- changing cameras

    def camera_settings(self, who: Principal, camera_id: str) -> CameraSettings:
        """Return how a camera is set up, its addresses too; raises :class:`NotFoundError`."""
        who.require(Permission.CAMERAS)
        return self._roster.settings(camera_id)

    async def add_camera(self, who: Principal, entry: CameraEntry) -> CameraStatus:
        """Add a camera; raises :class:`InvalidError`."""
        with self._audited(who, Permission.CAMERAS, "camera.add", entry.id, entry.name):
            await self._roster.add(entry)
        return self._cameras.get(entry.id)

    async def change_camera(self, who: Principal, camera_id: str, entry: CameraEntry) -> CameraStatus:
        """Set up an added camera anew; raises :class:`NotFoundError`, :class:`InvalidError`."""
        with self._audited(who, Permission.CAMERAS, "camera.change", camera_id, entry.name):
            await self._roster.change(camera_id, entry)
        return self._cameras.get(camera_id)

    async def remove_camera(self, who: Principal, camera_id: str) -> None:
        """Remove an added camera; raises :class:`NotFoundError`, :class:`InvalidError`."""
        with self._audited(who, Permission.CAMERAS, "camera.remove", camera_id):
            await self._roster.remove(camera_id)

    async def import_cameras(self, who: Principal, data: bytes, *, dry_run: bool) -> ImportReport:
        """Add and change cameras from a spreadsheet; raises :class:`InvalidError` if it is none."""
        with self._audited(who, Permission.CAMERAS, "camera.import", "spreadsheet") as note:
            report = await self._roster.import_sheet(data, dry_run=dry_run)
            note.detail = f"dry run: {report.summary}" if dry_run else report.summary
        return report

    def credentials(self, who: Principal) -> list[CredentialDocument]:
        """Return the names of all credential sets, and how many cameras use each."""
        who.require(Permission.CAMERAS)
        return self._roster.credentials()

    async def add_credentials(self, who: Principal, name: str, credential: Credential) -> None:
        """Keep a credential set for cameras; raises :class:`InvalidError`."""
        with self._audited(who, Permission.CAMERAS, "credentials.add", name):
            await self._roster.add_credentials(name, credential)

    async def replace_credentials(self, who: Principal, name: str, credential: Credential) -> None:
        """Replace what an added set holds; raises :class:`NotFoundError`, :class:`InvalidError`."""
        with self._audited(who, Permission.CAMERAS, "credentials.replace", name):
            await self._roster.replace_credentials(name, credential)

    async def remove_credentials(self, who: Principal, name: str) -> None:
        """Remove an added set that no camera uses; raises as :meth:`replace_credentials` does."""
        with self._audited(who, Permission.CAMERAS, "credentials.remove", name):
            await self._roster.remove_credentials(name)

    # ---- changing walls

    def set_layout(
        self,
        who: Principal,
        wall_id: str,
        layout_id: str,
        sources: Sequence[str] | None,
        expected_revision: int | None = None,
        transition: Transition = HOLD,
    ) -> WallDocument:
        """Change what a wall shows, and how it goes there.

        Raises :class:`NotFoundError`, :class:`InvalidError` or :class:`StaleError`; nothing has
        changed then.
        """
        shown = "" if sources is None else f": {', '.join(sources)}"
        with self._audited(who, Permission.OPERATE, "wall.layout", wall_id, f"{layout_id}{shown}"):
            return self._wall(wall_id).set_layout(layout_id, sources, expected_revision, transition)

    def prepare(
        self, who: Principal, wall_id: str, layout_id: str, sources: Sequence[str] | None, *, dry_run: bool
    ) -> PreparedDocument:
        """Say what :meth:`set_layout` would cost, and open ahead what it would need, unless ``dry_run``.

        It leaves no line in the audit log: nothing is seen of it. Raises :class:`NotFoundError` or
        :class:`InvalidError`.
        """
        who.require(Permission.OPERATE)
        return self._wall(wall_id).prepare(layout_id, sources, dry_run=dry_run)

    def set_cell(
        self, who: Principal, wall_id: str, cell: str, source: str, expected_revision: int | None = None
    ) -> WallDocument:
        """Change one cell of a wall; raises as :meth:`set_layout` does."""
        with self._audited(who, Permission.OPERATE, "wall.cell", wall_id, f"{cell}: {source}"):
            return self._wall(wall_id).set_cell(cell, source, expected_revision)

    def rearrange(
        self, who: Principal, wall_id: str, change: Rearrangement, expected_revision: int | None = None
    ) -> WallDocument:
        """Change in any other way what a wall shows; raises as :meth:`set_layout` does."""
        with self._audited(who, Permission.OPERATE, change.action, wall_id, str(change)):
            return self._wall(wall_id).rearrange(change, expected_revision)

    async def pin(self, who: Principal, wall_id: str, cell: str, *, pinned: bool) -> WallDocument:
        """Pin what a cell shows, or let it go; it is kept over restarts.

        Raises :class:`NotFoundError`, :class:`InvalidError` for an empty cell, or :class:`StoreError`.
        """
        with self._audited(who, Permission.OPERATE, f"wall.{'pin' if pinned else 'unpin'}", wall_id, cell):
            wall = self._wall(wall_id)
            document = wall.pin(cell, pinned=pinned)
            await self._pins.save(wall_id, wall.pinned)
        return document

    # ---- operating cameras

    async def ptz(self, who: Principal, camera_id: str) -> PtzDocument:
        """Return what a camera can be made to do; raises as :meth:`PtzControl.state` does."""
        who.require(Permission.VIEW)
        return await self._ptz.state(camera_id)

    async def operate(self, who: Principal, camera_id: str, command: PtzCommand) -> LeaseDocument:
        """Make a camera do something; raises as :meth:`PtzControl.command` does.

        One movement is one line of the audit log, however often it is prolonged and steered.
        """
        if command.verb is PtzVerb.MOVE and self._ptz.moves(who, camera_id):
            who.require(Permission.OPERATE)
            return await self._ptz.command(who, camera_id, command)
        with self._audited(who, Permission.OPERATE, "camera.ptz", camera_id, str(command)):
            return await self._ptz.command(who, camera_id, command)

    async def imaging(self, who: Principal, camera_id: str) -> dict[str, Setting]:
        """Return a camera's picture settings; raises as :meth:`PtzControl.state` does."""
        who.require(Permission.VIEW)
        return await self._ptz.imaging(camera_id)

    async def set_imaging(self, who: Principal, camera_id: str, change: ImagingChange) -> None:
        """Change a camera's picture settings; raises as :meth:`PtzControl.command` does."""
        wanted = change.wanted()
        detail = " ".join(f"{name}={value:g}" for name, value in wanted.items())
        with self._audited(who, Permission.OPERATE, "camera.imaging", camera_id, detail):
            await self._ptz.set_imaging(who, camera_id, wanted)

    # ---- signing in

    async def sign_in(self, name: str, password: str, address: str) -> str:
        """Return the secret of a new session; raises as :meth:`Users.sign_in` does."""
        who = Principal(name[:64], Role.VIEWER)
        with self._audited(who, None, "session.open", address):
            return await self._users.sign_in(name, password, address)

    async def sign_out(self, who: Principal, secret: str) -> None:
        """End a session."""
        with self._audited(who, None, "session.close", ""):
            await self._users.sign_out(secret)

    async def by_session(self, secret: str) -> Principal:
        """Return who signed in under ``secret``; raises :class:`NotSignedInError`."""
        return await self._users.by_session(secret)

    async def by_token(self, secret: str) -> Principal:
        """Return the program that has a token; raises :class:`NotSignedInError`."""
        return await self._users.by_token(secret)

    async def confirm(self, who: Principal) -> None:
        """Raise :class:`NotSignedInError` if the session or token that ``who`` depends on holds no more."""
        await self._users.confirm(who)

    # ---- accounts

    async def users(self, who: Principal) -> list[User]:
        """Return all users."""
        who.require(Permission.ACCOUNTS)
        return await self._users.users()

    async def add_user(self, who: Principal, name: str, role: Role, password: str) -> None:
        """Add a user; raises :class:`InvalidError`."""
        with self._audited(who, Permission.ACCOUNTS, "user.add", name, role):
            await self._users.add(name, role, password)

    async def set_password(self, who: Principal, name: str, password: str) -> None:
        """Replace a user's password, whose sessions end; raises :class:`NotFoundError`."""
        with self._audited(who, Permission.ACCOUNTS, "user.password", name):
            await self._users.set_password(name, password)

    async def remove_user(self, who: Principal, name: str) -> None:
        """Remove a user; raises :class:`NotFoundError`, :class:`InvalidError` for the last administrator."""
        with self._audited(who, Permission.ACCOUNTS, "user.remove", name):
            await self._users.remove(name)

    async def tokens(self, who: Principal) -> list[Token]:
        """Return all tokens, without their secrets."""
        who.require(Permission.ACCOUNTS)
        return await self._users.tokens()

    async def create_token(
        self, who: Principal, name: str, role: Role, expires_utc_ns: int | None, heads: Sequence[str] = ()
    ) -> str:
        """Return the secret of a new token, which is for ``heads`` only if there are any.

        Raises :class:`InvalidError`.
        """
        with self._audited(who, Permission.ACCOUNTS, "token.create", name, " ".join((role, *heads))):
            check_places(heads, (port.wall for port in self._walls.values()))
            return await self._users.create_token(name, role, expires_utc_ns, heads)

    async def remove_token(self, who: Principal, name: str) -> None:
        """Make a token worthless; raises :class:`NotFoundError`."""
        with self._audited(who, Permission.ACCOUNTS, "token.remove", name):
            await self._users.remove_token(name)

    def _wall(self, wall_id: str) -> WallPort:
        try:
            return self._walls[wall_id]
        except KeyError:
            raise NotFoundError("no wall is called {id!r}", id=wall_id) from None

    def _audited(
        self, who: Principal, permission: Permission | None, action: str, target: str, detail: str = ""
    ) -> AbstractContextManager[Note]:
        return audited(self._audit, who, permission, action, target, detail)
