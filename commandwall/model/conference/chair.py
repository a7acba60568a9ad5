"""The chair: who may use which of its verbs, and what each of them does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from commandwall.base.errors import AccessRefusedError, InvalidError
from commandwall.model.conference.attendance import admit, remove, require_open, seat
from commandwall.model.conference.command import DELEGATED, DIRECTIONS, Actor, Command, Standing, Verb
from commandwall.model.conference.contents import present
from commandwall.model.conference.directing import direct, relax, released
from commandwall.model.conference.floor import grant, mute, mute_all, raise_hand, revoke, unmute, unmute_all
from commandwall.model.conference.participant import Participant, Role
from commandwall.model.conference.polling import poll
from commandwall.model.conference.rollcall import answered, call, close
from commandwall.model.conference.stage import stand_in
from commandwall.model.conference.state import Conference, Direction, Mode
from commandwall.model.conference.tree import forgotten
from commandwall.model.link import split_id
from commandwall.model.source import PICTURE

MOST_EXTENSION_MIN = 24 * 60.0


def apply(state: Conference, command: Command, now_s: float) -> Conference:
    """Return ``state`` after ``command``.

    Raises :class:`AccessRefusedError` when who gives it may not, :class:`NotFoundError` for a target
    that nobody is called, and :class:`InvalidError` naming the field for what cannot be done.
    """
    require_open(state)
    authorise(state, command.verb, command.by)
    return _VERBS[command.verb](state, command, now_s)


def authorise(state: Conference, verb: Verb, by: Actor) -> None:
    """Raise :class:`AccessRefusedError` unless ``by`` may use ``verb`` now."""
    if by.standing is Standing.ABOVE:
        if verb not in DELEGATED:
            raise AccessRefusedError("the level above may not do this here")
        return
    if by.standing is Standing.PARTICIPANT and verb is not Verb.TAKE and state.chair != by.participant:
        raise AccessRefusedError("only the chair may do this")
    if state.direction.above and verb in DIRECTIONS:
        raise AccessRefusedError("the level above directs the conference now; it ends that, or the link does")


def _leading(state: Conference, by: Actor) -> Direction:
    """Return a direction that says who directs from the level above: its chair, or the link to it."""
    relay = next((one.id for one in state.participants if one.relays == by.node), "")
    return Direction(leader=by.participant if state.find(by.participant) else relay, above=True)


def _mute_all(state: Conference, command: Command, now_s: float) -> Conference:
    """Mute all but who directs, or, where the level above says so, its chair."""
    above = command.by.standing is Standing.ABOVE
    return mute_all(state, command.by.participant if above else state.leader, now_s, above=above)


def _told(state: Conference, command: Command, mode: Mode, now_s: float) -> Conference:
    """Return ``state`` as the level above directs it, whose roster may be ahead of this one.

    Where only another one directs by now, as its chair was handed over, all else is as it was.
    """
    leading, now = _leading(state, command.by), state.direction
    same = now.above and (now.mode, now.subject) == (mode, command.target)
    if same and now.leader != leading.leader:
        return replace(state, direction=replace(now, leader=leading.leader))
    return direct(state, replace(leading, mode=mode, subject=command.target, since_s=now_s))


def _roll_call(state: Conference, command: Command, now_s: float) -> Conference:
    if command.by.standing is Standing.ABOVE:
        return _told(state, command, Mode.ROLL_CALL, now_s)
    return call(state, command.target, now_s)


def _gallery(state: Conference, command: Command, now_s: float) -> Conference:
    """End what goes on: a roll-call and what the level above arranged give way to what was before."""
    if command.by.standing is Standing.ABOVE:
        return released(state)
    return close(state) if state.direction.mode is Mode.ROLL_CALL else relax(state)


def _voice_switched(state: Conference, command: Command, now_s: float) -> Conference:
    return direct(state, Direction(Mode.VOICE_SWITCHED, since_s=now_s))


def _lecture(state: Conference, command: Command, now_s: float) -> Conference:
    if command.by.standing is Standing.ABOVE:
        return _told(state, command, Mode.LECTURE, now_s)
    one = state.someone_here(command.target or state.chair)
    return direct(state, Direction(Mode.LECTURE, one.id, since_s=now_s))


def _broadcast(state: Conference, command: Command, now_s: float) -> Conference:
    if command.by.standing is Standing.ABOVE:
        return _told(state, command, Mode.BROADCAST, now_s)
    one = state.someone_here(command.target)
    if one.id == state.chair:
        raise InvalidError("a site is broadcast to all but the chair; name another one", field="target")
    _require_seen(state, one)
    return direct(state, Direction(Mode.BROADCAST, one.id, since_s=now_s))


def _watch(state: Conference, command: Command, now_s: float) -> Conference:
    viewer = state.participant(command.viewer or state.leader, field="viewer")
    if command.target in ("", PICTURE):
        return state.changed(viewer.id, watches="")
    shown = state.someone_here(command.target)
    _require_seen(state, shown)
    if shown.id == viewer.id:
        raise InvalidError("nobody is shown to himself", field="target")
    return state.changed(viewer.id, watches=shown.id)


def _require_seen(state: Conference, one: Participant) -> None:
    if not stand_in(state, one.id):
        raise InvalidError("{name} sends no picture", name=one.name, field="target")


def _layout(state: Conference, command: Command, now_s: float) -> Conference:
    """Choose the layout ``target`` for the conference's picture; ``""`` leaves it to the mode."""
    return replace(state, layout=command.target)


def _remove(state: Conference, command: Command, now_s: float) -> Conference:
    """Put ``target`` out; a link with all whom it brings, or brought before somebody came on its seat."""
    after = remove(state, command.target, now_s)
    one = after.participant(command.target)
    brought = {other.path[0] for other in after.participants if split_id(other.id)[0] == one.id}
    for node in {one.relays, *brought} - {""}:
        after = forgotten(after, node, now_s, above=one.above)
    return after


def _transfer(state: Conference, command: Command, now_s: float) -> Conference:
    one = state.someone_here(command.target)
    if one.path or one.relays:
        raise InvalidError("each level has its own chair; name somebody of this one", field="target")
    return seat(state, one.id)


def _take(state: Conference, command: Command, now_s: float) -> Conference:
    """Give the chair to who asks for it, or, where an operator does, to ``target``."""
    if command.by.standing is Standing.OPERATOR:
        return _transfer(state, command, now_s)
    one = state.someone_here(command.by.participant)
    if one.role is not Role.CHAIR:
        raise AccessRefusedError("only who was invited as chair may take the chair")
    return seat(state, one.id)


def _extend(state: Conference, command: Command, now_s: float) -> Conference:
    if state.ends_at_s is None:
        raise InvalidError("this conference has no end that could be put off", field="verb")
    if not 0 < command.minutes <= MOST_EXTENSION_MIN:
        raise InvalidError("must be {least:g} to {most:g}", least=1, most=MOST_EXTENSION_MIN, field="minutes")
    return replace(state, ends_at_s=state.ends_at_s + 60.0 * command.minutes)


_VERBS: dict[Verb, Callable[[Conference, Command, float], Conference]] = {
    Verb.ROLL_CALL: _roll_call,
    Verb.ANSWERED: lambda state, command, now_s: answered(state, command.target, now_s),
    Verb.GRANT: lambda state, command, now_s: grant(state, command.target, now_s),
    Verb.REVOKE: lambda state, command, now_s: revoke(state, now_s),
    Verb.DECLINE: lambda state, command, now_s: raise_hand(state, command.target, False, now_s),
    Verb.MUTE: lambda state, command, now_s: mute(state, command.target, now_s),
    Verb.UNMUTE: lambda state, command, now_s: unmute(state, command.target),
    Verb.MUTE_ALL: _mute_all,
    Verb.UNMUTE_ALL: lambda state, command, now_s: unmute_all(state),
    Verb.BROADCAST: _broadcast,
    Verb.WATCH: _watch,
    Verb.POLL: lambda state, command, now_s: poll(state, command.target, command.dwell_s, now_s),
    Verb.GALLERY: _gallery,
    Verb.VOICE_SWITCHED: _voice_switched,
    Verb.LECTURE: _lecture,
    Verb.LAYOUT: _layout,
    Verb.PRESENT: lambda state, command, now_s: present(state, command.target, now_s),
    Verb.TRANSFER: _transfer,
    Verb.TAKE: _take,
    Verb.LOCK: lambda state, command, now_s: replace(state, locked=True),
    Verb.UNLOCK: lambda state, command, now_s: replace(state, locked=False),
    Verb.ADMIT: lambda state, command, now_s: admit(state, command.target),
    Verb.REMOVE: _remove,
    Verb.RECORD: lambda state, command, now_s: replace(state, recording=True),
    Verb.RECORD_END: lambda state, command, now_s: replace(state, recording=False),
    Verb.EXTEND: _extend,
    Verb.END: lambda state, command, now_s: ended(state, now_s),
}


def ended(state: Conference, now_s: float) -> Conference:
    """Return ``state`` over: nobody takes part any more, and nobody gets in."""
    return replace(state, ended_at_s=now_s, recording=False)
