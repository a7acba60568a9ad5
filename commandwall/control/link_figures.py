"""How links are: what their documents and metrics say beside the state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from commandwall.control.conference_documents import LinkDocument
from commandwall.control.conference_lines import Line
from commandwall.ipc.rtc_messages import SessionFigures
from commandwall.model.link import split_id


def measured(
    link: LinkDocument, joins: int, figures: Iterable[tuple[Line, SessionFigures]], feeds: Iterable[str]
) -> LinkDocument:
    """Return ``link`` with how good it is, of all lines of the room those that belong to it.

    ``joins``: how often it stood; ``feeds``: whose own pictures come by links.
    """
    ours = [
        (line, each)
        for line, each in figures
        if line.participant == link.id or split_id(line.participant)[0] == link.id
    ]
    return replace(
        link,
        rtt_ms=max((each.rtt_ms for _, each in ours if each.rtt_ms is not None), default=None),
        loss_ratio=max((each.loss_ratio for _, each in ours), default=None),
        bitrate_bps=sum(each.bitrate_bps for _, each in ours),
        rejoins=max(0, joins - 1),
        feeds=tuple(one for one in feeds if split_id(one)[0] == link.id),
    )
