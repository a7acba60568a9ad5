"""One stream of encoded pictures cut from the canvas: a head, or the canvas as a whole.

Three threads meet here and none waits for another: the tick copies its pixels into one of two
pictures and goes on, the encoder's thread encodes, the event loop fans out.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import NamedTuple

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, utc_ns
from commandwall.base.errors import CommandwallError
from commandwall.compose.canvas import Canvas
from commandwall.compose.headpicture import HeadPicture
from commandwall.media.encoder import H264Encoder, RawPicture
from commandwall.model.access_unit import AccessUnit, StreamInfo

log = logging.getLogger(__name__)

KEY_EVERY_NS = 4 * NS_PER_S
KEY_APART_NS = 3 * NS_PER_S // 10
IDLE_NS = NS_PER_S // 5
_AGAIN_NS = NS_PER_S
"""How long after an encoder that did not do anything the next one is tried."""
_PICTURES = 2


class _Job(NamedTuple):
    picture: RawPicture
    pts_90k: int
    arrival_ns: int
    capture_utc_ns: int


class Encoding:
    """One life of a head's encoder: from the first viewer to the last. Owns a thread."""

    def __init__(self, info: StreamInfo, shown: HeadPicture, publish: Callable[[AccessUnit], object]) -> None:
        """Start; ``publish`` is called in the encoder's thread."""
        self._info, self._shown, self._publish = info, shown, publish
        self._free = deque(RawPicture(info.width, info.height) for _ in range(_PICTURES))
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._version = (-1, 0, 0)
        self._offered_ns = 0
        self._key_wanted = True
        self._key_ns = 0
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="head encoder", daemon=True)
        self._thread.start()

    def want_key(self) -> None:
        """Make a key frame soon: the next picture that is ``KEY_APART_NS`` after the last one."""
        self._key_wanted = True

    @property
    def ready(self) -> bool:
        """Whether nobody has to wait for it: there is room for another picture, or nothing works at all."""
        return bool(self._free) or not self.running

    def offer(self, canvas: Canvas, version: int, tick: int, now_ns: int) -> None:
        """Take a picture of the canvas if it changed, or 0.2 s after the last; in the tick's thread.

        When the encoder is behind, this picture is left out and counted.
        """
        newest = self._shown.version(version, tick)
        if newest == self._version and now_ns - self._offered_ns < IDLE_NS and not self._key_due(now_ns):
            return
        try:
            picture = self._free.popleft()
        except IndexError:
            self.dropped += 1
            return
        self._version, self._offered_ns = newest, now_ns
        self._shown.take(canvas, tick, picture.planes)
        pts_90k = tick * RTP_CLOCK_HZ // round(self._info.fps)
        self._jobs.put(_Job(picture, pts_90k, now_ns, utc_ns()))

    def stop(self) -> None:
        """End soon; :meth:`join` waits for it."""
        self._jobs.put(None)

    @property
    def running(self) -> bool:
        """Whether its thread is still there."""
        return self._thread.is_alive()

    def join(self) -> None:
        """Wait until the thread is gone: the time of one picture."""
        self._thread.join()

    def _key_due(self, now_ns: int) -> bool:
        apart_ns = now_ns - self._key_ns
        return apart_ns >= KEY_EVERY_NS or (self._key_wanted and apart_ns >= KEY_APART_NS)

    def _run(self) -> None:
        encoder: H264Encoder | None = None
        works, again_ns = False, 0
        while (job := self._jobs.get()) is not None:
            try:
                if job.arrival_ns >= again_ns:
                    encoder = encoder or self._open()
                    self._publish(self._encode(encoder, job))
                    works = True
            except CommandwallError as error:
                log.error("%s; it begins anew", error)
                again_ns = 0 if works else job.arrival_ns + _AGAIN_NS
                encoder, works, self._key_wanted = None, False, True
            finally:
                self._free.append(job.picture)
        if self.dropped:
            log.warning("a head's encoder was too slow for %d pictures; lower its size or rate", self.dropped)

    def _open(self) -> H264Encoder:
        return H264Encoder(self._info.width, self._info.height, round(self._info.fps))

    def _encode(self, encoder: H264Encoder, job: _Job) -> AccessUnit:
        wanted = self._key_due(job.arrival_ns)
        if wanted:
            self._key_wanted = False
        data, key = encoder.encode(job.picture, job.pts_90k, key=wanted)
        if key:
            self._key_ns = job.arrival_ns
        return AccessUnit(data, job.pts_90k, key, False, job.arrival_ns, job.capture_utc_ns)
