"""What is drawn over pictures: every operation on it, authorised, applied and audited."""

from __future__ import annotations

from collections.abc import Mapping

from commandwall.base.errors import NotFoundError
from commandwall.control.alarms import Alarms
from commandwall.control.audit import AuditLog
from commandwall.control.audited import audited
from commandwall.control.dress import WallDress
from commandwall.control.masking import Masking
from commandwall.control.overlay_documents import AlarmDocument, MasksDocument, OverlaysDocument
from commandwall.control.roles import Permission, Principal
from commandwall.model.masks import Masks
from commandwall.model.overlays import Alarm, Banner, Labels


class Decor:
    """Alarms, banners, labels and privacy masks. Belongs to the control plane's event loop.

    Each operation takes the principal first and raises :class:`AccessRefusedError` if its role does
    not include it.
    """

    def __init__(
        self, alarms: Alarms, dresses: Mapping[str, WallDress], masking: Masking, audit: AuditLog
    ) -> None:
        self._alarms, self._dresses, self._masking, self._audit = alarms, dresses, masking, audit

    def alarms(self, who: Principal) -> list[AlarmDocument]:
        """Return all alarms, the oldest first."""
        who.require(Permission.VIEW)
        return self._alarms.all()

    def raise_alarm(self, who: Principal, camera_id: str, alarm: Alarm) -> AlarmDocument:
        """Raise an alarm of a camera, or change it; raises :class:`NotFoundError`."""
        detail = f"{alarm.level} {alarm.text}".rstrip()
        with audited(self._audit, who, Permission.OPERATE, "camera.alarm", camera_id, detail):
            return self._alarms.raise_alarm(camera_id, alarm, who.name)

    def clear_alarm(self, who: Principal, camera_id: str) -> None:
        """End an alarm; raises :class:`NotFoundError` when there is none."""
        with audited(self._audit, who, Permission.OPERATE, "camera.alarm.clear", camera_id):
            self._alarms.clear(camera_id)

    def overlays(self, who: Principal, wall_id: str) -> OverlaysDocument:
        """Return what is drawn over a wall; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return self._dress(wall_id).document()

    def labels(self, who: Principal, wall_id: str) -> Labels:
        """Return what the tiles of a wall say; raises :class:`NotFoundError`."""
        return self.overlays(who, wall_id).labels

    def set_labels(self, who: Principal, wall_id: str, labels: Labels) -> OverlaysDocument:
        """Change what the tiles of a wall say; raises :class:`NotFoundError`."""
        detail = " ".join(f"{name}={getattr(labels, name)}" for name in Labels.__slots__)
        with audited(self._audit, who, Permission.OPERATE, "wall.labels", wall_id, detail):
            return self._dress(wall_id).set_labels(labels)

    def set_banner(self, who: Principal, wall_id: str, banner: Banner) -> OverlaysDocument:
        """Show words across the top of a wall; raises :class:`NotFoundError`."""
        detail = f"{banner.level}: {banner.text}"
        with audited(self._audit, who, Permission.OPERATE, "wall.banner", wall_id, detail):
            return self._dress(wall_id).set_banner(banner)

    def clear_banner(self, who: Principal, wall_id: str) -> OverlaysDocument:
        """Take the words off a wall; raises :class:`NotFoundError`."""
        with audited(self._audit, who, Permission.OPERATE, "wall.banner.clear", wall_id):
            return self._dress(wall_id).set_banner(None)

    def masks(self, who: Principal, camera_id: str) -> MasksDocument:
        """Return the privacy masks of a camera; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return self._masking.document(camera_id)

    async def set_masks(self, who: Principal, camera_id: str, masks: Masks) -> MasksDocument:
        """Cover ``masks`` of a camera and nothing else; raises as :meth:`Masking.set` does."""
        detail = f"{len(masks)} masks"
        with audited(self._audit, who, Permission.CAMERAS, "camera.masks", camera_id, detail):
            return await self._masking.set(camera_id, masks)

    async def reset_masks(self, who: Principal, camera_id: str) -> MasksDocument:
        """Cover what the configuration says; raises as :meth:`Masking.reset` does."""
        with audited(self._audit, who, Permission.CAMERAS, "camera.masks.reset", camera_id):
            return await self._masking.reset(camera_id)

    def _dress(self, wall_id: str) -> WallDress:
        try:
            return self._dresses[wall_id]
        except KeyError:
            raise NotFoundError("no wall is called {id!r}", id=wall_id) from None
