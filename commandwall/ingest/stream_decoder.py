"""Decoding one feed for all tiles that show it."""

from __future__ import annotations

import logging
import threading
from collections import deque

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.base.errors import ProtocolError
from commandwall.ingest.figures import KEYLESS_S
from commandwall.ingest.pool import DecodePool, Urgency
from commandwall.ingest.stillness import Stillness
from commandwall.ingest.tile import Tile
from commandwall.ingest.withholding import Withholding
from commandwall.ipc.slots import SlotFlag
from commandwall.media.decoder import DecodedPicture, VideoDecoder
from commandwall.media.park import DecoderPark
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.camera import StreamName
from commandwall.model.pace import SLOWEST_S
from commandwall.model.wall import DecodeLevel

log = logging.getLogger(__name__)

MAX_PENDING = 64
"""Frames that may wait beyond the group of pictures that a decoder began with."""
LATE_PENDING = 8
"""With more than this waiting, a key frame is not queued but jumped to."""
LIVE_PENDING = 1
"""With no more than this waiting, a frame is painted as live: of two that come in one lot both are shown."""
STEP_NS = 4_000_000
"""How long one step goes on with frames that wait, so that more urgent work gets its turn."""
HOLD_NS = 500_000_000
"""A decoder that is behind for longer than this paints what it has: late, and marked as such."""
_UNSEEN = 1 << 20
_LOOK_NS = NS_PER_S
"""How long at most until the decoder is told anew whether frames come."""
_LONGEST_NS = round(SLOWEST_S * NS_PER_S)
_WEIGHT = 0.1


class StreamDecoder:
    """Decodes one feed; a sink of that feed and a job of the decode pool.

    The event loop pushes frames and says what is to be shown; one pool thread at a time decodes
    what waits. A picture is painted when nothing newer waits, or just one that came with it, when it is the
    first one since the decoder began, or when nothing was painted for ``HOLD_NS``; it carries
    ``CATCHING_UP`` until the newest frame is reached.

    The queue is bounded: a key frame that arrives while many frames wait replaces them, and when
    ``MAX_PENDING`` new ones wait all are given up and decoding goes on at the next key frame.
    ``skipped`` counts the frames that came while tiles showed the feed and were not painted: given up,
    overtaken by newer ones, or withheld for being damaged. ``stillness`` is what was seen of the feed before.
    """

    def __init__(
        self,
        pool: DecodePool,
        feed: str,
        stream: StreamName,
        level: DecodeLevel,
        park: DecoderPark,
        *,
        talk: bool = False,
        stillness: Stillness | None = None,
    ) -> None:
        self.feed = feed
        self.stream = stream
        self.tiles: tuple[Tile, ...] = ()
        self.level = level
        self.epoch_ns = 0
        self.decoded = 0
        self.skipped = 0
        self.key_cost_s = 0.0
        self.frame_cost_s = 0.0
        self._pool = pool
        self._codec = ""
        self._park = park
        self._live = Urgency.TALK if talk else Urgency.LIVE
        self._decoder: VideoDecoder | None = None
        self._decoder_level = DecodeLevel.OFF
        self._newest: DecodedPicture | None = None
        self._withholding = Withholding()
        self._stillness = stillness or Stillness()
        self._painted: tuple[Tile, ...] = ()
        self._painted_ns = 0
        self._stepped = 0
        self._key_stepped = False
        self._lock = threading.Lock()
        self._pending: deque[AccessUnit] = deque()
        self._limit = MAX_PENDING
        self._scheduled = False
        self._closed = False
        self._await_key = True
        self._alone: AccessUnit | None = None
        self._key_ns = 0
        self._period_ns = self._heard_ns = 0
        self._began_ns = monotonic_ns()
        self._behind = False
        self._failed_with: type[Exception] | None = None

    # ---- called on the event loop

    def end(self) -> None:
        """Do nothing: the board has decoders for the feeds that there are, and closes others."""

    def describe(self, info: StreamInfo) -> None:
        """Take the codec; another one than before begins a new decoder at the next key frame."""
        if info.codec != self._codec:
            with self._lock:
                self._codec = info.codec
                self._decoder_level = DecodeLevel.OFF
                self._pending.clear()
                self._await_key = True

    def begin(self, units: list[AccessUnit], whole: bool) -> None:
        """Start from a group of pictures; one that is not ``whole`` is its key frame alone."""
        if not units:
            return
        if self.level is DecodeLevel.KEY:
            units = units[:1]
        with self._lock:
            self._alone = units[0] if len(units) == 1 else None
            self._pending.extend(units)
            self._limit = MAX_PENDING + len(units)
            self._await_key = not whole or self.level is DecodeLevel.KEY
            self._behind = not whole
        self._schedule(self._urgency)

    def follow(self, units: list[AccessUnit], whole: bool) -> None:
        """Go through what was left out of a group of pictures, if a key frame is waited for.

        That is all of it where the decoder is not at its key frame any more.
        """
        with self._lock:
            if not units or not self._await_key:
                return
            rest = units
            if units[0] is self._alone:
                rest = units[1:]
            else:
                self._give_up()
            self._alone = units[0] if len(units) == 1 else None
            self._pending.extend(rest)
            self._limit = MAX_PENDING + len(units)
            self._await_key = self._behind = not whole
        self._schedule(self._urgency)

    def push(self, unit: AccessUnit) -> None:
        """Take the next frame of the feed."""
        with self._lock:
            if unit.key:
                self._alone, self._key_ns = unit, unit.arrival_ns
                self._await_key = self.level is DecodeLevel.KEY
                self._behind = False
                if self.level is DecodeLevel.KEY or len(self._pending) > LATE_PENDING:
                    self._give_up()  # At key frames only an older one that still waits shows nothing new.
            elif self._await_key and not self._waits_in_vain(unit):
                self._skip(1)
                return
            elif len(self._pending) >= self._limit:
                log.info("feed %s: decoding is behind, %d frames left out", self.feed, len(self._pending))
                self._give_up()
                self._await_key = self._behind = True
                self._skip(1)
                return
            else:
                self._alone = None
            self._pending.append(unit)
        self._schedule(self._urgency)

    def show(self, tiles: tuple[Tile, ...]) -> None:
        """Paint ``tiles`` from now on; new ones at once, with the newest picture there is."""
        if tiles != self.tiles:
            self.tiles = tiles
            if self._newest is not None:
                self._schedule(Urgency.FIRST)
                self._pool.hasten(self)

    def set_level(self, level: DecodeLevel) -> None:
        """Decode at another rung: down at once, up at the next key frame."""
        with self._lock:
            if level is DecodeLevel.KEY:
                self._await_key = True
                newest = [unit for unit in tuple(self._pending) if unit.key][-1:]
                self._give_up()
                self._pending.extend(newest)
            self.level = level

    def expect(self, period_ns: int, heard_ns: int) -> None:
        """Say how far frames are apart, and when the newest came (monotonic; 0 where none come any more).

        Called once a second at least. What is shown may stay longer then, if it turns out that it can.
        """
        self._period_ns, self._heard_ns = period_ns, heard_ns
        picture = self._newest
        if picture is not None:
            for tile in self.tiles:
                tile.extend(self.stream, self._stay_ns(picture))

    def close(self) -> None:
        """Paint nothing more. What a thread is at right now is finished."""
        with self._lock:
            self._closed = True
            self._pending.clear()
            self.tiles = ()
            at_work = self._scheduled
        if not at_work:
            self._retire()

    def _stay_ns(self, picture: DecodedPicture) -> int:
        """Return how long after it arrived ``picture`` may stay before it is overdue.

        While the next key frame is waited for it may as long as frames come: it is not late for the rung that
        it is decoded at. One that a newer key frame waits to replace is, and so is who is behind. It never
        becomes less.
        """
        arrival_ns, stay_ns = picture.unit.arrival_ns, self._period_ns
        waits = self.level is DecodeLevel.KEY or (self._await_key and not self._behind)
        if waits and arrival_ns >= self._key_ns:
            stay_ns += max(0, self._heard_ns - arrival_ns) + _LOOK_NS
        picture.stay_ns = max(picture.stay_ns, min(stay_ns, _LONGEST_NS))
        return picture.stay_ns

    @property
    def distance(self) -> int:
        """How many frames wait; of what nobody sees yet, more than of anything that is seen."""
        return len(self._pending) + (0 if self.tiles else _UNSEEN)

    @property
    def _urgency(self) -> Urgency:
        """How urgent the next frame is, where no other one waits."""
        if not self.tiles:
            return Urgency.CATCH_UP  # decoded ahead: nobody sees it yet
        if self._newest is None:
            return Urgency.FIRST
        return Urgency.KEY if self.level is DecodeLevel.KEY else self._live

    def _waits_in_vain(self, unit: AccessUnit) -> bool:
        """Return whether no key frame comes any more: ``unit`` then goes upon what there is, as damaged."""
        if not unit.damaged or self.level is DecodeLevel.KEY or self._newest is None:
            return False
        return unit.arrival_ns - self._key_ns > KEYLESS_S * NS_PER_S

    def _give_up(self) -> None:
        """Leave out all that waits; the lock is held."""
        self._skip(len(self._pending))
        self._pending.clear()
        self._limit = MAX_PENDING

    def _skip(self, frames: int) -> None:
        """Count frames that are not painted; ahead of being shown none is missed."""
        if self.tiles:
            self.skipped += frames

    def _schedule(self, urgency: Urgency) -> None:
        with self._lock:
            if self._scheduled or self._closed or not self._codec:
                return
            self._scheduled = True
        self._pool.put(self, urgency)

    # ---- called in a pool thread

    def step(self) -> None:
        """Decode what waits, until a first picture is painted or for about ``STEP_NS``."""
        try:
            self._go_on()
        except Exception as error:  # What one camera sends must not end the thread of all.
            if type(error) is not self._failed_with:  # once, and not at every picture
                log.exception("feed %s: a picture cannot be shown", self.feed)
            self._failed_with = type(error)
            self._begin_anew()

    def _go_on(self) -> None:
        until_ns = monotonic_ns() + STEP_NS
        began = self._newest is not None
        self._stepped = 0
        if self.tiles is not self._painted:
            self._paint_new_tiles()
            if began and len(self._pending) > 1:
                return  # Others wait for their first pictures.
        while unit := self._take():
            self._decode(unit)
            self._stepped += 1
            self._key_stepped = unit.key
            if monotonic_ns() > until_ns or (self._newest is not None and not began):
                break

    def charge(self, cpu_ns: int) -> None:
        """Learn what a frame costs from a step that decoded just one; go on with what waits."""
        if self._stepped == 1:
            cost_s = cpu_ns / NS_PER_S
            if self._key_stepped:
                self.key_cost_s += (cost_s - self.key_cost_s) * (_WEIGHT if self.key_cost_s else 1)
            else:
                self.frame_cost_s += (cost_s - self.frame_cost_s) * (_WEIGHT if self.frame_cost_s else 1)
        self._reschedule()

    def _take(self) -> AccessUnit | None:
        try:
            return self._pending.popleft()
        except IndexError:
            return None

    def _decode(self, unit: AccessUnit) -> None:
        decoder = self._decoder_for(unit)
        if decoder is None:
            return
        alone = self.level is DecodeLevel.KEY
        try:
            pictures = decoder.decode(unit, alone=alone)
        except ProtocolError as error:
            log.info("feed %s: %s", self.feed, error)
            self._withholding.failed(unit)
            self._skip(1)
            self._mark(unit)
            return
        if alone and decoder.reorders:
            with self._lock:
                self._alone = None  # What follows it needs it decoded anew.
        if pictures:
            self.decoded += len(pictures)
            if self._withholding.withholds(pictures[-1]):
                self._skip(1)
                self._mark(pictures[-1].unit)
                return
            newest = self._newest = pictures[-1]
            newest.changed_ns = self._stillness.see(newest)
            now_ns = monotonic_ns()
            came = unit.arrival_ns > self._began_ns
            waiting = len(self._pending)
            live = waiting <= (LIVE_PENDING if came else 0) and not self._behind
            if not waiting or live or now_ns - self._painted_ns > HOLD_NS:
                self._painted_ns = now_ns
                self._paint(0 if live else SlotFlag.CATCHING_UP)
            elif came:
                self._skip(1)

    def _begin_anew(self) -> None:
        """Give up what failed as nobody thought it could: another decoder begins at the next key frame."""
        with self._lock:
            self._give_up()
            self._await_key, self._decoder_level = True, DecodeLevel.OFF
        self._skip(1)
        self._decoder = self._newest = None
        self._painted = self.tiles

    def _mark(self, unit: AccessUnit) -> None:
        """Say on the picture that is shown, which stays and grows old, that ``unit`` is damaged."""
        newest = self._newest
        if newest is not None and not newest.damaged:
            newest.damaged, newest.loss = True, unit.loss
            self._paint(SlotFlag.CATCHING_UP if self._behind else 0)

    def _decoder_for(self, unit: AccessUnit) -> VideoDecoder | None:
        """Return the decoder for ``unit``; a key frame may begin another one, for a changed level."""
        level = DecodeLevel.FULL if self.level is DecodeLevel.FULL else DecodeLevel.NODEBLOCK
        if unit.key and level is not self._decoder_level:
            with self._lock:
                codec, self._decoder_level = self._codec, level
            self._retire()
            self._decoder = self._park.take(codec, level)
        return self._decoder

    def _retire(self) -> None:
        """Give the decoder back, by whoever has it to himself: its thread, or the loop when it is idle."""
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            self._park.put(decoder)

    def _paint(self, flags: int) -> None:
        tiles, picture = self.tiles, self._newest
        if picture is not None:
            for tile in tiles:
                tile.paint(self.stream, picture, flags, self._stay_ns(picture), self.epoch_ns)
        self._painted = tiles

    def _paint_new_tiles(self) -> None:
        """Give tiles that came the newest picture, without waiting for the next frame."""
        tiles, picture = self.tiles, self._newest
        if picture is not None:
            flags = SlotFlag.CATCHING_UP if self._pending or self._behind else 0
            for tile in tiles:
                if tile not in self._painted:
                    tile.paint(self.stream, picture, flags, self._stay_ns(picture), self.epoch_ns)
        self._painted = tiles

    def _reschedule(self) -> None:
        """Go on with what waits, or leave the pool."""
        with self._lock:
            waiting = len(self._pending) or self.tiles is not self._painted
            closed, up_to_date = self._closed, len(self._pending) <= 1
            going_on = self._scheduled = bool(waiting) and not closed
        if closed:
            self._retire()
        if not going_on:
            return
        if self._newest is not None and self.tiles is not self._painted:
            urgency = Urgency.FIRST
        elif up_to_date or self._newest is None:
            urgency = self._urgency
        else:
            urgency = Urgency.CATCH_UP
        self._pool.put_back(self, urgency)
