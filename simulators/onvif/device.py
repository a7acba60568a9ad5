"""What one simulated device is and does: it turns, zooms, remembers presets, and tells how it stands."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from commandwall.base.clock import Clock, monotonic_s
from commandwall.onvif.ptz import Position
from simulators.places import Place

SPEED_PER_S = 0.5
"""How far an axis goes in a second at velocity 1; the whole of pan is 2 long."""

HOME = Position(0.0, 0.0, 0.0)
IMAGING = {"Brightness": 50.0, "ColorSaturation": 50.0, "Contrast": 50.0, "Sharpness": 50.0}


@dataclass(frozen=True, slots=True)
class Stream:
    """One media profile: ``encoding`` is ONVIF's name of the codec."""

    token: str
    encoding: str
    width: int
    height: int
    fps: int
    bitrate_kbps: int
    url: str


def farm_streams(base_url: str, number: int) -> tuple[Stream, Stream]:
    """Return the two streams of a camera of the farm at ``base_url``, ``rtsp://HOST:PORT``."""
    url = f"{base_url}/cam/{number:04}"
    return (
        Stream("main", "H264", 1920, 1080, 25, 4000, f"{url}/main"),
        Stream("sub", "H264", 640, 360, 15, 384, f"{url}/sub"),
    )


@dataclass(slots=True)
class Device:
    """A device. Tests read ``position``, ``moving``, ``imaging`` and ``calls`` back.

    ``with_ptz`` false makes it a fixed camera; ``ahead_s`` is how wrong its clock is; ``address``
    is the URL that its services are below, once it is served. ``others`` are further lenses or channels
    of it, each with streams and a ``source`` of its own; those with one ``node`` are moved together, as
    the first of them. Not shared between threads.
    """

    number: int
    streams: Sequence[Stream]
    name: str = "camera"
    with_ptz: bool = True
    media2: bool = True
    ahead_s: float = 0.0
    clock: Clock = monotonic_s
    presets: dict[str, tuple[str, Position]] = field(
        default_factory=lambda: {
            "1": ("路口", Position(0.5, -0.25, 0.5)),
            "2": ("大门", Position(-0.5, 0.0, 0.0)),
        }
    )
    imaging: dict[str, float] = field(default_factory=lambda: dict(IMAGING))
    calls: list[str] = field(default_factory=list)
    address: str = ""
    source: str = "video"
    node: str = "dome"
    others: Sequence[Device] = ()
    _from: Position = HOME
    _velocity: Position = HOME
    _since_s: float = 0.0
    _until_s: float = 0.0

    @property
    def channels(self) -> list[Device]:
        """It and its other lenses or channels."""
        return [self, *self.others]

    @property
    def position(self) -> Position:
        """Where it looks now."""
        moved_s = max(0.0, min(self.clock(), self._until_s) - self._since_s) * SPEED_PER_S
        start, speed = self._from, self._velocity
        return Position(
            _within(start.pan + speed.pan * moved_s, -1),
            _within(start.tilt + speed.tilt * moved_s, -1),
            _within(start.zoom + speed.zoom * moved_s, 0),
        )

    @property
    def moving(self) -> bool:
        """Whether it turns or zooms now."""
        return self._velocity != HOME and self.clock() < self._until_s

    def move(self, velocity: Position, timeout_s: float) -> None:
        """Turn and zoom at ``velocity`` (-1..1 each) until stopped, at most for ``timeout_s``."""
        self._from = self.position
        self._velocity, self._since_s = velocity, self.clock()
        self._until_s = self._since_s + timeout_s

    def stop(self) -> None:
        """Stay where it looks now."""
        self.go_to(self.position)

    def go_to(self, position: Position) -> None:
        """Be at ``position`` at once."""
        self._from, self._velocity = position, HOME


def farm_devices(places: Iterable[Place], base_url: str, fixed: Container[int] = ()) -> list[Device]:
    """Return the cameras of the farm at ``base_url`` as devices; those numbered in ``fixed`` without PTZ."""
    return [
        Device(
            place.number,
            farm_streams(base_url, place.number),
            place.name,
            with_ptz=place.number not in fixed,
        )
        for place in places
    ]


def _within(value: float, least: float) -> float:
    return max(least, min(1.0, value))
