"""One tile's slots, and the rules by which pictures are painted into them."""

from __future__ import annotations

import threading

from commandwall.ipc.messages import TileSpec
from commandwall.ipc.slots import Arena, SlotFlag, SlotInfo, SlotWriter
from commandwall.media.decoder import DecodedPicture
from commandwall.media.masks import MaskPainter
from commandwall.media.scale import Geometry, Scaler, clear
from commandwall.model.camera import StreamName
from commandwall.model.rect import Rect

_TIMED = int(SlotFlag.TIMED)  # To add a member of an enumeration takes 1 us, at each picture.


class Tile:
    """Paints pictures of a camera into the slots of one tile.

    Two decoders may offer pictures, one for ``sub`` and one for ``main``, from two threads; a lock
    lets one paint at a time. A tile shows what it can get until it was offered a picture of the
    stream that it deserves, and from then on only that one.
    """

    def __init__(self, spec: TileSpec, arena: Arena) -> None:
        self.spec = spec
        self.shown: StreamName | None = None
        self.painted = 0
        self._writer = SlotWriter(arena, spec.index)
        self._slots = arena.slots
        self._lock = threading.Lock()
        self._scaler: Scaler | None = None
        self._masks: MaskPainter | None = None
        self._uncleared = 0
        self._arrival_ns = 0

    @property
    def settled(self) -> bool:
        """Whether the tile shows the stream that it deserves."""
        return self.shown is self.spec.stream

    def take_over(self, spec: TileSpec) -> bool:
        """Go on as ``spec``, if that is the same picture in the same slots; else return ``False``."""
        if _picture(spec) != _picture(self.spec):
            return False
        self.spec = spec
        return True

    def unsettle(self) -> None:
        """Accept any stream again: the one that the tile deserves has gone."""
        with self._lock:
            self.shown = None

    def paint(
        self, stream: StreamName, picture: DecodedPicture, flags: int, period_ns: int, epoch_ns: int = 0
    ) -> bool:
        """Scale ``picture`` into the next slot and publish it; return whether it was taken.

        ``epoch_ns`` is what turns the camera's UTC into monotonic time; 0 where its clock is not to be
        trusted. Called in a decode thread. Refused are pictures of the stream that the tile no longer
        needs, and such as are older than what it shows of another stream.
        """
        unit = picture.unit
        with self._lock:
            if self.shown is not stream:
                if self.settled or unit.arrival_ns < self._arrival_ns:
                    return False
                self.shown = stream
            self._fill(picture)
            self._arrival_ns = unit.arrival_ns
            if picture.damaged:
                flags |= SlotFlag.DAMAGED | SlotFlag.LOSS * picture.loss
            captured_ns = unit.arrival_ns
            if epoch_ns and unit.capture_utc_ns:
                captured_ns = unit.capture_utc_ns - epoch_ns
                flags |= _TIMED
            self._writer.publish(SlotInfo(unit.arrival_ns, captured_ns, picture.changed_ns, period_ns, flags))
            self.painted += 1
        return True

    def extend(self, stream: StreamName, period_ns: int) -> None:
        """Expect the next picture ``period_ns`` after the one that is shown, if that is of ``stream``.

        It never becomes less. Called on the event loop, which does not wait: a picture that is being
        painted right now has a period of its own.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self.shown is stream:
                self._writer.extend(period_ns)
        finally:
            self._lock.release()

    def _fill(self, picture: DecodedPicture) -> None:
        scaler = self._scaler
        if scaler is None or not _suits(scaler.geometry, picture):
            scaler = self._scaler = Scaler(self._geometry(picture))
            self._masks = self._mask_painter(scaler)
            self._uncleared = self._slots if scaler.bars else 0
        planes = self._writer.begin()
        if self._uncleared:
            clear(planes)
            self._uncleared -= 1
        scaler.paint(picture.planes(), planes)
        if self._masks is not None:
            self._masks.paint(planes)

    def _mask_painter(self, scaler: Scaler) -> MaskPainter | None:
        if not self.spec.masks:
            return None
        geometry = scaler.geometry
        target = Rect(0, 0, geometry.target_width, geometry.target_height)
        return MaskPainter(self.spec.masks, geometry.width, geometry.height, scaler.placement, target)

    def _geometry(self, picture: DecodedPicture) -> Geometry:
        return Geometry(
            picture.width,
            picture.height,
            picture.sar,
            picture.full_range,
            self.spec.width,
            self.spec.height,
            self.spec.aspect,
            self.spec.crop,
        )


def _picture(spec: TileSpec) -> tuple[object, ...]:
    return (
        spec.source,
        spec.arena,
        spec.index,
        spec.width,
        spec.height,
        spec.aspect,
        spec.crop,
        spec.masks,
    )


def _suits(geometry: Geometry, picture: DecodedPicture) -> bool:
    return (geometry.width, geometry.height, geometry.sar, geometry.full_range) == (
        picture.width,
        picture.height,
        picture.sar,
        picture.full_range,
    )
