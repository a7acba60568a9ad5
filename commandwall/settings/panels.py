"""Data panels as they are written, in the configuration and in requests, and what they come to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field
from pydantic_core import from_json

from commandwall.base.errors import InvalidError
from commandwall.base.sentence import Sentence
from commandwall.model.data import MAX_COLUMNS, MAX_WINDOW_S, Panel, PanelKind, Threshold
from commandwall.model.geojson import parse_features
from commandwall.model.level import PanelLevel
from commandwall.model.picture_size import picture_size
from commandwall.settings.checks import Located, unknown
from commandwall.settings.faults import Fault, invalid_fault
from commandwall.settings.schema import Entry
from commandwall.settings.values import Id, Text

Number = Annotated[float, Field(allow_inf_nan=False)]
_Label = Annotated[Text, Field(max_length=100)]


class ThresholdEntry(Entry):
    """One of a panel's ``thresholds``."""

    at: Number
    level: PanelLevel


class PanelEntry(Entry):
    """One of ``data``."""

    id: Id
    name: _Label
    kind: PanelKind
    title: _Label | None = None
    unit: Annotated[Text, Field(max_length=20)] | None = None
    min: Number | None = None
    max: Number | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    thresholds: Annotated[tuple[ThresholdEntry, ...], Field(max_length=8)] = ()
    window_s: Annotated[float, Field(ge=10, le=MAX_WINDOW_S)] | None = None
    columns: Annotated[tuple[_Label, ...], Field(max_length=MAX_COLUMNS)] = ()
    geojson: Annotated[tuple[Text, ...], Field(max_length=16)] = ()
    area: Id | None = None
    zone: Text | None = None
    file: Text | None = None
    stale_after_s: Annotated[float, Field(ge=1, le=31_536_000)] | None = None


def panel_of(entry: PanelEntry, root: Path | None = None) -> Panel:
    """Return the panel that ``entry`` describes; its files are relative to ``root``, or as they stand.

    Raises :class:`InvalidError` naming the field.
    """
    if entry.zone is not None:
        _check_zone(entry.zone)
    return Panel(
        entry.id,
        entry.name,
        entry.kind,
        entry.title or "",
        entry.unit or "",
        entry.min,
        entry.max,
        entry.decimals,
        tuple(Threshold(threshold.at, threshold.level) for threshold in entry.thresholds),
        entry.window_s,
        entry.columns,
        tuple(_path(name, root) for name in entry.geojson),
        entry.area,
        entry.zone or "",
        _path(entry.file, root) if entry.file else "",
        entry.stale_after_s,
    )


def panel_entry(panel: Panel) -> PanelEntry:
    """Return ``panel`` as it would be written: what :func:`panel_of` makes it of."""
    given = {name: value for name, value in asdict(panel).items() if value not in ("", (), None)}
    return PanelEntry.model_validate(given)


def panels_of(
    entries: Sequence[Located[PanelEntry]], areas: Collection[str], root: Path, faults: list[Fault]
) -> list[Panel]:
    """Return the panels of the configuration; ``areas`` are the ids that stand in it, right or wrong."""
    panels = []
    for located in entries:
        entry, place = located.entry, located.place
        if entry.area is not None and entry.area not in areas:
            faults.append(place.fault(("area",), unknown("area", entry.area, areas)))
        try:
            panel = panel_of(entry, root)
            check_files(panel)
            panels.append(panel)
        except InvalidError as error:
            faults.append(invalid_fault(error, place))
    return panels


def check_files(panel: Panel) -> None:
    """Read the files that ``panel`` names; raises :class:`InvalidError` for what is wrong with them."""
    for index, path in enumerate(panel.geojson):
        where = f"geojson[{index}]"
        data = _bytes(path, where)
        try:
            document = from_json(data)
        except ValueError as error:
            raise InvalidError(
                "{path} is not JSON: {error}", path=path, error=str(error), field=where
            ) from None
        try:
            parse_features(document, field="")
        except InvalidError as error:
            raise InvalidError(
                "{path}: {reason}", path=path, reason=Sentence(error.sentence), field=where
            ) from None
    if panel.file:
        picture_size(_bytes(panel.file, "file"), field="file")


def check_area(panel: Panel, areas: Iterable[str]) -> None:
    """Raise :class:`InvalidError` where ``panel`` names an area that is not there."""
    known = set(areas)
    if panel.area is not None and panel.area not in known:
        raise InvalidError(unknown("area", panel.area, known), field="area")


def _bytes(path: str, field: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidError(
            "{path} cannot be read: {reason}", path=path, reason=error.strerror, field=field
        ) from None


def _path(name: str, root: Path | None) -> str:
    return name if root is None else str((root / name).absolute())


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidError("must be a time zone like Asia/Shanghai", field="zone") from None
