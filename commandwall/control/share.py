"""The share process as the control plane sees it: what it serves by RTSP, and whether it does."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable

from commandwall.base.sentence import Sentence
from commandwall.control.feeds import Feeds
from commandwall.control.state import CameraBoard
from commandwall.control.walls import WallControl
from commandwall.ipc.channel import Received
from commandwall.ipc.messages import ConfigureShare, ShareReport, ShareRoute, ShareRoutes, ShareWatcher
from commandwall.model.camera import Camera, StreamName
from commandwall.model.head import place_of
from commandwall.settings.site import Credential, RtspSettings
from commandwall.workers.worker import Worker

log = logging.getLogger(__name__)


class ShareControl:
    """Keeps the share process. Belongs to the control plane's event loop.

    A camera with privacy masks is not served: its streams are passed on as they come, and would show
    what the masks cover.
    """

    def __init__(
        self, rtsp: RtspSettings, board: CameraBoard, feeds: Feeds, walls: Collection[WallControl]
    ) -> None:
        self._rtsp = rtsp
        self._board = board
        self._feeds = feeds
        self._walls = walls
        self._clients = 0
        self._reason = ""
        self.worker = Worker(
            "share",
            "share",
            "commandwall.outputs.worker",
            on_ready=self._ready,
            on_message=self._hear,
            on_down=self._down,
        )

    def clients(self) -> int:
        """How many clients are connected; none while the process is down."""
        return self._clients

    def fault(self) -> Sentence | None:
        """Return why nothing can be shared although the process is up; ``None`` while all can."""
        if not self._reason:
            return None
        return Sentence(
            "nothing is shared by RTSP, rtsp.listen {address}: {reason}; it is tried again",
            address=self._rtsp.listen,
            reason=self._reason,
        )

    def cameras_changed(self) -> None:
        """Serve the cameras that there are now."""
        self.worker.post(ShareRoutes(self._routes()))

    def _routes(self) -> tuple[ShareRoute, ...]:
        whole = (camera for camera in self._board.cameras() if not self._board.masks(camera.id))
        return (*_camera_routes(whole, self._feeds), *_head_routes(self._walls))

    def _ready(self, worker: Worker) -> None:
        listen = self._rtsp.listen
        worker.post(ConfigureShare(listen.host, listen.port, _watchers(self._rtsp), self._routes()))

    def _hear(self, _: Worker, received: Received) -> None:
        if isinstance(received.message, ShareReport):
            self._clients = received.message.clients
            if received.message.fault != self._reason:
                self._take_reason(received.message.fault)
                log.warning("%s", self.fault() or "RTSP is shared now")

    def _down(self, _: Worker) -> None:
        self._clients = 0
        self._take_reason("")

    def _take_reason(self, reason: str) -> None:
        self._reason = reason
        status, fault = self.worker.status, self.fault()
        status.note, status.note_zh = (str(fault), fault.zh) if fault else ("", "")


def _camera_routes(cameras: Iterable[Camera], feeds: Feeds) -> Iterable[ShareRoute]:
    for camera in cameras:
        for stream in StreamName:
            if camera.enabled and camera.address(stream):
                packets = str(feeds.packet_path(camera.id))
                pictures = f"camera/{camera.id}/{stream}"
                sound = f"{pictures}/audio" if camera.audio else ""
                yield ShareRoute(f"/cameras/{camera.id}/{stream}", packets, pictures, sound)


def _head_routes(walls: Iterable[WallControl]) -> Iterable[ShareRoute]:
    for wall in walls:
        for head in wall.wall.heads:
            path = _head_path(place_of(wall.wall.id, head.id))
            yield ShareRoute(path, str(wall.packet_path), f"head/{head.id}")


def _head_path(place: str) -> str:
    """Return where the head ``WALL/HEAD`` is served."""
    return f"/walls/{place}"


def _watchers(rtsp: RtspSettings) -> tuple[ShareWatcher, ...]:
    """Return who may watch what; nobody where everybody may watch everything."""
    if rtsp.credential is None:
        return ()
    paths: dict[Credential, tuple[str, ...]] = {rtsp.credential: ()}
    for place, credential in rtsp.heads.items():
        paths[credential] = (*paths.get(credential, ()), _head_path(place))
    return tuple(ShareWatcher(one.user, one.password, theirs) for one, theirs in paths.items())
