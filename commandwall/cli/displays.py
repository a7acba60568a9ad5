"""Whether the displays of a configuration are there, as ``check`` tells."""

from __future__ import annotations

from collections.abc import Sequence

from commandwall.base.errors import NotFoundError, UnavailableError
from commandwall.model.head import Display
from commandwall.settings.document import read_document
from commandwall.settings.faults import Loc
from commandwall.settings.site import Settings


def display_faults(settings: Settings) -> list[str]:
    """Return one line for each display of ``settings`` whose monitor cannot be had now.

    A daemon that runs does not end for that: it tries again.
    """
    wanted: list[tuple[Loc, Display]] = [
        (("walls", number, "heads", index, "display"), head.display)
        for number, wall in enumerate(settings.walls)
        for index, head in enumerate(wall.heads)
        if head.display is not None
    ]
    if not wanted:
        return []
    document = read_document(settings.file)
    return [str(document.fault(place, fault)) for place, fault in _missing(wanted)]


def _missing(wanted: Sequence[tuple[Loc, Display]]) -> list[tuple[Loc, str]]:
    """Return the places of displays that cannot be had, and why."""
    from commandwall.outputs.display.monitors import find_monitor, video

    missing: list[tuple[Loc, str]] = []
    try:
        with video():
            for place, display in wanted:
                try:
                    find_monitor(display.monitor)
                except NotFoundError as error:
                    missing.append(((*place, "monitor"), str(error)))
    except UnavailableError as error:
        return [(place, str(error)) for place, _ in wanted]
    return missing
