"""One feed: one stream of one camera, opened, received, lost and opened again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Protocol

from commandwall.base.clock import NS_PER_S, monotonic_ns, utc_ns
from commandwall.base.errors import CommandwallError, ConnectionLostError
from commandwall.base.sentence import Sentence
from commandwall.ingest.admission import Admission
from commandwall.ingest.audio import FeedAudio
from commandwall.ingest.clock import ClockMeter
from commandwall.ingest.figures import FeedMeter
from commandwall.ingest.gop import GopBudget, GopCache
from commandwall.ingest.lifecycle import Lifecycle, reason_of, unforeseen
from commandwall.ingest.lots import ArrivalClock, Pace, pace_of
from commandwall.ingest.retry import Retry
from commandwall.ingest.waiting import WaitingRoom
from commandwall.ipc.messages import FeedFigures, FeedSpec
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.camera import FeedState
from commandwall.model.pace import FIRST_S, stalled_after_s
from commandwall.model.reason import Reason, ReasonCode

log = logging.getLogger(__name__)

GIVE_UP_FACTOR = 3.0
"""After this many times the stall time without a frame, its session is ended and opened anew."""
_PACED = 2
"""With more frames than this two intervals tell the pace of a camera."""
REFUSED_RETRY_S = 30.0
"""How often a camera that refused is asked again: somebody must act first, and some lock accounts."""
_LIVE = FeedState.LIVE
_WERE_LIVE = (FeedState.LIVE, FeedState.STALLED)
UnitListener = Callable[[AccessUnit], None]


class Session(Protocol):
    """An open RTSP session, as a feed needs it. Implemented by the RTSP client and by tests."""

    @property
    def info(self) -> StreamInfo:
        """What is known of the stream now; another object when that changed."""

    @property
    def audio_info(self) -> StreamInfo:
        """What the sound is; without a codec where there is none."""

    @property
    def audio_fault(self) -> Reason:
        """Why the stream's sound is not received; without a code where it is, or there is none."""

    def listen(self, listener: UnitListener | None) -> None:
        """Hand each frame of sound to ``listener`` from now on; ``None``: drop them."""

    def packet_counts(self) -> tuple[int, int]:
        """Return how many RTP packets of pictures came in this session, and how many are missing."""

    def sender_clock(self) -> tuple[int, int] | None:
        """Return (time in 90 kHz, UTC in ns) of the camera's newest report of its clock, if any."""

    def read_in_lots(self, lots: bool) -> None:
        """Let what comes wait for :meth:`read_lot`, or read it at once."""

    def read_lot(self) -> None:
        """Read what waits; whatever is wrong with that ends the session, and raises nothing here."""

    async def closed(self) -> None:
        """Wait until the session is over; raises :class:`CommandwallError` saying why if it failed."""


class SessionOpener(Protocol):
    """Opens sessions."""

    def __call__(self, spec: FeedSpec, on_unit: UnitListener) -> AbstractAsyncContextManager[Session]:
        """Open ``spec``'s stream and hand each access unit to ``on_unit``; leaving it tears down.

        Entering raises :class:`CommandwallError` when the camera cannot be opened.
        """


class UnitSink(Protocol):
    """Who takes the frames of a feed: decoders, and subscribers of the packet bus."""

    def describe(self, info: StreamInfo) -> None:
        """Take what is known of the stream; called before the first frame and on every change."""

    def push(self, unit: AccessUnit) -> None:
        """Take the next frame; must not wait."""

    def end(self) -> None:
        """Take note that the feed is no more."""


class Feed:
    """One feed. Belongs to the event loop of its worker; :meth:`run` is one task.

    The task opens a session and waits for its end; frames come in as callbacks, and silence is
    noticed by :meth:`watch`, which the worker's one watchdog calls every second.
    """

    def __init__(
        self,
        spec: FeedSpec,
        opener: SessionOpener,
        admission: Admission,
        room: WaitingRoom,
        budget: GopBudget,
        on_change: Callable[[Feed], None],
    ) -> None:
        self.spec = spec
        self.gop = GopCache(budget)
        self.meter = FeedMeter()
        self.clock = ClockMeter()
        self.info = StreamInfo("")
        self.sinks: tuple[UnitSink, ...] = ()
        self.audio = FeedAudio(spec.id)
        self._opener = opener
        self._admission = admission
        self._room = room
        self._on_change = on_change
        self._lifecycle = Lifecycle(self._changed)
        self._session: Session | None = None
        self._in_lots = False
        self._arrivals = ArrivalClock()
        self._patience: asyncio.Timeout | None = None
        self._opened_ns = 0
        self._lost_ns: int | None = None
        self._sessions = 0
        self._more_patience = 1.0
        self._packets = 0
        self._lost_packets = 0

    @property
    def state(self) -> FeedState:
        """Where the feed is in its life."""
        return self._lifecycle.state

    @property
    def reason(self) -> Reason:
        """Why it is there."""
        return self._lifecycle.reason

    @property
    def live(self) -> bool:
        """Whether frames come, and a decoder could begin."""
        return self._lifecycle.state is FeedState.LIVE

    @property
    def wanted(self) -> bool:
        """Whether anybody takes its pictures or its sound."""
        return bool(self.sinks or self.audio.sinks)

    def attach(self, sink: UnitSink) -> None:
        """Tell ``sink`` what is known of the stream, and hand it all further frames.

        What waits is read before, so that it is in the group of pictures and not among these.
        """
        self.read_lot()
        self.sinks = (*self.sinks, sink)
        if self.info.codec:
            sink.describe(self.info)

    def detach(self, sink: UnitSink) -> None:
        """Hand nothing more to ``sink``."""
        self.sinks = tuple(each for each in self.sinks if each is not sink)

    async def run(self) -> None:
        """Keep the feed open until cancelled."""
        retry = Retry()
        began_ns = monotonic_ns()
        try:
            while True:
                self._lifecycle.opening()
                reason = await self._receive()
                why = reason.code
                if self.state in _WERE_LIVE:
                    now_ns = monotonic_ns()
                    lived_s = (now_ns - (self._opened_ns or now_ns)) / NS_PER_S
                    reason = retry.lost(reason, lived_s, now_ns / NS_PER_S)
                self._lost_ns = self.meter.last_ns or began_ns
                self._lifecycle.ended(reason)
                if self.state is FeedState.REFUSED:
                    await asyncio.sleep(REFUSED_RETRY_S)
                else:
                    await self._room.wait(self._lost_ns, retry.next_s(), why)
        finally:
            self._lifecycle.stopped()

    def _changed(self, state: FeedState, _: Reason) -> None:
        """Tell of a change, and those who were lost together with this feed that it is back."""
        if state is _LIVE and self._lost_ns is not None:
            self._room.returned(self._lost_ns)
            self._lost_ns = None
        self._on_change(self)

    async def _receive(self) -> Reason:
        """Live through one session, from its opening to its end; return why it ended."""
        self._opened_ns = 0
        try:
            async with AsyncExitStack() as stack:
                async with self._admission.opening(self.spec.url):
                    spec = self.audio.what_to_open(self.spec)
                    session = await stack.enter_async_context(self._opener(spec, self._take))
                self._begin(session)
                async with asyncio.timeout(None) as self._patience:
                    await session.closed()
                raise ConnectionLostError("the camera ended the stream")
        except TimeoutError:
            return Reason.of(ReasonCode.NO_FRAMES, Sentence("the session was open but silent"))
        except CommandwallError as error:
            return reason_of(error)
        except Exception as error:  # One camera must not end all that this worker receives.
            reason = unforeseen(error)
            if reason != self.reason:  # once, and not at every try
                log.exception("feed %s", self.spec.id)
            return reason
        finally:
            self._end()

    def _begin(self, session: Session) -> None:
        self._session = session
        self._sessions += 1
        self._opened_ns = monotonic_ns()
        self._learn(session)
        self.audio.begin(session)
        self._lifecycle.opened()
        for unit in self.gop.units():  # frames that came before the camera's answer to PLAY
            for sink in self.sinks:
                sink.push(unit)

    def _end(self) -> None:
        given_up, self._patience = self._patience is None, None
        self.audio.end()
        self._arrivals = ArrivalClock()
        self._in_lots = False
        self.gop.clear()
        if self._session is not None:
            in_vain = given_up and self.meter.session_frames <= 1
            self._more_patience = min(2 * self._more_patience, FIRST_S) if in_vain else 1.0
            self._packets, self._lost_packets = self._packet_counts()
            self._session = None
        self.meter.restart()
        self.clock.restart()

    def _take(self, unit: AccessUnit) -> None:
        """Take a frame from the session; the hot path of ingest."""
        if self._in_lots:
            unit.arrival_ns = self._arrivals.arrival_ns(unit.arrival_ns, unit.pts_90k)
        self.gop.add(unit)
        self.meter.count(unit)
        if self._lifecycle.state is not _LIVE:
            self._lifecycle.frame(unit.key)
            if self._lifecycle.state is not _LIVE:
                return  # Sinks know the session before; upon that nothing of this one can be decoded.
        if self.sinks and self._session is not None:
            for sink in self.sinks:
                sink.push(unit)

    def _learn(self, session: Session) -> None:
        """Take over what the session knows of the stream, and pass on a change."""
        info = session.info
        if info != self.info:
            self.info = info
            for sink in self.sinks:
                sink.describe(info)

    @property
    def pace(self) -> Pace:
        """How often it is to be read, since what comes may wait."""
        return pace_of(self.wanted, self.meter.bitrate_bps)

    def read_lot(self) -> None:
        """Read what waits, if the feed is read in lots."""
        if self._in_lots and self._session is not None:
            self._session.read_lot()

    def watch(self, now_ns: int) -> None:
        """Notice silence: stalled first, then the session is given up. Called every second."""
        session, patience = self._session, self._patience
        if session is None or patience is None:
            return
        self._learn(session)
        silent_s = (now_ns - max(self.meter.last_ns, self._opened_ns)) / NS_PER_S
        limit_s = stalled_after_s(self.meter.gap_s)
        if silent_s > limit_s:
            self._lifecycle.silent(silent_s)
        elif (zero_ns := self._arrivals.zero_ns) is not None:
            self.clock.compare(now_ns, utc_ns() - monotonic_ns(), session.sender_clock(), zero_ns)
        if self.live and not self._in_lots:
            self._in_lots = True
            session.read_in_lots(True)
        if silent_s > self._give_up_s(limit_s):
            patience.reschedule(asyncio.get_running_loop().time())
            self._patience = None

    def _give_up_s(self, limit_s: float) -> float:
        """Return after how long a silence the session is given up, where it stalls after ``limit_s``.

        Until its pace is known that is longer each time that one was given up with a single frame at most:
        the camera may have become a slow one.
        """
        usual_s = GIVE_UP_FACTOR * limit_s
        frames = self.meter.session_frames
        if frames == 1 and not self.meter.gap_s:
            return FIRST_S
        if frames > _PACED:
            return usual_s
        return max(usual_s, min(usual_s * self._more_patience, FIRST_S))

    def figures(self, now_ns: int) -> FeedFigures:
        """Return the feed's counters and figures; called every second."""
        meter = self.meter
        rates = meter.sample(now_ns)
        packets, lost_packets = self._packet_counts()
        return FeedFigures(
            id=self.spec.id,
            codec=self.info.codec,
            audio_codec=self.audio.codec,
            audio_fault=self.audio.fault,
            audio_fault_zh=self.audio.fault.zh,
            width=self.info.width,
            height=self.info.height,
            fps=round(rates.fps, 2),
            bitrate_bps=round(rates.bitrate_bps),
            keyframe_interval_s=round(meter.key_interval_s, 3),
            last_frame_age_s=round(meter.age_s(now_ns), 3),
            frames=meter.frames,
            bytes=meter.bytes,
            packets=packets,
            lost_packets=lost_packets,
            reconnects=max(0, self._sessions - 1),
            clock=self.clock.figures,
        )

    def _packet_counts(self) -> tuple[int, int]:
        """Return the packets received and lost in all sessions."""
        if self._session is None:
            return self._packets, self._lost_packets
        packets, lost = self._session.packet_counts()
        return self._packets + packets, self._lost_packets + lost
