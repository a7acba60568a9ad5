"""The cameras of a spreadsheet, as Excel, LibreOffice and WPS write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from commandwall.base.readable import readable
from commandwall.base.sentence import Sentence
from commandwall.settings.faults import Fault, Loc, SettingsError, path_of
from commandwall.settings.sheets import sheet_rows

COLUMNS = (
    "id", "name", "area", "latitude", "longitude", "main_url", "main_transport", "sub_url", "sub_transport",
    "onvif_url", "credentials", "enabled", "tls_verify", "audio", "onvif_profile",
)  # fmt: skip
MAX_NAME_CHARS = 60
_REQUIRED = ("id", "name", "area")
_COLUMN_OF: dict[Loc, str] = {
    ("position", 0): "latitude",
    ("position", 1): "longitude",
    ("main", "url"): "main_url",
    ("main", "transport"): "main_transport",
    ("sub", "url"): "sub_url",
    ("sub", "transport"): "sub_transport",
    ("onvif", "url"): "onvif_url",
    ("onvif", "profile"): "onvif_profile",
}
_FIELD_OF = {column: str(loc[0]) for loc, column in _COLUMN_OF.items()}
_SWITCHES = ("enabled", "tls_verify", "audio")
_SWITCH = {
    "true": True,
    "yes": True,
    "1": True,
    "是": True,
    "false": False,
    "no": False,
    "0": False,
    "否": False,
}


@dataclass(frozen=True, slots=True)
class LinePlace:
    """One line of a spreadsheet; a :class:`~commandwall.settings.faults.Place`."""

    file: Path
    line: int

    def fault(self, loc: Loc, message: str) -> Fault:
        """Return the fault of the column that the field at ``loc`` comes from."""
        return Fault(self.file, self.line, _COLUMN_OF.get(loc) or path_of(loc[:1]), message)


class CameraSheet(NamedTuple):
    """A spreadsheet of cameras: its columns, and its lines.

    Each line has its place, and its camera as the configuration would write it.
    """

    columns: frozenset[str]
    lines: list[tuple[LinePlace, dict[str, Any]]]

    def completed(self, entry: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``entry``, a line's, with what its camera had ``before`` that there is no column for."""
        fields = {_FIELD_OF.get(column, column) for column in self.columns}
        whole = {name: value for name, value in before.items() if name not in fields} | entry
        for part in ("main", "sub", "onvif"):
            known = before.get(part) or {}
            kept = {key: value for key, value in known.items() if f"{part}_{key}" not in self.columns}
            if (
                part in entry or "url" in kept
            ):  # A transport or profile alone goes with the address that was emptied.
                whole[part] = kept | entry.get(part, {})
        return whole


def read_cameras(file: Path, data: bytes, faults: list[Fault]) -> CameraSheet:
    """Return the cameras of a spreadsheet.

    ``data`` is XLSX, or CSV in UTF-8 (with or without a byte order mark) or GB18030; lines without
    text are passed over. What is wrong with a line goes to ``faults``. Raises
    :class:`SettingsError` for data that cannot be read from the beginning or has a wrong first line.
    """
    rows = sheet_rows(file, data)
    _, header = next(rows, (1, list[str]()))
    columns = [column.lower() for column in header]
    _check_columns(columns, file)
    cameras = []
    try:
        for line, values in rows:
            place = LinePlace(file, line)
            if any(values[len(columns) :]):
                faults.append(
                    place.fault(
                        (), Sentence("has more than {count} columns; remove the rest", count=len(columns))
                    )
                )
            elif any(values):
                filled = {column: value for column, value in zip(columns, values, strict=False) if value}
                cameras.append((place, _entry(filled)))
    except SettingsError as error:
        faults += error.faults
    return CameraSheet(frozenset(columns), cameras)


def _check_columns(columns: list[str], file: Path) -> None:
    place = LinePlace(file, 1)
    faults = [
        place.fault((name,), "is missing from the first line; add it")
        for name in _REQUIRED
        if name not in columns
    ]
    for index, name in enumerate(columns):
        if name in columns[:index]:
            faults.append(place.fault((readable(name, MAX_NAME_CHARS),), "is there twice; keep one column"))
        elif name not in COLUMNS:
            faults.append(
                place.fault(
                    (readable(name, MAX_NAME_CHARS) or f"column {index + 1}",),
                    Sentence("is not a column; known are {names}", names=", ".join(COLUMNS)),
                )
            )
    if faults:
        raise SettingsError(faults)


def _entry(filled: dict[str, str]) -> dict[str, Any]:
    """Return the line's columns that are ``filled`` as an entry of ``cameras``."""
    entry: dict[str, Any] = {
        name: filled[name] for name in ("id", "name", "area", "credentials") if name in filled
    }
    if "latitude" in filled or "longitude" in filled:
        entry["position"] = (filled.get("latitude"), filled.get("longitude"))
    for part in ("main", "sub", "onvif"):
        fields = {
            key: filled[column]
            for key in ("url", "transport", "profile")
            if (column := f"{part}_{key}") in filled
        }
        if fields:
            entry[part] = fields
    for name in _SWITCHES:
        if name in filled:
            entry[name] = _SWITCH.get(filled[name].lower(), filled[name])
    return entry
