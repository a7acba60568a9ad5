"""The composer: everything that happens in one tick of a wall, in a thread of its own.

What the event loop hands over is taken up at the start of a tick, whole, so that all heads see it
in the same picture.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.compose.alignment import Alignment
from commandwall.compose.banner import BannerStrip
from commandwall.compose.canvas import Canvas
from commandwall.compose.captions import Dressing
from commandwall.compose.dissolve import Dissolve, affordable
from commandwall.compose.faces import Faces
from commandwall.compose.overlays import Laid, Overlays
from commandwall.compose.pattern import TestPattern
from commandwall.compose.stage import Stage
from commandwall.compose.switch import SwitchWatch
from commandwall.compose.ticker import Ticker
from commandwall.compose.truth import Codes, Times
from commandwall.compose.words import Words
from commandwall.ipc.messages import Arrange, SourceState, SwitchDone, WallTile
from commandwall.model.overlays import NOTHING_HIDDEN, Banner
from commandwall.model.transition import Transition, TransitionKind
from commandwall.model.wall import Wall

_HOLD_NS = NS_PER_S // 4
_REPORT_NS = NS_PER_S
_QUICK_REPORT_NS = NS_PER_S // 5
_FACES_SHARE = 4
_MIX_SHARE = 4
"""A dissolve may take this part of a tick; on a canvas that is too large for that, the wall just switches."""
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class TickReport:
    """The counters and the truth after a tick, copied out of the tick's thread.

    ``since`` is from when each tile's picture is, in monotonic ns; ``now_ns`` the time they were judged at;
    ``skews_ms`` how far they are from the common time of the wall.
    """

    revision: int
    tick: int
    late_ticks: int
    sum_ns: int
    buckets: tuple[int, ...]
    now_ns: int
    specs: Sequence[WallTile]
    states: Codes
    has_picture: Sequence[bool]
    since: Times
    shown: Sequence[int]
    missed: Sequence[int]
    damaged: Sequence[bool]
    losses: Sequence[bool]
    skews_ms: Sequence[float | None]


class Viewer(Protocol):
    """Who takes pictures off the canvas at the end of a tick: heads do. Must never wait."""

    def ready(self) -> bool:
        """Return whether a picture that is offered now would be taken by all that want one."""

    def arranged(self, tiles: Sequence[WallTile], overlays: Sequence[Laid]) -> None:
        """Learn what is on the canvas from this tick on, each tile over those before it."""

    def offer(self, canvas: Canvas, version: int, tick: int, now_ns: int) -> None:
        """Look at the canvas; ``version`` moves when a pixel may have changed."""


class Listener(Protocol):
    """Who hears of the tick; called in the tick's thread."""

    def reported(self, report: TickReport) -> None:
        """Take the truth: once a second, and soon after a state changed."""

    def switched(self, done: SwitchDone) -> None:
        """Take the times of a switch."""


class Composer:
    """One wall's canvas and what is on it. :meth:`run` has a thread of its own."""

    def __init__(
        self, wall: Wall, words: Words, faces: Faces, viewers: Sequence[Viewer], listener: Listener
    ) -> None:
        self.wall = wall
        self._words, self._faces = words, faces
        self._canvas = Canvas(wall.width, wall.height)
        self._overlays = Overlays(wall, self._canvas)
        self._dressing = Dressing(wall.labels, {}, {}, {})
        self._viewers, self._listener = viewers, listener
        self._orders: deque[Callable[[], None]] = deque()
        self._peeks: deque[Callable[[Canvas, int], None]] = deque()
        self._known: dict[str, SourceState] = {}
        timed = wall.align_ms or wall.voice_ms
        self._alignment = Alignment(wall.align_ms * _NS_PER_MS) if timed else None
        self._ticker = Ticker(wall.fps, self._tick)
        self._version = 0
        self._pattern: TestPattern | None = None
        self._face_ns = NS_PER_S // wall.fps // _FACES_SHARE
        self._next: Stage | None = None
        self._hold_until_ns = 0
        self._told_ns = 0
        self._told = (0, b"")
        self._watch: SwitchWatch | None = None
        self._dissolve: Dissolve | None = None
        self._raise_stage(self.prepare(Arrange(0, monotonic_ns(), ())))

    def run(self) -> None:
        """Tick until :meth:`stop`; the thread's main."""
        self._ticker.run()
        self._show_peeks(self._canvas, self._ticker.tick)

    def stop(self) -> None:
        """End :meth:`run` soon."""
        self._ticker.stop()

    def prepare(self, arrange: Arrange) -> Stage:
        """Return a stage for ``arrange``; from any thread but the tick's, for it takes its time.

        Raises :class:`commandwall.base.errors.InvalidError` when a tile does not fit the canvas.
        """
        drawing = self._canvas, self._faces, self._words, self._known, self._dressing
        stage = Stage(arrange, *drawing, self._alignment, NS_PER_S // self.wall.fps)
        stage.dissolve = self._dissolve_for(arrange.transition)
        return stage

    def show(self, stage: Stage) -> None:
        """Show ``stage`` as soon as its pictures are there, at most a quarter of a second from now."""
        self._orders.append(lambda: self._await_stage(stage))

    def learn(self, states: Sequence[SourceState]) -> None:
        """Take in what is known of sources."""
        self._known = self._known | {state.source: state for state in states}
        self._orders.append(self._learn)

    def dress(self, **changes: Any) -> None:
        """Say something else beside the pictures: ``changes`` are fields of :class:`Dressing`."""
        self._dressing = replace(self._dressing, **changes)
        self._orders.append(self._dress)

    def draw_banner(self, banner: Banner | None) -> BannerStrip | None:
        """Return ``banner`` drawn for this wall; from any thread but the tick's, for it takes its time."""
        return None if banner is None else BannerStrip(banner, self._canvas, self.wall.fps, self._words)

    def show_banner(self, strip: BannerStrip | None) -> None:
        """Show a banner across the top from the next tick on, or none."""
        self.dress(covered=strip and strip.rect)
        self._orders.append(lambda: self._show_banner(strip))

    def show_pattern(self, pattern: TestPattern | None) -> None:
        """Show ``pattern``, as large as the canvas, instead of it from the next tick on."""
        self._orders.append(lambda: self._set_pattern(pattern))

    def peek(self, look: Callable[[Canvas, int], None]) -> None:
        """Call ``look`` with canvas and tick after the next one, in its thread; it copies what it wants."""
        self._peeks.append(look)

    def _tick(self, tick: int) -> None:
        now_ns = monotonic_ns()
        while self._orders:
            self._orders.popleft()()
        if self._alignment is not None:
            self._alignment.tick(now_ns)
        self._compose(tick, now_ns, self._switch(now_ns))
        canvas = self._shown(tick, now_ns)
        for viewer in self._viewers:
            viewer.offer(canvas, self._version, tick, now_ns)
        self._show_peeks(canvas, tick)
        if self._watch is not None and (done := self._watch.check(now_ns)) is not None:
            self._listener.switched(done)
        self._report(tick, now_ns)

    def _compose(self, tick: int, now_ns: int, drawn: set[int]) -> None:
        drawn |= self._stage.compose(now_ns, monotonic_ns() + self._face_ns)
        self._version += self._overlays.draw(drawn, tick) or bool(drawn)

    def _shown(self, tick: int, now_ns: int) -> Canvas:
        """Return what is on the wall now: the canvas, a dissolve of two, or the test pattern instead."""
        mixed = self._mixed(now_ns)
        if self._pattern is None:
            return mixed
        self._version += 1
        return self._pattern.at(tick)

    def _mixed(self, now_ns: int) -> Canvas:
        """Return the canvas, or, while a dissolve lasts, what it was mixed with what it is."""
        if self._dissolve is None:
            return self._canvas
        self._version += 1
        mixed = self._dissolve.mix(now_ns)
        if mixed is self._canvas:
            self._dissolve = None
        return mixed

    def _show_peeks(self, canvas: Canvas, tick: int) -> None:
        while self._peeks:
            self._peeks.popleft()(canvas, tick)

    def _set_pattern(self, pattern: TestPattern | None) -> None:
        self._pattern = pattern
        self._version += 1

    def _learn(self) -> None:
        self._stage.learn(self._known)
        if self._next is not None:
            self._next.learn(self._known)

    def _dress(self) -> None:
        self._stage.dress(self._dressing)
        if self._next is not None:
            self._next.dress(self._dressing)

    def _show_banner(self, strip: BannerStrip | None) -> None:
        self._stage.repaint(self._overlays.show_banner(strip))
        self._tell_viewers()

    def _tell_viewers(self) -> None:
        for viewer in self._viewers:
            viewer.arranged(self._stage.specs, self._overlays.laid())

    def _await_stage(self, stage: Stage) -> None:
        """Hold the wall as it is until ``stage`` has its pictures; a newer stage gets no more time."""
        if self._next is None:
            self._hold_until_ns = monotonic_ns() + _HOLD_NS
        if stage.transition.kind is TransitionKind.CUT:
            self._hold_until_ns = 0
        stage.learn(self._known)
        stage.dress(self._dressing)
        self._next = stage

    def _switch(self, now_ns: int) -> set[int]:
        """Raise the next stage if it is ready; return the tiles that were drawn for that."""
        stage = self._next
        if stage is None or not self._may_switch(stage, now_ns):
            return set()
        self._next = None
        self._watch = SwitchWatch(stage, now_ns)
        self._dissolve, stage.dissolve = stage.dissolve, None
        if self._dissolve is not None:
            self._dissolve.begin(now_ns)
        self._raise_stage(stage)
        return stage.compose(now_ns, now_ns + NS_PER_S)

    def _may_switch(self, stage: Stage, now_ns: int) -> bool:
        """Return whether it is time: its pictures are there, and all heads can take them in this tick.

        A head whose encoder is behind would change later than the others; it is waited for, but not
        for longer than for pictures.
        """
        overdue_ns = now_ns - self._hold_until_ns
        if overdue_ns < 0 and not stage.progress(now_ns).pictures:
            return False
        return overdue_ns > _HOLD_NS or all(viewer.ready() for viewer in self._viewers)

    def _dissolve_for(self, transition: Transition) -> Dissolve | None:
        within_ns = NS_PER_S // self.wall.fps // _MIX_SHARE
        if transition.kind is not TransitionKind.DISSOLVE or not affordable(self._canvas, within_ns):
            return None
        if any(head.hidden != NOTHING_HIDDEN for head in self.wall.heads):
            return None  # What a head hides lies elsewhere in the old picture, and would shine through.
        return Dissolve(self._canvas, transition.dissolve_ms * _NS_PER_MS)

    def _raise_stage(self, stage: Stage) -> None:
        self._stage = stage
        self._canvas.clear()
        self._overlays.arrange([spec.rect for spec in stage.specs])
        self._tell_viewers()

    def _report(self, tick: int, now_ns: int) -> None:
        stage = self._stage
        truth = (stage.revision, bytes(stage.states))
        due_ns = _REPORT_NS if truth == self._told else _QUICK_REPORT_NS
        if now_ns - self._told_ns < due_ns:
            return
        self._told_ns, self._told = now_ns, truth
        ticker = self._ticker
        self._listener.reported(
            TickReport(
                stage.revision,
                tick,
                ticker.late_ticks,
                ticker.sum_ns,
                ticker.buckets,
                now_ns,
                stage.specs,
                stage.states.copy(),
                stage.truth.has_picture.tolist(),
                stage.truth.since(),
                stage.shown.tolist(),
                stage.missed(),
                stage.truth.damaged().tolist(),
                stage.truth.losses().tolist(),
                stage.skews_ms(now_ns),
            )
        )
