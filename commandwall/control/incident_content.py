"""Incidents as content: a conference that a wall reacts to sees the camera whose alarm is the gravest."""

from __future__ import annotations

from collections.abc import Callable

from commandwall.base.errors import CommandwallError
from commandwall.control.conferences import Conferences
from commandwall.ipc.overlay_messages import SourceAlarms
from commandwall.model.conference.contents import ContentSource, present
from commandwall.model.conference.state import Conference
from commandwall.model.overlays import AlarmLevel

_RANK = {level: rank for rank, level in enumerate(AlarmLevel)}


class IncidentContent:
    """Shows cameras with an alarm of ``warning`` or graver. Belongs to the control plane's event loop.

    The gravest, of equals the newest, becomes the content of every open conference that names a wall
    to react, while nobody shows any. When the alarm is ended so is that. What somebody else shows stays; who
    takes the camera away is not contradicted until there is another incident. ``check`` raises
    :class:`CommandwallError` for what cannot be content: such a camera is passed over.
    """

    def __init__(self, conferences: Conferences, check: Callable[[ContentSource], None]) -> None:
        self._conferences = conferences
        self._check = check
        self._source: str | None = None
        self._given: dict[str, str] = {}
        self._unwanted: set[str] = set()

    def told(self, message: SourceAlarms) -> None:
        """Take in all alarms that there are, the oldest first."""
        source = self._gravest(message)
        if source != self._source:
            self._unwanted.clear()
        begins, self._source = self._source is None, source
        for meeting in self._conferences.all():
            if begins and source and meeting.state.content.source == source:
                self._given[meeting.state.id] = source  # It was given before the restart.
            self.follow(meeting.state)

    def follow(self, state: Conference) -> None:
        """Let a conference that has changed show the incident, or no longer."""
        if state.ended_at_s is not None:
            self._given.pop(state.id, None)
            self._unwanted.discard(state.id)
            return
        given = self._given.get(state.id, "")
        if given and (state.content.holder or state.content.source != given):
            del self._given[state.id]
            self._unwanted.add(state.id)
            given = ""
        wanted = self._source or ""
        if not state.wall or state.id in self._unwanted or wanted == given:
            return
        if given or not state.content.taken:
            self._give(state.id, wanted)

    def _give(self, conference: str, source: str) -> None:
        if self._conferences.get(conference).room is None:
            return
        self._given[conference] = source
        if not source:
            del self._given[conference]
        self._conferences.change(conference, lambda state, now_s: present(state, source, now_s))

    def _gravest(self, message: SourceAlarms) -> str:
        """Return the source that is to be content, ``""`` for none."""
        newest_first = reversed(message.alarms)
        for told in sorted(newest_first, key=lambda told: -_RANK[told.alarm.level]):
            if told.alarm.level is not AlarmLevel.INFO and self._may_be_content(told.source):
                return told.source
        return ""

    def _may_be_content(self, source: str) -> bool:
        try:
            self._check(ContentSource.parse(source))
        except CommandwallError:
            return False
        return True
