"""Privacy masks: those of the configuration, and those that were set since, which take their place."""

from __future__ import annotations

import asyncio
from typing import Protocol

from commandwall.base.errors import NotFoundError
from commandwall.control.overlay_documents import MaskDocument, MaskRecord, MasksDocument
from commandwall.control.records import Records
from commandwall.control.state import CameraBoard
from commandwall.model.masks import Masks


class Masked(Protocol):
    """Where cameras are shown. Implemented by :class:`Plant`."""

    @property
    def board(self) -> CameraBoard:
        """All cameras that there are."""

    def masks_changed(self, camera_id: str) -> None:
        """Show and share the camera under its masks as they are now."""


class Masking:
    """Sets masks: on disk first, so that nothing is uncovered by a restart.

    Belongs to the control plane's event loop; changes take their turns.
    """

    def __init__(self, plant: Masked, records: Records[MaskRecord]) -> None:
        self._plant = plant
        self._records = records
        self._turn = asyncio.Lock()

    async def restore(self) -> None:
        """Take up the masks that were set before the restart, before anything is shown.

        Raises :class:`StoreError`.
        """
        for camera_id, record in (await self._records.load()).items():
            self._plant.board.set_masks(camera_id, record.masks)

    def document(self, camera_id: str) -> MasksDocument:
        """Return the masks of a camera; raises :class:`NotFoundError`."""
        board = self._plant.board
        masks = tuple(MaskDocument(mask.points) for mask in board.masks(camera_id))
        return MasksDocument(camera_id, not board.masks_set(camera_id), masks)

    async def set(self, camera_id: str, masks: Masks) -> MasksDocument:
        """Cover ``masks`` and nothing else; raises :class:`NotFoundError`, :class:`StoreError`."""
        async with self._turn:
            self._plant.board.camera(camera_id)
            await self._records.save(camera_id, MaskRecord(masks))
            return self._changed(camera_id, masks)

    async def reset(self, camera_id: str) -> MasksDocument:
        """Cover what the configuration says; raises :class:`NotFoundError` where nothing else was set."""
        async with self._turn:
            self._plant.board.camera(camera_id)
            if not self._plant.board.masks_set(camera_id):
                raise NotFoundError("camera {id!r} has no masks but those of its configuration", id=camera_id)
            await self._records.remove(camera_id)
            return self._changed(camera_id, None)

    def _changed(self, camera_id: str, masks: Masks | None) -> MasksDocument:
        self._plant.board.set_masks(camera_id, masks)
        self._plant.masks_changed(camera_id)
        return self.document(camera_id)
