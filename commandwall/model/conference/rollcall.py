"""The roll-call: one after another is called, and it is noted who answered and when."""

from __future__ import annotations

from dataclasses import replace

from commandwall.base.errors import InvalidError
from commandwall.model.conference.directing import direct, relax
from commandwall.model.conference.state import Call, Conference, Direction, Mode


def call(state: Conference, target: str, now_s: float) -> Conference:
    """Return ``state`` with ``target`` called, or the next in the roll for ``""``; after the last it ends.

    The first call begins a new roll. Raises :class:`InvalidError` when there is nobody to call, or
    ``target`` is the chair or not there.
    """
    going_on = state.direction.mode is Mode.ROLL_CALL and not state.direction.above
    begun = state if going_on else replace(state, roll=())
    following = state.someone_here(target).id if target else next_called(begun)
    if following and following == state.chair:
        raise InvalidError("who calls the roll is not called himself", field="target")
    if not following:
        if not going_on:
            raise InvalidError("there is nobody else in the conference to call", field="target")
        return close(state)
    line = Call(following, begun.participant(following).name, now_s)
    others = tuple(other for other in begun.roll if other.participant != following)
    return direct(replace(begun, roll=(*others, line)), Direction(Mode.ROLL_CALL, following, since_s=now_s))


def next_called(state: Conference) -> str:
    """Return who follows in the roll, ``""`` after the last."""
    done = {line.participant for line in state.roll} | {state.chair}
    return next((one.id for one in state.present if one.id not in done), "")


def answered(state: Conference, target: str, now_s: float) -> Conference:
    """Return ``state`` with ``target`` noted as having answered; the first answer counts.

    Raises :class:`InvalidError` for somebody who was not called.
    """
    one = state.participant(target)
    if not any(line.participant == one.id and line.called_at_s is not None for line in state.roll):
        raise InvalidError("{name} was not called", name=one.name, field="target")
    return replace(
        state,
        roll=tuple(
            replace(line, answered_at_s=now_s)
            if line.participant == one.id and line.answered_at_s is None
            else line
            for line in state.roll
        ),
    )


def close(state: Conference) -> Conference:
    """Return ``state`` after the roll: who was never there is on it too, and all is as it was before."""
    called = {line.participant for line in state.roll} | {state.chair}
    absent = tuple(
        Call(one.id, one.name) for one in state.participants if one.id not in called and not one.here
    )
    return relax(replace(state, roll=state.roll + absent))
