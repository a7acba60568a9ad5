"""Faults of a configuration, each with the place where it was written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from commandwall.base.errors import CommandwallError, InvalidError

_WORDS = {
    "missing": "is missing; add it",
    "model_type": "must be a mapping (key: value)",
    "dict_type": "must be a mapping (key: value)",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must not hold control characters",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "invalid_key": "is not a known key; keys are text",
}

Loc = tuple[str | int, ...]
"""The path of a field, as pydantic gives it: ``("heads", 0, "rect")``."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong; ``str(fault)`` is ``FILE:LINE: path.of.field: what; what to do``."""

    file: Path
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {field}{self.message}"


class SettingsError(CommandwallError):
    """Raised when a configuration cannot be used; ``faults`` holds every reason, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Place(Protocol):
    """Where an entry was written: a node of a YAML document, or a line of a spreadsheet."""

    def fault(self, loc: Loc, message: str) -> Fault:
        """Return the fault of the entry's field at ``loc`` (``()`` for the entry itself)."""
        ...


def path_of(loc: Loc) -> str:
    """Return ``loc`` as people write it: ``walls[0].heads[1].rect``."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def loc_of(path: str) -> Loc:
    """Return the steps of ``path``; the inverse of :func:`path_of`."""
    steps = re.findall(r"\[(\d+)\]|([^.\[\]]+)", path)
    return tuple(int(index) if index else name for index, name in steps)


def schema_faults(error: ValidationError, place: Place, known: Collection[str]) -> list[Fault]:
    """Return the faults that pydantic found in the entry at ``place``; ``known`` are possible keys."""
    return [place.fault(detail["loc"], _wording(detail, known)) for detail in error.errors(include_url=False)]


def invalid_fault(error: InvalidError, place: Place) -> Fault:
    """Return the fault that the model found in the entry at ``place``."""
    return place.fault(loc_of(error.field), error.reason)


def _wording(detail: ErrorDetails, known: Collection[str]) -> str:
    """Return what is wrong and what to do; never the value itself, which may hold a password."""
    kind = detail["type"]
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(detail["loc"][-1]), known, n=1)
        return f"is not a known key; {f'did you mean {near[0]}?' if near else 'remove it'}"
    message = detail["msg"].removeprefix("Value error, ")
    return _WORDS.get(kind) or message.replace("Input should be", "must be", 1).replace(
        "Tuple should", "must", 1
    )
