"""Through whom content comes: its holder, or the link that brings it."""

from __future__ import annotations

from commandwall.model.conference.identity import AT
from commandwall.model.conference.participant import Participant
from commandwall.model.conference.state import Conference, Content
from commandwall.model.link import split_id


def bearer(state: Conference) -> str:
    """Return whose second picture the content is: the holder's, or that of the link that brings it.

    ``""`` where there is none, or where it is the room's own.
    """
    holder = state.content.holder
    link, _ = split_id(holder)
    if not link and AT not in holder:
        return holder
    relays = [one for one in state.participants if one.relays]
    if link:
        return next((one.id for one in relays if one.id == link), "")
    return next((one.id for one in relays if one.has_content), "")


def brought(held: Content, link: Participant) -> bool:
    """Return whether ``link`` may bring this content: who holds it is beyond it, or in no roster yet."""
    return held.holder.startswith(f"{link.id}/") or AT in held.holder
