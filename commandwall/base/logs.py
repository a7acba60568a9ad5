"""Logging set-up: one line a record on standard error, floods counted instead of printed."""

from __future__ import annotations

import logging
import time


class FloodFilter(logging.Filter):
    """Lets one record per (logger, message template) through in a window and counts the rest.

    The next record that passes says how many were held back, so nothing disappears silently.
    """

    def __init__(self, window_s: float = 1.0, burst: int = 20) -> None:
        super().__init__()
        self._window_s = window_s
        self._burst = burst
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether ``record`` may be printed."""
        key = (record.name, str(record.msg))
        now = time.monotonic()
        start, count = self._windows.get(key, (now, 0))
        if now - start >= self._window_s:
            held = count - self._burst
            if held > 0:
                record.msg = f"{record.msg} (and {held} more like it)"
            start, count = now, 0
        self._windows[key] = (start, count + 1)
        return count < self._burst


def configure_logs(process: str, level: str = "INFO") -> None:
    """Send this process's log to standard error, each line naming ``process``."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(f"%(asctime)s %(levelname)-7s {process} %(name)s: %(message)s"))
    handler.addFilter(FloodFilter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("libav").setLevel("CRITICAL")
