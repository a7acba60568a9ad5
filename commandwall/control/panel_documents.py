"""Data panels as the API shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from commandwall.base.clock import NS_PER_S, utc_iso
from commandwall.control.encoding import adapter
from commandwall.model.data import (
    Body,
    Figure,
    Incidents,
    Panel,
    PanelKind,
    PictureFile,
    Rows,
    Value,
    Words,
)
from commandwall.model.level import PanelLevel
from commandwall.model.record import Record
from commandwall.settings.panels import PanelEntry


@dataclass(frozen=True, slots=True)
class PanelDocument:
    """A data panel in the API, right now.

    ``at`` is since when its value is so (``None``: it has none), ``timed`` whether the sender said that;
    else it is when the value arrived. ``age_s`` is -1 without a value. ``stale``: it is older than
    ``stale_after_s`` (``None``: it never is), and the panel says so. ``level`` is that of a text, ``None`` of
    anything else. ``points`` is how many a series holds. ``configured`` ones stand in the configuration and
    are changed there; ``visible``: a wall shows it.
    """

    id: str
    name: str
    kind: PanelKind
    title: str
    configured: bool
    visible: bool
    at: str | None
    timed: bool
    age_s: float
    stale: bool
    stale_after_s: float | None
    level: PanelLevel | None
    points: int
    value: Any


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """How a panel is set up; ``configured`` ones stand in the configuration and are changed there."""

    configured: bool
    panel: PanelEntry


@dataclass(frozen=True, slots=True)
class PanelEvent:
    """What an event ``data`` carries: a panel as it is now, or as it was when it was ``removed``."""

    panel: PanelDocument
    removed: bool = False


def panel_document(record: Record, *, configured: bool, visible: bool, now_utc_ns: int) -> PanelDocument:
    """Return what the API shows of a panel."""
    panel, value = record.panel, record.value
    age_s = -1.0 if value is None else max(0.0, (now_utc_ns - value.at_utc_ns) / NS_PER_S)
    return PanelDocument(
        panel.id,
        panel.name,
        panel.kind,
        panel.heading,
        configured,
        visible,
        None if value is None else utc_iso(value.at_utc_ns),
        value is not None and value.timed,
        round(age_s, 3),
        _stale(panel, value, age_s),
        panel.stale_after_s,
        value.body.level if value is not None and isinstance(value.body, Words) else None,
        len(record) if panel.span_s else 0,
        None if value is None else _plain(value.body),
    )


def _stale(panel: Panel, value: Value | None, age_s: float) -> bool:
    return value is not None and panel.stale_after_s is not None and age_s > panel.stale_after_s


def _plain(body: Body) -> Any:
    """Return a value as JSON; of a map how many incidents, of a picture nothing of its file."""
    match body:
        case Figure(value):
            return value
        case Words(text):
            return text
        case Rows():
            return adapter(Rows).dump_python(body, mode="json")["rows"]
        case Incidents(features):
            return len(features)
        case PictureFile():
            return None
