"""What is known of every camera: the board that HTTP, MQTT, metrics and the walls read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from commandwall.base.errors import NotFoundError
from commandwall.ipc.messages import FeedFigures
from commandwall.model.camera import Camera, FeedState, StreamName, feed_id
from commandwall.model.clock import ClockFigures, ClockSource
from commandwall.model.masks import Masks
from commandwall.model.overlays import AlarmLevel
from commandwall.model.reason import Reason, ReasonCode

Publish = Callable[[str, Any], None]
"""Tells everyone who listens: event type and body (a dataclass or a dict)."""


@dataclass(slots=True)
class StreamStatus:
    """One stream of a camera as the API shows it: whether it comes, why not, and what comes.

    One that nobody wants is ``disabled``, with the size it had. The counters go on through all its
    sessions, since its ingest worker started.
    """

    state: FeedState
    reason: str
    reason_zh: str
    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    bitrate_bps: float = 0.0
    loss_ratio: float = 0.0
    frames_total: int = 0
    bytes_total: int = 0
    packets_total: int = 0
    lost_packets_total: int = 0

    def explain(self, state: FeedState, reason: Reason) -> None:
        """Take over the state and why it is in it."""
        self.state, self.reason, self.reason_zh = state, reason.en, reason.zh
        if state is FeedState.DISABLED:
            self.fps = self.bitrate_bps = 0.0

    def take(self, figures: FeedFigures) -> None:
        """Take over the figures of its feed."""
        for name in ("codec", "width", "height", "fps", "bitrate_bps"):
            setattr(self, name, getattr(figures, name))
        self.frames_total, self.bytes_total = figures.frames, figures.bytes
        self.packets_total, self.lost_packets_total = figures.packets, figures.lost_packets
        self.loss_ratio = _loss_ratio((self,))


@dataclass(slots=True)
class CameraStatus:
    """One camera as the API shows it, with the names of the contract.

    What it says is of its steady stream; ``streams`` has those that there are. The counters and
    ``loss_ratio`` are of all of them, since their ingest worker started.
    ``reason`` is English, ``reason_zh`` Chinese; ``audio_fault`` is why its sound is not received.
    ``visible`` says that a wall shows it now, ``onvif`` that it has an ONVIF address that may be
    used. The figures of its clock are those of :class:`ClockFigures`. ``alarm`` is the level of its
    alarm, ``masked`` whether parts of its picture are covered.
    """

    id: str
    name: str
    area: str
    position: tuple[float, float] | None
    state: FeedState
    reason: str = ""
    reason_zh: str = ""
    codec: str = ""
    audio_codec: str = ""
    audio_fault: str = ""
    audio_fault_zh: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    bitrate_bps: float = 0.0
    keyframe_interval_s: float = 0.0
    last_frame_age_s: float = -1.0
    reconnects: int = 0
    loss_ratio: float = 0.0
    visible: bool = False
    frames_total: int = 0
    bytes_total: int = 0
    lost_packets_total: int = 0
    onvif: bool = False
    clock_source: ClockSource = ClockSource.UNKNOWN
    clock_skew_ms: float | None = None
    clock_drift_ppm: float | None = None
    alarm: AlarmLevel | None = None
    masked: bool = False
    streams: dict[StreamName, StreamStatus] = field(default_factory=dict)

    def begin_anew(self) -> None:
        """Have figures as before the first frame: nobody measures any more. What it sends is still known."""
        self.fps = self.bitrate_bps = self.keyframe_interval_s = 0.0
        self.last_frame_age_s, self.reconnects = -1.0, 0
        self.clock_source, self.clock_skew_ms, self.clock_drift_ppm = ClockSource.UNKNOWN, None, None
        self.add_up()

    def add_up(self) -> None:
        """Count what all streams have counted."""
        streams = self.streams.values()
        self.frames_total = sum(stream.frames_total for stream in streams)
        self.bytes_total = sum(stream.bytes_total for stream in streams)
        self.lost_packets_total = sum(stream.lost_packets_total for stream in streams)
        self.loss_ratio = _loss_ratio(streams)


class CameraBoard:
    """All cameras and the newest word of each. Belongs to the control plane's event loop."""

    def __init__(self, cameras: Iterable[Camera], publish: Publish) -> None:
        self._publish = publish
        self._cameras: dict[str, Camera] = {}
        self._status: dict[str, CameraStatus] = {}
        self._reasons: dict[str, Reason] = {}
        self._masks: dict[str, Masks] = {}
        self._alarms: dict[str, AlarmLevel] = {}
        self._visible: set[str] = set()
        self._by_feed: dict[str, tuple[str, StreamName]] = {}
        self._watchers: list[Callable[[str], None]] = []
        for camera in cameras:
            self._add(camera)

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Call ``watcher`` with the camera's id whenever its own state or reason changes."""
        self._watchers.append(watcher)

    def all(self) -> list[CameraStatus]:
        """Return every camera, in the order of the configuration and then of being added."""
        return list(self._status.values())

    def get(self, camera_id: str) -> CameraStatus:
        """Return one camera; raises :class:`NotFoundError`."""
        self.camera(camera_id)
        return self._status[camera_id]

    def camera(self, camera_id: str) -> Camera:
        """Return how a camera is configured; raises :class:`NotFoundError`."""
        try:
            return self._cameras[camera_id]
        except KeyError:
            raise NotFoundError("no camera is called {id!r}", id=camera_id) from None

    def area(self, camera_id: str) -> str:
        """Return where a camera hangs, ``""`` for one that is not there."""
        camera = self._cameras.get(camera_id)
        return "" if camera is None else camera.area

    def cameras(self) -> list[Camera]:
        """Return how every camera is configured."""
        return list(self._cameras.values())

    def put(self, camera: Camera) -> None:
        """Take in a camera, or how one is configured from now on, and tell it."""
        old = self._cameras.get(camera.id)
        if old is None or _feed(old, old.steady) != _feed(camera, camera.steady):
            self._forget_feeds(camera.id)
            self._add(camera)
        else:
            self._cameras[camera.id] = camera
            status = self._status[camera.id]
            status.name, status.area, status.position = camera.name, camera.area, camera.position
            status.masked = bool(self.masks(camera.id))
            self._forget_feeds(camera.id)
            known = {
                name: of for name, of in status.streams.items() if _feed(old, name) == _feed(camera, name)
            }
            status.streams = self._new_streams(camera) | known
        self._tell(camera.id)

    def remove(self, camera_id: str) -> None:
        """Forget a camera and tell it; raises :class:`NotFoundError`."""
        self.camera(camera_id)
        status = self._status[camera_id]
        self._forget_feeds(camera_id)
        del self._cameras[camera_id], self._status[camera_id], self._reasons[camera_id]
        self._publish("camera", {"camera": asdict(status), "removed": True})

    def set_alarm(self, camera_id: str, level: AlarmLevel | None) -> None:
        """Note how much is the matter with a camera, ``None`` for nothing; the camera need not be there."""
        if level is None:
            self._alarms.pop(camera_id, None)
        else:
            self._alarms[camera_id] = level
        if camera_id in self._cameras:
            self._status[camera_id].alarm = level
            self._tell(camera_id)

    def masks(self, camera_id: str) -> Masks:
        """Return the masks of a camera: those that were set, else those of its configuration.

        Raises :class:`NotFoundError`.
        """
        camera = self.camera(camera_id)
        return self._masks.get(camera_id, camera.masks)

    def masks_set(self, camera_id: str) -> bool:
        """Return whether other masks were set than those of the configuration."""
        return camera_id in self._masks

    def set_masks(self, camera_id: str, masks: Masks | None) -> None:
        """Take in the masks that were set, ``None`` for none; the camera need not be there."""
        if masks is None:
            self._masks.pop(camera_id, None)
        else:
            self._masks[camera_id] = masks
        if camera_id in self._cameras:
            self._status[camera_id].masked = bool(self.masks(camera_id))
            self._tell(camera_id)

    def reason(self, camera_id: str) -> Reason:
        """Return why the camera is in its state."""
        return self._reasons[camera_id]

    def feed_changed(self, feed: str, state: FeedState, reason: Reason) -> None:
        """Take over what ingest says of a feed."""
        known = self._by_feed.get(feed)
        if known is None:
            return  # No camera's: a shared screen, somebody in a conference.
        camera_id, stream = known
        status = self._status[camera_id]
        status.streams[stream].explain(state, reason)
        if stream is self._cameras[camera_id].steady:
            status.state = state
            self._explain(camera_id, reason)
        else:  # Its tile shows the steady one meanwhile.
            self._publish_status(camera_id)

    def worker_down(self, camera_id: str) -> None:
        """Note that the process is gone that received a camera: what it knew of its streams is too."""
        camera, status = self._cameras[camera_id], self._status[camera_id]
        status.streams = self._new_streams(camera)
        status.begin_anew()
        self.feed_changed(
            feed_id(camera_id, camera.steady), FeedState.CONNECTING, Reason(ReasonCode.WORKER_DOWN)
        )

    def feed_figures(self, figures: FeedFigures) -> bool:
        """Take over the figures of a feed; return whether the steady picture has a new size."""
        known = self._by_feed.get(figures.id)
        if known is None:
            return False
        camera_id, stream = known
        status = self._status[camera_id]
        status.streams[stream].take(figures)
        status.add_up()
        if stream is not self._cameras[camera_id].steady:
            return False
        resized = (status.width, status.height) != (figures.width, figures.height)
        for name in _SHARED:
            setattr(status, name, getattr(figures, name))
        self._take_clock(camera_id, figures.clock)
        return resized

    def set_visible(self, cameras: set[str]) -> None:
        """Note which cameras the walls show."""
        self._visible = cameras
        for camera_id, status in self._status.items():
            status.visible = camera_id in cameras

    def _take_clock(self, camera_id: str, clock: ClockFigures) -> None:
        """Take over what is known of a camera's clock; a live one that is wrong is a thing to say."""
        status = self._status[camera_id]
        status.clock_source = clock.source
        status.clock_skew_ms, status.clock_drift_ppm = clock.skew_ms, clock.drift_ppm
        said = self._reasons[camera_id].code
        if status.state is FeedState.LIVE and said is ReasonCode.NONE and clock.off:
            self._explain(camera_id, Reason(ReasonCode.CLOCK_OFF, clock.skew_words))
        elif said is ReasonCode.CLOCK_OFF and clock.right:
            self._explain(camera_id, Reason())

    def _explain(self, camera_id: str, reason: Reason) -> None:
        """Say why the camera is in its state."""
        status = self._status[camera_id]
        status.reason, status.reason_zh = reason.en, reason.zh
        self._reasons[camera_id] = reason
        self._tell(camera_id)

    def _publish_status(self, camera_id: str) -> None:
        self._publish("camera", {"camera": asdict(self._status[camera_id])})

    def _tell(self, camera_id: str) -> None:
        self._publish_status(camera_id)
        for watcher in self._watchers:
            watcher(camera_id)

    def _add(self, camera: Camera) -> None:
        streams = self._new_streams(camera)
        steady = streams[camera.steady]
        self._cameras[camera.id] = camera
        self._reasons[camera.id] = _first_reason(camera, camera.steady)
        self._status[camera.id] = CameraStatus(
            camera.id, camera.name, camera.area, camera.position,
            steady.state, steady.reason, steady.reason_zh,
            visible=camera.id in self._visible, onvif=camera.operable, alarm=self._alarms.get(camera.id),
            masked=bool(self.masks(camera.id)), streams=streams,
        )  # fmt: skip

    def _new_streams(self, camera: Camera) -> dict[StreamName, StreamStatus]:
        """Return the streams of a camera of which nothing is known yet, and listen for their feeds."""
        streams = {}
        for stream in StreamName:
            if camera.address(stream) is not None:
                self._by_feed[feed_id(camera.id, stream)] = camera.id, stream
                reason = _first_reason(camera, stream)
                opening = reason.code is ReasonCode.OPENING
                state = FeedState.CONNECTING if opening else FeedState.DISABLED
                streams[stream] = StreamStatus(state, reason.en, reason.zh)
        return streams

    def _forget_feeds(self, camera_id: str) -> None:
        for stream in StreamName:
            self._by_feed.pop(feed_id(camera_id, stream), None)


def _first_reason(camera: Camera, stream: StreamName) -> Reason:
    """Return why a stream is not live of which nothing was heard yet."""
    if not camera.enabled:
        return Reason(ReasonCode.DISABLED)
    return Reason(ReasonCode.OPENING if stream is camera.steady else ReasonCode.ON_DEMAND)


def _feed(camera: Camera, stream: StreamName) -> tuple[object, ...]:
    """Return all that a feed depends on: where it differs, what is known of the feed is old."""
    return camera.enabled, camera.credentials, camera.steady, camera.address(stream)


def _loss_ratio(streams: Collection[StreamStatus]) -> float:
    """Return the part of the packets of ``streams`` that was lost."""
    lost = sum(stream.lost_packets_total for stream in streams)
    expected = lost + sum(stream.packets_total for stream in streams)
    return lost / expected if expected else 0.0


def deserved_stream(camera: Camera, sub_size: tuple[int, int], width: int, height: int) -> StreamName:
    """Return the smallest stream that fills a tile of ``width`` x ``height`` pixels.

    ``sub_size`` is the size of the sub picture, (0, 0) where it is not known yet. A sub picture
    that must grow by more than 30 % looks soft from a leader's chair; main is fetched then.
    """
    if camera.sub is None:
        return StreamName.MAIN
    if camera.main is None:
        return StreamName.SUB
    sub_width, sub_height = sub_size if all(sub_size) else _USUAL_SUB
    grows = max(width / sub_width, height / sub_height)
    return StreamName.MAIN if grows > _GROWTH_LIMIT else StreamName.SUB


_USUAL_SUB = (640, 360)
_GROWTH_LIMIT = 1.3
_SHARED = (
    "codec",
    "audio_codec",
    "audio_fault",
    "audio_fault_zh",
    "width",
    "height",
    "fps",
    "bitrate_bps",
    "keyframe_interval_s",
    "last_frame_age_s",
    "reconnects",
)
