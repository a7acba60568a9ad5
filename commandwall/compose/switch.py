"""How long a layout takes to appear: measured on the wall itself, once a revision."""

from __future__ import annotations

from commandwall.base.clock import NS_PER_S
from commandwall.compose.stage import Stage
from commandwall.ipc.messages import SwitchDone

_GIVE_UP_NS = 10 * NS_PER_S


class SwitchWatch:
    """Watches a stage from its first tick until all of it is live, or for ten seconds."""

    def __init__(self, stage: Stage, now_ns: int) -> None:
        self._stage: Stage | None = stage
        self._until_ns = now_ns + _GIVE_UP_NS
        self._first_ns = 0

    def check(self, now_ns: int) -> SwitchDone | None:
        """Return the times when the stage has just become live, else ``None``; call after each drawing."""
        stage = self._stage
        if stage is None:
            return None
        progress = stage.progress(now_ns)
        if progress.pictures and not self._first_ns:
            self._first_ns = now_ns
        if not progress.live and now_ns < self._until_ns:
            return None
        self._stage = None
        if not progress.live:
            return None
        first_s, live_s = ((at_ns - stage.at_ns) / NS_PER_S for at_ns in (self._first_ns, now_ns))
        return SwitchDone(stage.revision, first_s, live_s)
