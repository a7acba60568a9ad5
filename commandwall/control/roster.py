"""The roster: cameras and credentials that come, change and go while the daemon runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from commandwall.base.errors import InvalidError
from commandwall.control.camera_store import CameraStore
from commandwall.control.problem import FieldFault, FieldsError
from commandwall.control.sheet_import import ImportReport, Known, plan_import
from commandwall.control.state import CameraBoard
from commandwall.control.vault import Vault
from commandwall.model.camera import Area, Camera
from commandwall.settings.checks import Located, camera_of, cameras_of, entry_of
from commandwall.settings.faults import Fault, Loc, path_of
from commandwall.settings.schema import CameraEntry
from commandwall.settings.site import Credential

log = logging.getLogger(__name__)


class Installation(Protocol):
    """Where cameras are received and shown. Implemented by :class:`Plant`."""

    @property
    def board(self) -> CameraBoard:
        """All cameras that there are."""

    def install(self, cameras: Iterable[Camera]) -> None:
        """Take in new and changed cameras."""

    def uninstall(self, camera_id: str) -> None:
        """Forget a camera."""

    def sign_in_anew(self, credential: str) -> None:
        """Open the cameras that use ``credential`` again."""


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """How a camera is set up; ``configured`` ones stand in the configuration and are changed there."""

    configured: bool
    camera: CameraEntry


@dataclass(frozen=True, slots=True)
class CredentialDocument:
    """A credential set as the API shows it: neither user nor password. ``cameras`` use it."""

    name: str
    configured: bool
    cameras: int


class Roster:
    """Adds, changes and removes cameras and their credentials: on disk first, then in the daemon.

    Nothing has changed when a method raises. Belongs to the control plane's event loop; changes
    take their turns.
    """

    def __init__(
        self,
        plant: Installation,
        configured: Iterable[Camera],
        areas: Iterable[Area],
        store: CameraStore,
        vault: Vault,
    ) -> None:
        self._plant = plant
        self._configured = frozenset(camera.id for camera in configured)
        self._areas = frozenset(area.id for area in areas)
        self._store = store
        self._vault = vault
        self._turn = asyncio.Lock()

    # ---- cameras

    def settings(self, camera_id: str) -> CameraSettings:
        """Return how a camera is set up; raises :class:`NotFoundError`."""
        return CameraSettings(camera_id in self._configured, entry_of(self._plant.board.camera(camera_id)))

    async def add(self, entry: CameraEntry) -> None:
        """Add a camera; raises :class:`InvalidError`, :class:`StoreError`."""
        async with self._turn:
            if any(camera.id == entry.id for camera in self._plant.board.cameras()):
                raise InvalidError("there is already a camera {id!r}", id=entry.id, field="id")
            self._check(entry)
            await self._put([entry])

    async def change(self, camera_id: str, entry: CameraEntry) -> None:
        """Set up an added camera anew; raises as :meth:`add` does, and :class:`NotFoundError`."""
        async with self._turn:
            self._check_added(camera_id)
            if entry.id != camera_id:
                raise InvalidError(
                    "must be {id!r} as in the path: an id is for good", id=camera_id, field="id"
                )
            self._check(entry)
            await self._put([entry])

    async def remove(self, camera_id: str) -> None:
        """Remove an added camera; raises as :meth:`change` does."""
        async with self._turn:
            self._check_added(camera_id)
            await self._store.remove(camera_id)
            self._plant.uninstall(camera_id)

    async def import_sheet(self, data: bytes, *, dry_run: bool) -> ImportReport:
        """Add and change the cameras of a spreadsheet, CSV or XLSX, except lines with faults.

        Raises :class:`FieldsError` where nothing of it can be read, :class:`StoreError`.
        """
        async with self._turn:
            cameras = {camera.id: camera for camera in self._plant.board.cameras()}
            known = Known(self._areas, frozenset(self._vault), cameras, self._configured)
            plan = await asyncio.to_thread(plan_import, data, known)
            if plan.entries and not dry_run:
                await self._put(plan.entries)
            return plan.report(dry_run=dry_run)

    def _check(self, entry: CameraEntry) -> None:
        faults: list[Fault] = []
        cameras_of([Located(_Request(), entry)], self._areas, self._vault, faults)
        if faults:
            raise FieldsError([FieldFault.of(fault.field, fault.message) for fault in faults])

    def _check_added(self, camera_id: str) -> None:
        self._plant.board.camera(camera_id)
        if camera_id in self._configured:
            raise InvalidError("camera {id!r} stands in the configuration; change it there", id=camera_id)

    async def _put(self, entries: Sequence[CameraEntry]) -> None:
        await self._store.save(entries)
        self._plant.install([camera_of(entry) for entry in entries])

    # ---- credentials

    def credentials(self) -> list[CredentialDocument]:
        """Return every credential set, without what it holds."""
        users = [camera.credentials for camera in self._plant.board.cameras()]
        return [
            CredentialDocument(name, self._vault.is_configured(name), users.count(name))
            for name in self._vault
        ]

    async def add_credentials(self, name: str, credential: Credential) -> None:
        """Keep a new credential set; raises :class:`InvalidError`, :class:`StoreError`."""
        async with self._turn:
            await self._vault.add(name, credential)
            self._plant.sign_in_anew(name)

    async def replace_credentials(self, name: str, credential: Credential) -> None:
        """Keep another user and password, and open the cameras that use them again.

        Raises :class:`NotFoundError`, :class:`InvalidError`, :class:`StoreError`.
        """
        async with self._turn:
            await self._vault.replace(name, credential)
            self._plant.sign_in_anew(name)

    async def remove_credentials(self, name: str) -> None:
        """Forget a credential set that no camera uses; raises as :meth:`replace_credentials` does."""
        async with self._turn:
            used = [camera.id for camera in self._plant.board.cameras() if camera.credentials == name]
            if used:
                raise InvalidError(
                    "camera {id!r} uses credentials {name!r} ({count} do)",
                    id=used[0],
                    name=name,
                    count=len(used),
                )
            await self._vault.remove(name)


class _Request:
    """A camera in a request; a :class:`~commandwall.settings.faults.Place`."""

    def fault(self, loc: Loc, message: str) -> Fault:
        """Return the fault of the field at ``loc``."""
        return Fault(Path("request"), 1, path_of(loc), message)


def merge_cameras(
    configured: Iterable[Camera],
    added: Iterable[CameraEntry],
    areas: Collection[Area],
    credentials: Collection[str],
) -> list[Camera]:
    """Return the cameras to begin with, the configuration's first, whatever it has come to since.

    The configuration is right where it has a camera of the same id. A camera whose area or
    credentials it no longer has comes up all the same; the log says so.
    """
    cameras = {camera.id: camera for camera in configured}
    names = {area.id for area in areas}
    for camera in map(camera_of, added):
        if camera.id in cameras:
            log.warning("camera %s stands in the configuration: the one that was added rests", camera.id)
            continue
        if camera.area not in names:
            log.warning("added camera %s: there is no area %s any more", camera.id, camera.area)
        if camera.credentials is not None and camera.credentials not in credentials:
            log.warning(
                "added camera %s: there are no credentials %s any more", camera.id, camera.credentials
            )
        cameras[camera.id] = camera
    return list(cameras.values())
