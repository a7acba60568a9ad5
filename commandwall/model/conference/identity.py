"""Who is who in a tree of conferences: a name that is the same on every node, whatever the way there.

A participant's id leads to him link by link (``luohu/guiyuan/chen``) and so is another one on each node;
his identity is his id at home and the node that this is (``chen@guiyuan``). ``@guiyuan`` is that node's room.
"""

from __future__ import annotations

from commandwall.model.conference.participant import Participant
from commandwall.model.conference.state import Conference

AT = "@"
"""What stands between the id of somebody at home and the node that this is."""


def identity(node: str, one: Participant) -> str:
    """Return the name in the whole tree of ``one``, a participant of the conference on ``node``."""
    home = one.path[-1] if one.path else node
    return f"{one.id.rpartition('/')[2]}{AT}{home}"


def name_of(state: Conference, holder: str) -> str:
    """Return the name in the whole tree of ``holder``: an id here, ``""`` for the room, or such a name."""
    one = state.find(holder)
    if one is not None:
        return identity(state.node, one)
    return holder if AT in holder else f"{AT}{state.node}"


def holder_of(state: Conference, name: str) -> str:
    """Return the id here of who is called ``name`` in the whole tree; the name while he is in no roster."""
    if name == f"{AT}{state.node}":
        return ""
    return next((one.id for one in state.participants if identity(state.node, one) == name), name)


def room_of(holder: str) -> str:
    """Return the node whose room ``holder`` is, ``""`` when that is a participant."""
    return holder[1:] if holder.startswith(AT) else ""
