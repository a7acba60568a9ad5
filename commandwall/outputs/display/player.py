"""The thread of a display: newest picture to the monitor, and the truth when there is none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.base.errors import NotFoundError, UnavailableError
from commandwall.base.sentence import Sentence
from commandwall.ipc.head_messages import HEARTBEAT_NS, NOTICE, SHOWN, ConfigureDisplay, DisplayReport
from commandwall.ipc.slots import Arena
from commandwall.outputs.display.monitors import Monitor, find_monitor, video
from commandwall.outputs.display.screen import Screen
from commandwall.outputs.display.tap import Tap

log = logging.getLogger(__name__)

GONE_NS = 5 * HEARTBEAT_NS
"""A wall that has written nothing for so long is gone."""
REPORT_NS = NS_PER_S
RETRY_S = 2.0
_POLLS = 8
"""How often in a tick of the wall is looked for its picture."""

Key = tuple[int, int]
"""What is on the monitor: the tile of the arena, and the number of its picture."""


class Player:
    """Shows one head until :meth:`stop`; :meth:`run` has a thread of its own.

    A monitor that is not there is tried again every two seconds; the wall does not notice.
    """

    def __init__(self, order: ConfigureDisplay, report: Callable[[DisplayReport], None]) -> None:
        """Map the arena; ``report`` is called in the thread. Raises :class:`ProtocolError`."""
        arena = Arena(order.arena)
        self._order = order
        self._report = report
        self._taps = {tile: Tap(arena, tile) for tile in (SHOWN, NOTICE)}
        self._stop = threading.Event()
        self._shown = self._left_out = 0
        self._told_ns = 0
        self._told_waiting = False

    def stop(self) -> None:
        """End :meth:`run` soon; from any thread."""
        self._stop.set()

    def run(self) -> None:
        """Show pictures; the thread's main."""
        while not self._stop.is_set():
            try:
                with video():
                    self._play(find_monitor(self._order.display.monitor))
            except (NotFoundError, UnavailableError) as error:
                self._report(DisplayReport.dark(error.sentence, self._shown, self._left_out))
                self._stop.wait(RETRY_S)

    def _play(self, monitor: Monitor) -> None:
        """Show pictures on ``monitor``; raises :class:`UnavailableError` when it is no longer as it was."""
        order = self._order
        size, fullscreen = (order.width, order.height), order.display.fullscreen
        with Screen(monitor, order.title, size, fullscreen=fullscreen) as screen:
            seen: Key = (-1, -1)
            self._told_ns = 0
            while not self._stop.is_set():
                key = self._newest()
                dirty = screen.dirty()
                if key != seen and key[1]:
                    if not self._upload(screen, key):
                        continue
                    self._count(seen, key)
                    seen, dirty = key, True
                if dirty:
                    screen.present()
                else:
                    self._stop.wait(1 / (order.fps * _POLLS))
                self._tell(monitor, waiting=key[0] == NOTICE)

    def _newest(self) -> Key:
        """Return what is to be shown: the head's newest picture, or what stands for it."""
        shown = self._taps[SHOWN]
        number = shown.newest()
        if number and monotonic_ns() - shown.arrival_ns(number) < GONE_NS:
            return SHOWN, number
        return NOTICE, self._taps[NOTICE].newest()

    def _upload(self, screen: Screen, key: Key) -> bool:
        """Give a picture to the graphics card; return whether it was whole."""
        tile, number = key
        tap = self._taps[tile]
        screen.upload(tap.planes(number))
        return tap.whole(number)

    def _count(self, before: Key, now: Key) -> None:
        self._shown += 1
        if before[0] == now[0] == SHOWN:
            self._left_out += max(0, now[1] - before[1] - 1)

    def _tell(self, monitor: Monitor, *, waiting: bool) -> None:
        """Report once a second, or at once when the wall has come or gone; see that the monitor is there."""
        now_ns = monotonic_ns()
        if now_ns - self._told_ns < REPORT_NS and waiting == self._told_waiting:
            return
        self._told_ns, self._told_waiting = now_ns, waiting
        if find_monitor(self._order.display.monitor) != monitor:
            raise UnavailableError(Sentence("monitor {name} has changed", name=monitor.name))
        bounds, hz = monitor.bounds, monitor.refresh_hz
        self._report(
            DisplayReport(monitor.name, bounds.width, bounds.height, hz, self._shown, self._left_out, waiting)
        )
