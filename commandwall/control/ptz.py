"""Operating cameras: pan, tilt, zoom and picture settings, by one person at a time.

Three things end a movement that nobody steers any more: this daemon, ``HOLD_S`` after its last answer to a
``move``; the camera itself, a little later, should this daemon be gone; and whoever takes over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

from commandwall.base.clock import monotonic_s
from commandwall.base.errors import (
    CommandwallError,
    HeldError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from commandwall.base.tasks import spawn
from commandwall.control.changes import PtzCommand, PtzVerb
from commandwall.control.documents import LeaseDocument, PtzDocument
from commandwall.control.lease import LEASE_S, Lease
from commandwall.control.onvif_link import OnvifLink
from commandwall.control.roles import Principal
from commandwall.model.camera import Camera
from commandwall.onvif.camera import OnvifCamera
from commandwall.onvif.imaging import Imaging, Setting
from commandwall.onvif.ptz import Position, Ptz
from commandwall.settings.site import Credential

log = logging.getLogger(__name__)

HOLD_S = 1.5
"""A movement goes on for so long after the answer to a ``move``; whoever steers repeats it more often."""

_DEVICE_HOLD_S = 3.0
_STOP_TRIES = 3
_STOP_RETRY_S = 0.5
_LEAVE_S = 2.0
_NO_CREDENTIAL = Credential("", "")


class _Mover(NamedTuple):
    """Who moves what a seat is of, and by which camera; a movement that nobody steers is ended by that."""

    who: Principal
    camera_id: str


class _Seat:
    """What is operated, by one camera or by several that share it: whose turn it is, and who moves it."""

    def __init__(self, lease_s: float) -> None:
        self.lease = Lease(lease_s)
        self.turn = asyncio.Lock()
        self.changed = asyncio.Event()
        self.mover: _Mover | None = None
        self.move_until_s = 0.0
        self.watched = False

    @property
    def wait_s(self) -> float:
        """How long until the movement or, without one, the lease may be over."""
        held_s = self.lease.remaining_s
        return held_s if self.mover is None else min(held_s, max(0.0, self.move_until_s - monotonic_s()))

    @property
    def runs_away(self) -> bool:
        """Whether it moves and nobody steers it any more."""
        return self.mover is not None and self.wait_s <= 0

    def moved_by(self, who: Principal) -> bool:
        """Return whether ``who`` moves it now, by whichever camera."""
        return self.mover is not None and self.mover.who.name == who.name

    def document(self, camera_id: str) -> LeaseDocument:
        """Return who operates it, as the camera ``camera_id``."""
        holder = self.lease.holder
        return LeaseDocument(camera_id, holder.name if holder else "", self.lease.remaining_s)


class PtzControl:
    """All cameras with ONVIF; an async context manager, leaving which stops what moves.

    ``logins`` is looked into at each command. ``ca_file`` (PEM) vouches for cameras that speak HTTPS;
    ``""``: what the system knows does. Errors name the camera. Belongs to the control plane's event loop.
    """

    def __init__(
        self,
        camera: Callable[[str], Camera],
        logins: Mapping[str, Credential],
        publish: Callable[[str, Any], None],
        *,
        ca_file: str = "",
        lease_s: float = LEASE_S,
        hold_s: float = HOLD_S,
    ) -> None:
        self._camera = camera
        self._logins = logins
        self._publish = publish
        self._ca_file = ca_file
        self._lease_s = lease_s
        self._hold_s = hold_s
        self._links: dict[str, OnvifLink] = {}
        self._seats: dict[tuple[str, str], _Seat] = {}
        self._seat_of: dict[str, _Seat] = {}
        self._group = asyncio.TaskGroup()
        self._leaving = False

    async def __aenter__(self) -> PtzControl:
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leaving = True
        for seat in self._seats.values():
            seat.changed.set()
        await self._group.__aexit__(None, None, None)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVE_S):
                await asyncio.gather(*(self._stop(seat) for seat in self._seats.values()))
        for link in tuple(self._links.values()):
            await link.retire()

    def moves(self, who: Principal, camera_id: str) -> bool:
        """Return whether ``who`` moves the camera now, by itself and not by another on the same head."""
        mover = seat.mover if (seat := self._seat_of.get(camera_id)) else None
        return mover is not None and (mover.who.name, mover.camera_id) == (who.name, camera_id)

    async def state(self, camera_id: str) -> PtzDocument:
        """Return what the camera can do, where it looks and who operates it.

        Raises :class:`NotFoundError` when it cannot be moved, :class:`UnavailableError` when it
        does not answer.
        """
        seat = await self._seat(camera_id)
        async with self._talk(seat, camera_id) as device:
            ptz = _ptz(camera_id, device)
            presets, position = await ptz.presets(), await ptz.position()
        can, lease = ptz.abilities, seat.document(camera_id)
        return PtzDocument(lease, can.pan_tilt, can.zoom, can.absolute, can.home, tuple(presets), position)

    async def command(self, who: Principal, camera_id: str, command: PtzCommand) -> LeaseDocument:
        """Do what ``who`` asks, who has the lease from then on.

        Raises as :meth:`state` does, :class:`HeldError` when somebody else has the lease, and
        :class:`InvalidError` for what the camera does not take.
        """
        if command.verb is PtzVerb.RELEASE:
            return await self._release(camera_id, who)
        seat = await self._seat(camera_id)
        async with self._operate(seat, camera_id, who) as device:
            await self._do(seat, _Mover(who, camera_id), _ptz(camera_id, device), command)
        return seat.document(camera_id)

    async def imaging(self, camera_id: str) -> dict[str, Setting]:
        """Return the picture settings of the camera; raises as :meth:`state` does."""
        async with self._talk(await self._seat(camera_id), camera_id) as device:
            return await _imaging(camera_id, device).settings()

    async def set_imaging(self, who: Principal, camera_id: str, wanted: Mapping[str, float]) -> None:
        """Change picture settings; raises as :meth:`command` does."""
        async with self._operate(await self._seat(camera_id), camera_id, who) as device:
            await _imaging(camera_id, device).change(wanted)

    async def _link(self, camera_id: str) -> OnvifLink:
        """Return what reaches the camera, as it is configured now."""
        camera = self._camera(camera_id)
        if not camera.operable:
            raise NotFoundError(
                "camera {id!r} has no onvif address in the configuration, or is disabled",
                id=camera_id,
            )
        login = self._logins.get(camera.credentials or "", _NO_CREDENTIAL)
        link = self._links.get(camera_id)
        if link is None or (link.camera, link.credential) != (camera, login):
            old, link = link, OnvifLink(camera, login, self._ca_file)
            self._links[camera_id] = link
            if old is not None:
                await old.retire()
        return link

    async def _seat(self, camera_id: str) -> _Seat:
        """Return what the camera operates, which only its device knows."""
        link = await self._link(camera_id)
        try:
            device = await link.device()
        except CommandwallError as error:
            raise await _failed(link, error) from error
        key = link.camera.onvif_url or "", device.operated
        seat = self._seats.get(key)
        if seat is None:
            seat = self._seats[key] = _Seat(self._lease_s)
        self._seat_of[camera_id] = seat
        return seat

    @asynccontextmanager
    async def _talk(self, seat: _Seat, camera_id: str) -> AsyncIterator[OnvifCamera]:
        """Wait for the turn and yield the camera; one that fails is asked anew next time."""
        async with seat.turn:
            link = self._links[camera_id]
            try:
                yield await link.device()
            except (InvalidError, NotFoundError, HeldError):
                raise
            except CommandwallError as error:
                raise await _failed(link, error) from error

    @asynccontextmanager
    async def _operate(self, seat: _Seat, camera_id: str, who: Principal) -> AsyncIterator[OnvifCamera]:
        """Take the lease for ``who``, end what others move, and yield the camera."""
        self._take(seat, camera_id, who)
        async with self._talk(seat, camera_id) as device:
            # Again: it may have been taken over while this waited for its turn.
            self._take(seat, camera_id, who)
            if seat.mover is not None and not seat.moved_by(who):
                await _ptz(camera_id, device).stop()
                seat.mover = None
            yield device

    async def _do(self, seat: _Seat, mover: _Mover, ptz: Ptz, command: PtzCommand) -> None:
        pan, tilt, zoom = (axis or 0.0 for axis in (command.pan, command.tilt, command.zoom))
        match command.verb:
            case PtzVerb.MOVE:
                # Before it is sent: what fails half-way may be moving all the same.
                self._hold(seat, mover)
                await ptz.move(pan, tilt, zoom, _DEVICE_HOLD_S)
                # And from the answer, before which nobody can repeat it: some devices take seconds.
                self._hold(seat, mover)
                return
            case PtzVerb.STOP:
                await ptz.stop()
            case PtzVerb.GOTO:
                await ptz.go_to(await _target(ptz, command))
            case PtzVerb.HOME:
                await ptz.go_home()
            case PtzVerb.PRESET:
                await ptz.go_to_preset(command.preset or "")
        seat.mover = None

    def _hold(self, seat: _Seat, mover: _Mover) -> None:
        """Let a movement go on from now for as long as whoever steers it may be silent."""
        seat.mover, seat.move_until_s = mover, monotonic_s() + self._hold_s
        seat.changed.set()

    async def _release(self, camera_id: str, who: Principal) -> LeaseDocument:
        await self._link(camera_id)
        seat = self._seat_of.get(camera_id)
        if seat is None:
            return LeaseDocument(camera_id, "", 0.0)
        if seat.moved_by(who):
            await self._stop(seat)
        seat.lease.release(who)
        seat.changed.set()
        return seat.document(camera_id)

    def _take(self, seat: _Seat, camera_id: str, who: Principal) -> None:
        """Give the lease to ``who``, and watch the camera from now until nobody operates it."""
        if seat.lease.take(who, camera_id):
            self._tell(seat)
        seat.changed.set()
        if not seat.watched:
            seat.watched = True
            spawn(self._group, self._watch_until_free(seat), f"ptz-{camera_id}")

    async def _watch_until_free(self, seat: _Seat) -> None:
        while not self._leaving and (seat.mover is not None or seat.lease.holder is not None):
            seat.changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(seat.wait_s):
                    await seat.changed.wait()
            if seat.runs_away:
                await self._stop(seat, unless_steered=True)
        seat.watched = False
        self._tell(seat)

    def _tell(self, seat: _Seat) -> None:
        """Publish who operates it now, for each camera that does."""
        for camera_id in [each for each, shared in self._seat_of.items() if shared is seat]:
            self._publish("ptz", {"ptz": seat.document(camera_id)})

    async def _stop(self, seat: _Seat, *, unless_steered: bool = False) -> None:
        """End a movement; a camera that does not answer is told a few times, then it is its own to stop."""
        for _ in range(_STOP_TRIES):
            if seat.mover is None:
                return
            camera_id = seat.mover.camera_id
            try:
                async with self._talk(seat, camera_id) as device:
                    if seat.runs_away or not unless_steered:
                        await _ptz(camera_id, device).stop()
                        seat.mover = None
                    return
            except CommandwallError as error:
                log.warning("stop not done: %s", error)
                await asyncio.sleep(_STOP_RETRY_S)
        seat.mover = None


async def _failed(link: OnvifLink, error: CommandwallError) -> UnavailableError:
    """Forget the device, and return what went wrong, with the camera that it is of."""
    await link.close()
    return UnavailableError("camera {id!r}: {error}", id=link.camera.id, error=error)


def _ptz(camera_id: str, device: OnvifCamera) -> Ptz:
    if device.ptz_fault is not None:
        raise UnavailableError("PTZ: {error}", error=device.ptz_fault)
    if device.ptz is None:
        raise NotFoundError("camera {id!r} has no PTZ: it cannot be moved", id=camera_id)
    return device.ptz


def _imaging(camera_id: str, device: OnvifCamera) -> Imaging:
    if device.imaging is None:
        raise NotFoundError("camera {id!r} has no picture settings", id=camera_id)
    return device.imaging


async def _target(ptz: Ptz, command: PtzCommand) -> Position:
    """Return where ``goto`` leads; axes that it leaves out stay as they are."""
    if not ptz.abilities.absolute:
        raise InvalidError("cannot go to a position on this camera; use move or a preset", field="verb")
    if None not in (command.pan, command.tilt, command.zoom):
        return Position(command.pan or 0.0, command.tilt or 0.0, command.zoom or 0.0)
    now = await ptz.position()
    if now is None:
        raise InvalidError("needs pan, tilt and zoom: the camera does not tell its position", field="verb")
    return Position(
        now.pan if command.pan is None else command.pan,
        now.tilt if command.tilt is None else command.tilt,
        now.zoom if command.zoom is None else command.zoom,
    )
