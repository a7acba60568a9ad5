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
from commandwall.model.conference.command import DIRECTIONS, Actor, Command, Standing, Verb
from commandwall.model.conference.directing import released
from commandwall.model.conference.floor import kept_muted
from commandwall.model.conference.identity import room_of
from commandwall.model.conference.participant import Participant, Presence
from commandwall.model.conference.state import Conference, Content, Mode

_DIRECTED = {Mode.ROLL_CALL: Verb.ROLL_CALL, Mode.LECTURE: Verb.LECTURE, Mode.BROADCAST: Verb.BROADCAST}
"""The modes in which every level below is too, with the verb that says so; in all others they are free."""
_MUTES = frozenset((Verb.MUTE_ALL, Verb.UNMUTE_ALL))
"""What else every level below does."""
_FOR_ONE = frozenset((Verb.GRANT, Verb.DECLINE, Verb.MUTE, Verb.UNMUTE))
"""What is done where the participant is."""
_MAX_WAY_SHOWN = 200


def told(state: Conference, node: str) -> tuple[Participant, ...]:
    """Return whom the link to ``node`` is told of: all who take part and are not behind it themselves.

    Who comes by a link that the chair here has muted is muted for those who are told.
    """
    shut = {one.relays for one in state.participants if one.relays and one.muted_by_chair}
    return tuple(
        replace(one, muted_by_chair=kept_muted(state, one)) if shut.intersection(one.path[:1]) else one
        for one in state.present
        if not one.relays and one.path[:1] != (node,)
    )


def joined(state: Conference, link: str, node: str, name: str, *, above: bool) -> Conference:
    """Return ``state`` with the participant ``link`` standing for the link to ``node``, which is ``name``.

    A seat below that was muted with everybody else is opened by that: those beyond are muted one by one, as
    :func:`mute_all` has it.
    """
    one = state.participant(link)
    with_all = state.muted_on_entry and not (above or one.relays)
    relay = replace(
        one,
        relays=node,
        above=above,
        name=name if above else one.name,
        muted_by_chair=one.muted_by_chair and not with_all,
    )
    return state.each(relay if other.id == link else other for other in state.participants)


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


def recorded_for(state: Conference, node: str) -> bool:
    """Return whether the link to ``node`` is told that it is recorded on this side."""
    return state.recording or bool(state.recorded_beyond - {node})


def recorded_there(state: Conference, node: str, recorded: bool) -> Conference:
    """Return ``state`` with it recorded, or not, beyond the link to ``node``."""
    beyond = state.recorded_beyond | {node} if recorded else state.recorded_beyond - {node}
    return replace(state, recorded_beyond=beyond)


def behind(state: Conference, node: str) -> tuple[Participant, ...]:
    """Return all whom the link to ``node`` brings."""
    return tuple(one for one in state.participants if one.path[:1] == (node,))


def cut(state: Conference, node: str, why: Sentence, now_s: float, *, above: bool) -> Conference:
    """Return ``state`` while the link to ``node`` is broken: who was behind it is cut off.

    What they held falls free, and what the level ``above`` had arranged gives way to what was before.
    """
    after = recorded_there(released(state) if above else state, node, False)
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
    if command.verb in DIRECTIONS:
        command = _directing(state)
    if command.verb in _FOR_ONE or command.verb is Verb.WATCH:
        one = state.find(command.viewer if command.verb is Verb.WATCH else command.target)
        nodes = [node for node in below if one is not None and one.path[:1] == (node,)]
        return tuple((node, replace(command, by=by)) for node in nodes)
    if command.verb not in DIRECTIONS | _MUTES:
        return ()
    return tuple((node, replace(command, by=by)) for node in below)


def standing(state: Conference, *, muted: bool) -> tuple[Command, ...]:
    """Return what to tell a level below that comes, or comes back: what directs all, and that all are muted.

    ``muted``: it has all muted already because it was told so.
    """
    mutes = Verb.MUTE_ALL if state.muted_on_entry else Verb.UNMUTE_ALL
    told = (Command(mutes),) if state.muted_on_entry != muted else ()
    return (*told, *directed(state))


def directed(state: Conference) -> tuple[Command, ...]:
    """Return what has all levels below directed as it is here, ``()`` while they are free."""
    return (_directing(state),) if state.direction.mode in _DIRECTED else ()


def _directing(state: Conference) -> Command:
    """Return what brings a level below where this one is, by whichever verb it came there."""
    verb = _DIRECTED.get(state.direction.mode)
    return Command(Verb.GALLERY) if verb is None else Command(verb, target=state.direction.subject)


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
