"""What the service needs of others, as it sees them: the place, the cameras, their pictures, the walls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from commandwall.control.documents import PreparedDocument, WallDocument
from commandwall.control.feeds import StillPicture
from commandwall.control.lineup import LineUpControl
from commandwall.control.rearranging import Rearrangement
from commandwall.control.roles import Principal
from commandwall.control.rtc import Opened, RtcSession, Watched, WatchOffer
from commandwall.control.state import CameraStatus
from commandwall.model.camera import Area
from commandwall.model.source import Source
from commandwall.model.transition import Transition
from commandwall.model.wall import Wall
from commandwall.settings.site import Language, Site


class Cameras(Protocol):
    """What the service needs of the cameras. Implemented by :class:`CameraBoard`."""

    def all(self) -> Sequence[CameraStatus]:
        """Return every camera."""

    def get(self, camera_id: str) -> CameraStatus:
        """Return one camera; raises :class:`NotFoundError`."""


class Stills(Protocol):
    """Who has the newest picture of a camera. Implemented by :class:`Feeds`."""

    async def snapshot(self, camera_id: str) -> StillPicture:
        """Return it; raises :class:`CommandwallError` when there is none."""


class WallPort(Protocol):
    """What the service needs of a wall. Implemented by :class:`WallControl`."""

    wall: Wall
    packet_path: Path
    lineup: LineUpControl

    @property
    def pinned(self) -> Collection[Source]:
        """The sources that are decoded in full before all others."""

    def document(self) -> WallDocument:
        """Return the wall as it is now."""

    def set_layout(
        self,
        layout_id: str,
        sources: Iterable[str] | None,
        expected_revision: int | None,
        transition: Transition = ...,
    ) -> WallDocument:
        """Change layout and sources, all or nothing."""

    def set_cell(self, cell_id: str, source: str, expected_revision: int | None) -> WallDocument:
        """Change one cell."""

    def rearrange(self, change: Rearrangement, expected_revision: int | None) -> WallDocument:
        """Do any other change of what is shown."""

    def prepare(self, layout_id: str, sources: Iterable[str] | None, *, dry_run: bool) -> PreparedDocument:
        """Say what a change of layout and sources would cost, and open ahead what it would need."""

    def pin(self, cell_id: str, *, pinned: bool) -> WallDocument:
        """Pin what a cell shows, or let it go."""

    async def snapshot(self, head: str, image_format: str, viewer: str) -> StillPicture:
        """Return the canvas (``head`` empty) or a head as ``png`` or ``jpg``."""


class Rtc(Protocol):
    """What WHEP and WHIP need of the rtc process. Implemented by :class:`RtcControl`."""

    @property
    def ice_servers(self) -> Sequence[str]:
        """What peers are to ask for further addresses."""

    async def watch(self, by: Principal, watched: Watched | None, offer: WatchOffer) -> Opened:
        """Send a picture and sound to whoever offers."""

    def session(self, session_id: str) -> RtcSession:
        """Return an open session; raises :class:`NotFoundError`."""

    async def trickle(self, session: RtcSession, fragment: str) -> None:
        """Pass on further candidates."""

    def end(self, session: RtcSession) -> None:
        """End a session."""


class Shares(Protocol):
    """Who takes screens. Implemented by :class:`ScreenShares`."""

    async def share(self, by: Principal, screen_id: str, name: str, sdp: str) -> Opened:
        """Receive a screen from whoever offers."""


@dataclass(frozen=True, slots=True)
class Place:
    """What does not change while the daemon runs: the centre and its areas."""

    site: Site
    language: Language
    areas: tuple[Area, ...]
