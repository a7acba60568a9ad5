"""Conferences elsewhere that are joined from here: tried, told of, and tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from commandwall.base.errors import AccessRefusedError, CommandwallError, NotFoundError, UnsupportedError
from commandwall.base.sentence import Sentence
from commandwall.base.tasks import Backoff
from commandwall.conference.links.line import LinkRefusedError
from commandwall.control.conference_documents import LinkDocument
from commandwall.control.conference_room import Room
from commandwall.control.mishaps import Mishaps
from commandwall.model.conference.attendance import lost
from commandwall.model.link import LinkState, LoopError

log = logging.getLogger(__name__)

_LINK_AGAIN_S = (0.3, 0.5)
"""Often for ever: whoever waits for a city hears it within three seconds of its return."""
_BRIDGE_AGAIN_S = (0.3, 0.5, 1.0, 2.0, 5.0)
_REFUSED_AGAIN_S = 15.0
_WAITING_AGAIN_S = 5.0
"""Who waits in a lobby asks so often: each time is a line of the audit log there."""
_FAILED = (LinkState.LOST, LinkState.REFUSED)
_REFUSALS = (AccessRefusedError, NotFoundError, UnsupportedError, LoopError)


class Outside:
    """One conference elsewhere, which is one participant of ``room``. :meth:`run` is one task.

    ``join`` joins it, calls :meth:`joined`, and stays until it is lost. Whatever happens is told in the
    room's links and in the roster; the room goes on with what it has. ``tried``: it was tried once, or is
    not tried any more; ``closing``: it ends on purpose, and not only with the daemon.
    """

    def __init__(
        self,
        room: Room,
        link: LinkDocument,
        join: Callable[[Outside], Awaitable[None]],
        now_s: Callable[[], float],
    ) -> None:
        self.link = link
        self.tried = asyncio.Event()
        self.refusal: CommandwallError | None = None
        self.closing = False
        self._room = room
        self._join = join
        self._now_s = now_s
        self._backoff = Backoff(_LINK_AGAIN_S if link.above else _BRIDGE_AGAIN_S)
        self._mishaps = Mishaps(log)
        self._logged = ""

    async def run(self) -> None:
        """Join, again and again, until cancelled."""
        while True:
            wait_s = await self._try()
            self.tried.set()
            await asyncio.sleep(wait_s)

    def know(self, node: str, name: str) -> None:
        """Take in which node it is, and what that is called."""
        self.link = replace(self.link, node=node, name=name)

    def reached(self) -> None:
        """Note that it is there, or that nobody knows yet: what it sends is expected from now on.

        Raises :class:`AccessRefusedError` where this room does not let it in. While one that failed is
        only tried again it stays as it is, with the newest reason.
        """
        self._room.door.let_link_in(self.link.id)
        self._go(LinkState.CONNECTING, Sentence(""))

    def joined(self, lacking: str) -> None:
        """Note that it is joined, and what is lacking, ``""`` for nothing; again when that changes."""
        self._backoff.reset()
        self.tried.set()
        self._go(LinkState.CONNECTED, Sentence(lacking))

    def lost(self, reason: Sentence) -> None:
        """Note that it is lost, and why."""
        self._go(LinkState.LOST, reason)

    async def _try(self) -> float:
        """Join once and stay; return after how many seconds to try again."""
        try:
            if self.link.state not in _FAILED:
                self.reached()
            await self._join(self)
            reason = Sentence("it ended")
        except _REFUSALS as error:
            return self._refused(error)
        except LinkRefusedError as error:
            if not error.again:
                return self._refused(error)
            self.lost(error.sentence)
            return _WAITING_AGAIN_S
        except CommandwallError as error:
            reason = error.sentence
        except TimeoutError:
            reason = Sentence("a worker process did not answer in time; try again")
        except Exception as error:  # Nobody else would try again, nor tell that it is gone.
            reason = Sentence("unforeseen {kind}; the log has more", kind=type(error).__name__)
            if str(reason) != self._logged:  # once, and not at every try
                log.exception("conference %s, %s", self._room.state.id, self.link.id)
                self._logged = str(reason)
        self.lost(reason)
        return self._backoff.next_s()

    def _refused(self, error: CommandwallError) -> float:
        self.refusal = error
        self._go(LinkState.REFUSED, error.sentence)
        return _REFUSED_AGAIN_S

    def _go(self, state: LinkState, reason: Sentence) -> None:
        before = self.link
        self.link = replace(before, state=state, reason=str(reason), reason_zh=reason.zh)
        if (before.state, before.reason) != (state, str(reason)):
            log.info("conference %s, %s: %s %s", self._room.state.id, self.link.id, state, reason)
        if state in _FAILED:
            with self._mishaps.of(f"conference {self._room.state.id}, {self.link.id}"):
                self._room.update(lost(self._room.state, self.link.id, reason, self._now_s()))
        self._room.tell_link(self.link)
