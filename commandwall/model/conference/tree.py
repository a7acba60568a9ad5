"""The tree of conferences: who is behind a link, and what a chair's word does below.

Over a link each side tells the other all who take part on its own side, so that everybody is once in
every roster. Ids and paths are those of this end here; who hears translates them. A participant that
relays the link's node stands for the link itself and is told to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from commandwall.base.errors import InvalidError
from commandwall.base.sentence import Sentence
from commandwall.model.conference.attendance import leave, lost
from commandwall.model.conference.command import Actor, Command, Standing, Verb
from commandwall.model.conference.directing import released
from commandwall.model.conference.identity import room_of
from commandwall.model.conference.participant import Participant, Presence
from commandwall.model.conference.state import Conference, Content, Mode

_FOR_ALL = frozenset(
    (Verb.ROLL_CALL, Verb.LECTURE, Verb.BROADCAST, Verb.GALLERY, Verb.MUTE_ALL, Verb.UNMUTE_ALL)
)
"""What every level below does too; a poll and voice switching change the picture above only."""
_FOR_ONE = frozenset((Verb.GRANT, Verb.DECLINE, Verb.MUTE, Verb.UNMUTE))
"""What is done where the participant is."""
_MAX_WAY_SHOWN = 200


def told(state: Conference, node: str) -> tuple[Participant, ...]:
    """Return whom the link to ``node`` is told of: all who take part and are not behind it themselves."""
    return tuple(one for one in state.present if not one.relays and one.path[:1] != (node,))


def heard_of(state: Conference, node: str, those: Sequence[Participant], now_s: float) -> Conference:
    """Return ``state`` with ``those`` behind the link to ``node``, and nobody else.

    What they send on their own (``has_people``, ``has_content``) stays what is known here, and so does
    what they watch and when they spoke. Raises :class:`InvalidError` for a path that comes back.
    """
    for one in those:
        _check_path(state.node, one)
    names = {one.id for one in those}
    after = state
    for one in behind(state, node):
        if one.id not in names:
            after = leave(after, one.id, now_s)
    kept = {one.id: one for one in after.participants}
    news = {one.id: _as_known(one, kept.get(one.id)) for one in those}
    staying = [one for one in after.participants if one.id in news or one.path[:1] != (node,)]
    merged = [news.pop(one.id, one) for one in staying]
    return after.each((*merged, *news.values()))


def behind(state: Conference, node: str) -> tuple[Participant, ...]:
    """Return all whom the link to ``node`` brings."""
    return tuple(one for one in state.participants if one.path[:1] == (node,))


def cut(state: Conference, node: str, why: Sentence, now_s: float, *, above: bool) -> Conference:
    """Return ``state`` while the link to ``node`` is broken: who was behind it is cut off.

    What they held falls free, and what the level ``above`` had arranged gives way to what was before.
    """
    after = released(state) if above else state
    for one in behind(state, node):
        after = lost(after, one.id, why, now_s)
    reached = {step for one in after.present for step in one.path}
    room = room_of(after.content.holder)
    return replace(after, content=Content("", "", now_s)) if room and room not in reached else after


def forgotten(state: Conference, node: str, now_s: float, *, above: bool) -> Conference:
    """Return ``state`` without the link to ``node``, which was taken down, and without who was behind it."""
    after = cut(state, node, Sentence(""), now_s, above=above)
    return after.each(one for one in after.participants if one.path[:1] != (node,))


def onward(state: Conference, command: Command, below: Iterable[str]) -> tuple[tuple[str, Command], ...]:
    """Return what to tell which links to the level ``below``, after ``command`` brought about ``state``.

    What is about one participant goes down the path to it, what somebody is to watch to who watches, and
    what directs all to every link.
    """
    by = Actor(Standing.ABOVE, state.leader, state.node)
    if command.verb in _FOR_ONE or command.verb is Verb.WATCH:
        one = state.find(command.viewer if command.verb is Verb.WATCH else command.target)
        nodes = [node for node in below if one is not None and one.path[:1] == (node,)]
        return tuple((node, replace(command, by=by)) for node in nodes)
    if command.verb not in _FOR_ALL:
        return ()
    outcome = replace(_as_it_came_out(state, command), by=by)
    return tuple((node, outcome) for node in below)


def _as_it_came_out(state: Conference, command: Command) -> Command:
    """Return ``command`` with whom it turned out to be about: the next in the roll, or the roll's end."""
    mode, subject = state.direction.mode, state.direction.subject
    if command.verb is Verb.ROLL_CALL and mode is not Mode.ROLL_CALL:
        return replace(command, verb=Verb.GALLERY, target="")
    if command.verb in (Verb.ROLL_CALL, Verb.LECTURE, Verb.BROADCAST):
        return replace(command, target=subject)
    return command


def _as_known(one: Participant, known: Participant | None) -> Participant:
    """Return ``one`` as it takes part in the conference here."""
    return replace(
        one,
        presence=Presence.CONNECTED,
        has_people=known is not None and known.has_people,
        has_content=known is not None and known.has_content,
        watches=known.watches if known is not None else "",
        speaking_since_s=known.speaking_since_s if known is not None else None,
        spoke_at_s=known.spoke_at_s if known is not None else None,
    )


def _check_path(node: str, one: Participant) -> None:
    if not one.path or node in one.path or len(set(one.path)) < len(one.path):
        raise InvalidError(
            "the way to {name} makes a loop ({path}); end one of the links on it",
            name=one.name,
            path=" > ".join((node, *one.path))[:_MAX_WAY_SHOWN],
            field="path",
        )
