"""The door of a conference: who is let in, what of him is refused, and who never comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from commandwall.base.errors import AccessRefusedError, CommandwallError
from commandwall.base.sentence import Sentence
from commandwall.control.conference_lines import Lines, Part
from commandwall.model.conference.attendance import arrive, lost
from commandwall.model.conference.contents import drop_content
from commandwall.model.conference.participant import NOTHING_SAID, Participant, Presence
from commandwall.model.conference.state import Conference

_COMES_S = 15.0
"""So long somebody who was let in may take to come, as a connection may to stand."""
_NEVER_CAME = Sentence("was let in and did not come; he can open his link again")
_NO_ANSWER = Sentence("a worker process did not answer in time; try again")


class Inside(Protocol):
    """What is behind the door. Implemented by :class:`Room`."""

    state: Conference
    lines: Lines

    def update(self, state: Conference) -> None:
        """Let it be so."""

    def linked(self, participant: str) -> bool:
        """Return whether somebody is a link that stands or is being made: who keeps that says how it is."""


class Door:
    """The door of one open conference. Belongs to the control plane's event loop.

    ``now_s`` tells what time passes; it never goes back.
    """

    def __init__(self, room: Inside, now_s: Callable[[], float]) -> None:
        self._room = room
        self._now_s = now_s
        self._offers: Counter[str] = Counter()
        self._awaited: dict[str, float] = {}
        self._refused: dict[str, bool] = {}

    def let_in(self, participant: str) -> None:
        """Let somebody in, or raise :class:`AccessRefusedError`.

        Where the link is down that his seat stood for, he comes by himself and is no link any more.
        """
        state = arrive(self._room.state, participant)
        if not self._room.linked(participant):
            state = state.changed(participant, relays="", above=False)
        self._room.update(state)
        if self._room.state.participant(participant).presence is Presence.LOBBY:
            raise AccessRefusedError("wait in the lobby until you are let in")

    def let_link_in(self, link: str) -> None:
        """Let the link in that is being made, or raise :class:`AccessRefusedError`."""
        self._room.update(arrive(self._room.state, link))

    @contextmanager
    def entering(self, participant: str, part: Part, device: str, *, sends: bool) -> Iterator[None]:
        """Let somebody in who offers to send or to be sent ``part``; if it is refused, the roster says why.

        It says with which ``device`` people come, or content where nothing else does. Raises as
        :meth:`let_in` does.
        """
        self.let_in(participant)
        if device and (part is Part.PEOPLE or not self._room.lines.of(participant)):
            self._room.update(self._room.state.changed(participant, device=device))
        why = NOTHING_SAID
        self._offers[participant] += 1
        try:
            yield
        except CommandwallError as error:
            why = error.sentence
            raise
        except TimeoutError:
            why = _NO_ANSWER
            raise
        finally:
            self._offers -= Counter((participant,))
            self._offered(participant, part, why, sends=sends)

    def give_up(self) -> None:
        """Wait no longer for those who were let in a while ago and do not come.

        What was refused of those who are not on the list any more is forgotten.
        """
        now_s = self._now_s()
        self._refused = {one: sends for one, sends in self._refused.items() if self._room.state.find(one)}
        awaited = [one.id for one in self._room.state.participants if self._is_awaited(one)]
        self._awaited = {one: self._awaited.get(one, now_s) for one in awaited}
        for one, since_s in self._awaited.items():
            if now_s - since_s >= _COMES_S:
                self._room.update(lost(self._room.state, one, _NEVER_CAME, now_s))

    def _offered(self, participant: str, part: Part, why: Sentence, *, sends: bool) -> None:
        """Follow that somebody offered something, which was taken unless there is a reason ``why`` not.

        What was refused of people is said until the same is offered again and taken.
        """
        state, lines, now_s = self._room.state, self._room.lines, self._now_s()
        one = state.find(participant)
        if one is None or not one.let_in:
            return
        if why and one.presence is Presence.CONNECTING and not self._tries(participant):
            self._room.update(lost(state, participant, why, now_s))
        elif part is Part.PEOPLE and (why or self._refused.get(participant) is sends):
            if why:
                self._refused[participant] = sends
            else:
                del self._refused[participant]
            self._room.update(state.changed(participant, reason=why))
        elif why and sends and lines.newest(participant, part, sends=True) is None:
            self._room.update(drop_content(state, participant, now_s))

    def _is_awaited(self, one: Participant) -> bool:
        comes = one.presence is Presence.CONNECTING
        return comes and not self._tries(one.id) and not self._room.linked(one.id)

    def _tries(self, participant: str) -> bool:
        """Return whether somebody has a line, or is about to."""
        return bool(self._offers[participant] or self._room.lines.of(participant))
