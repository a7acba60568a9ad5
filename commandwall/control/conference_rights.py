"""Who may direct a conference beside the verbs of its chair."""

from __future__ import annotations

from commandwall.base.errors import AccessRefusedError
from commandwall.control.roles import Permission, Principal
from commandwall.model.conference.state import Conference


def require_director(who: Principal, state: Conference) -> None:
    """Raise :class:`AccessRefusedError` unless ``who`` is an operator, or holds the chair of ``state``."""
    seat = who.seat
    if seat is None:
        who.require(Permission.OPERATE)
    elif seat.conference != state.id or seat.participant != state.chair:
        raise AccessRefusedError("only the chair may do this")
