"""Fault files: a YAML list of cameras and what is wrong with each (docs/guide/simulators.md)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from commandwall.base.errors import InvalidError
from commandwall.model.camera import StreamName
from simulators.faults.book import FaultBook, Rule
from simulators.faults.language import invalid, parse_faults, read_yaml
from simulators.faults.zoo import ZOO_FILE, zoo

_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")
_ALL = "all"


class Entry(BaseModel):
    """One entry of a fault file: either ``scenario`` or ``faults``."""

    model_config = ConfigDict(extra="forbid")

    cameras: int | str | list[int | str]
    streams: list[StreamName] = list(StreamName)
    scenario: str = ""
    faults: list[dict[str, Any]] = []


def load_faults(path: Path) -> FaultBook:
    """Read a fault file. Raises InvalidError that names the entry and the field at fault."""
    entries = _entries(path)
    scenarios = {scenario.name: scenario.faults for scenario in zoo(ZOO_FILE)}
    rules = []
    for number, entry in enumerate(entries):
        where = f"{path}: [{number}]"
        if bool(entry.scenario) == bool(entry.faults):
            raise InvalidError("give either scenario or faults", field=where)
        if entry.scenario and entry.scenario not in scenarios:
            raise InvalidError(
                f"the zoo has no {entry.scenario!r}; see docs/ref/zoo.md", field=f"{where}.scenario"
            )
        faults = scenarios[entry.scenario] if entry.scenario else parse_faults(entry.faults, where)
        rules.append(Rule(_numbers(entry.cameras, f"{where}.cameras"), tuple(entry.streams), faults))
    return FaultBook(tuple(rules))


def _entries(path: Path) -> list[Entry]:
    try:
        return TypeAdapter(list[Entry]).validate_python(read_yaml(path))
    except ValidationError as error:
        raise invalid(error, f"{path}: ") from error


def _numbers(cameras: int | str | list[int | str], where: str) -> frozenset[int] | None:
    """Return the numbers in ``7``, ``3-5``, ``[1, 3-5]``; ``None`` for ``all``."""
    if cameras == _ALL:
        return None
    numbers: set[int] = set()
    for part in cameras if isinstance(cameras, list) else [cameras]:
        match = _RANGE.fullmatch(str(part))
        if match is None:
            raise InvalidError(f"{part!r} is neither a number, nor a range as 3-5, nor all", field=where)
        numbers.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return frozenset(numbers)
