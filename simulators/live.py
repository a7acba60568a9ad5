"""Live cameras: drawn and encoded while they are watched, with the time of drawing in the bar code."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from pathlib import Path

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, monotonic_s, utc_ns
from commandwall.rtsp.sdp import RtpFormat
from commandwall.rtsp.server_track import TrackSender
from simulators.barcode import Kind
from simulators.encoder import Encoder
from simulators.pictures import Pictures, pictures_of
from simulators.places import Place
from simulators.spec import VideoSpec
from simulators.stamp import Stamp

_NS_PER_MS = 1_000_000


def live_track(place: Place, spec: VideoSpec, clip: Path | None, threads: Executor) -> LiveTrack:
    """Return the live track of ``place``; takes long enough to be called on a thread."""
    return LiveTrack(
        pictures_of(place, spec, clip),
        Stamp(place.name, place.number, spec.width, spec.height),
        spec,
        threads,
    )


class LiveTrack:
    """A ``Track`` that encodes in real time. ``run`` is its task; drawing is done on ``threads``.

    A key frame is forced whenever somebody begins to watch, as cameras do it.
    """

    kind = "video"

    def __init__(self, pictures: Pictures, stamp: Stamp, spec: VideoSpec, threads: Executor) -> None:
        self._pictures = pictures
        self._stamp = stamp
        self._spec = spec
        self._threads = threads
        self._payload = spec.codec.payload
        self._encoder = Encoder(spec)
        self._senders: set[TrackSender] = set()
        self._watched = asyncio.Event()
        self._key_wanted = False
        self.format: RtpFormat = self._payload.format(self._draw(True)[0])

    def hold(self, sender: TrackSender) -> None:
        """Give ``sender`` nothing while it does not play."""
        self.stop(sender)

    def play(self, sender: TrackSender) -> None:
        """Give ``sender`` what is encoded from now on; the next frame is a key frame."""
        self._senders.add(sender)
        self._key_wanted = True
        self._watched.set()

    def stop(self, sender: TrackSender) -> None:
        """Give ``sender`` nothing more; encoding rests while nobody watches."""
        self._senders.discard(sender)
        if not self._senders:
            self._watched.clear()

    async def run(self) -> None:
        """Draw, encode and send until cancelled."""
        loop = asyncio.get_running_loop()
        period_s = 1 / self._spec.fps
        due_s = monotonic_s()
        begin_ns = utc_ns()
        while True:
            await self._watched.wait()
            key, self._key_wanted = self._key_wanted, False
            data, is_key, drawn_ns = await loop.run_in_executor(self._threads, self._draw, key)
            frame = self._payload.packets(data, key=is_key)
            time_90k = (drawn_ns - begin_ns) * RTP_CLOCK_HZ // NS_PER_S
            for sender in tuple(self._senders):
                sender.deliver(frame, time_90k, drawn_ns)
            due_s = max(due_s + period_s, monotonic_s() - period_s)
            await asyncio.sleep(due_s - monotonic_s())

    def _draw(self, key: bool) -> tuple[bytes, bool, int]:
        """Return the picture of now, encoded, whether it is a key frame, and when it was drawn (UTC ns)."""
        now_ns = utc_ns()
        phase = now_ns / NS_PER_S % self._spec.loop_s / self._spec.loop_s
        picture = self._pictures.render(phase)
        now_ns = utc_ns()
        self._stamp.burn(picture, Kind.UTC_MS, now_ns // _NS_PER_MS)
        (unit,) = self._encoder.encode(picture, key=key)
        return unit.data, unit.key, now_ns
