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
from commandwall.base.sentence import Sentence

# What pydantic calls a fault, and what it is called here; in braces, fields of its context.
WORDINGS = {
    "missing": "is missing; add it",
    "model_type": "must be a mapping (key: value)",
    "dict_type": "must be a mapping (key: value)",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_unicode": "must be text in UTF-8",
    "string_pattern_mismatch": "must not hold control characters",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "too_long": "must have at most {max_length} entries",
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware"),
        "must be a time with its zone, like 2027-01-31T08:00:00+08:00",
    ),
    **dict.fromkeys(("time_type", "time_parsing"), "must be a time of day, like 20:00"),
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "json_invalid": "is not JSON: {error}",
    "invalid_key": "is not a known key; keys are text",
}

_MOST_KEY_CHARS = 100

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
        """Return the fault of the entry's field at ``loc`` (``()`` for the entry itself).

        A ``message`` that is a :class:`Sentence` stays one.
        """
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
    return [place.fault(detail["loc"], wording(detail, known)) for detail in error.errors(include_url=False)]


def invalid_fault(error: InvalidError, place: Place) -> Fault:
    """Return the fault that the model found in the entry at ``place``."""
    return place.fault(loc_of(error.field), error.reason)


def wording(detail: ErrorDetails, known: Collection[str]) -> Sentence:
    """Return what is wrong and what to do; never the value itself, which may hold a password."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(detail["loc"][-1])[:_MOST_KEY_CHARS], known, n=1)
        if near:
            return Sentence("is not a known key; did you mean {near}?", near=near[0])
        return Sentence("is not a known key; remove it")
    if kind == "value_error":
        return Sentence(context["error"].args[0])
    template = WORDINGS.get(kind, detail["msg"])
    fields = {name: value for name, value in context.items() if f"{{{name}}}" in template}
    return Sentence(template, **fields)
