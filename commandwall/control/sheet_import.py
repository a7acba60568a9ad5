"""What a spreadsheet of cameras would change, told line by line before anything is changed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from commandwall.base.sentence import Sentence
from commandwall.control.problem import FieldFault, FieldsError
from commandwall.model.camera import Camera
from commandwall.settings.checks import Located, camera_of, cameras_of, check_unique, entry_of, read_entries
from commandwall.settings.faults import Fault, SettingsError
from commandwall.settings.schema import CameraEntry
from commandwall.settings.spreadsheet import read_cameras

_SHEET = Path("spreadsheet")


class Outcome(StrEnum):
    """What becomes of a line."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One line of the spreadsheet: its number (from 1), its camera, and why it was refused if it was."""

    line: int
    camera: str
    outcome: Outcome
    faults: tuple[FieldFault, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import changed; with ``dry_run``, what it would have changed."""

    dry_run: bool
    added: int
    changed: int
    unchanged: int
    refused: int
    lines: tuple[ImportLine, ...]

    @property
    def summary(self) -> str:
        """The report in a line."""
        return (
            f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged, {self.refused} refused"
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What lines are held against: areas and credentials by name, cameras by id.

    ``configured`` are the ids of cameras that only the configuration may change.
    """

    areas: Collection[str]
    credentials: Collection[str]
    cameras: Mapping[str, Camera]
    configured: Collection[str]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Every line and what is to become of it; ``entries`` are the cameras to add or change."""

    lines: tuple[ImportLine, ...]
    entries: tuple[CameraEntry, ...]

    def report(self, *, dry_run: bool) -> ImportReport:
        """Return what has been done, or with ``dry_run`` would be."""
        count = Counter(line.outcome for line in self.lines)
        counts = {str(outcome): count[outcome] for outcome in Outcome}
        return ImportReport(dry_run=dry_run, lines=self.lines, **counts)


def plan_import(data: bytes, known: Known) -> ImportPlan:
    """Return what the CSV or XLSX ``data`` asks for; a line with a fault is refused, the others are not.

    A camera that is there keeps what the spreadsheet has no column for, its masks among that. Blocks for as
    long as reading takes. Raises :class:`FieldsError` where nothing can be read.
    """
    faults: list[Fault] = []
    try:
        sheet = read_cameras(_SHEET, data, faults)
    except SettingsError as error:
        raise FieldsError.of(
            error.faults,
            lambda fault: FieldFault.of(fault.field or f"line {fault.line}", fault.message),
        ) from None
    whole = [(place, sheet.completed(entry, _before(entry, known))) for place, entry in sheet.lines]
    located = read_entries(CameraEntry, whole, faults)
    check_unique(located, faults)
    cameras_of(located, known.areas, known.credentials, faults)
    faults += filter(None, (_configured_fault(each, known) for each in located))
    by_line: dict[int, list[FieldFault]] = defaultdict(list)
    for fault in sorted(set(faults)):
        by_line[fault.line].append(FieldFault.of(fault.field, fault.message))
    ids = {place.line: str(entry.get("id", "")) for place, entry in sheet.lines}
    refused = [
        ImportLine(line, ids.get(line, ""), Outcome.REFUSED, tuple(found)) for line, found in by_line.items()
    ]
    taken = {
        each.place.fault((), "").line: each.entry
        for each in located
        if each.place.fault((), "").line not in by_line
    }
    lines = [ImportLine(line, entry.id, _outcome(entry, known)) for line, entry in taken.items()]
    wanted = [entry for entry in taken.values() if _outcome(entry, known) is not Outcome.UNCHANGED]
    return ImportPlan(tuple(sorted([*refused, *lines], key=lambda each: each.line)), tuple(wanted))


def _before(entry: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """Return the camera of ``entry`` as the configuration would write it now, nothing if it is new."""
    before = known.cameras.get(entry.get("id", ""))
    return {} if before is None else entry_of(before).model_dump(mode="json")


def _configured_fault(located: Located[CameraEntry], known: Known) -> Fault | None:
    camera = camera_of(located.entry)
    if camera.id not in known.configured or known.cameras[camera.id] == camera:
        return None
    message = Sentence("camera {id!r} stands in the configuration; change it there", id=camera.id)
    return located.place.fault(("id",), message)


def _outcome(entry: CameraEntry, known: Known) -> Outcome:
    before = known.cameras.get(entry.id)
    if before is None:
        return Outcome.ADDED
    return Outcome.UNCHANGED if before == camera_of(entry) else Outcome.CHANGED
