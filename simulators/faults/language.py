"""The words of the fault language: every kind of fault, and its parameters, from YAML."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from commandwall.base.errors import InvalidError
from simulators.faults import content, description, dialogue, network, payload, timing
from simulators.faults.book import MakeFault
from simulators.faults.fault import Fault

KINDS: dict[str, type[Fault]] = {
    kind.kind: kind
    for module in (dialogue, description, payload, timing, network, content)
    for kind in module.KINDS
}
"""Every fault by its name in the language."""


def parse_faults(entries: list[dict[str, Any]], where: str) -> tuple[MakeFault, ...]:
    """Return what makes the faults in ``entries``.

    Raises InvalidError whose field begins with ``where``.
    """
    return tuple(_parse_fault(entry, f"{where}.faults[{number}]") for number, entry in enumerate(entries))


def read_yaml(path: Path) -> Any:
    """Return what is in a YAML file. Raises InvalidError that names it."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidError(f"{path} cannot be read: {error.strerror}", field="--faults") from error
    except yaml.YAMLError as error:
        raise InvalidError(f"{path} is not YAML: {error}", field="--faults") from error


def invalid(error: ValidationError, where: str) -> InvalidError:
    """Return the first fault that pydantic found, as this project names faults."""
    first = error.errors()[0]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    return InvalidError(first["msg"], field=f"{where}{path}")


def _parse_fault(entry: dict[str, Any], where: str) -> MakeFault:
    parameters = dict(entry)
    name = parameters.pop("kind", None)
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise InvalidError(
            f"{name!r} is no kind of fault; there are {', '.join(KINDS)}", field=f"{where}.kind"
        )
    try:
        TypeAdapter(kind).validate_python(parameters)
    except ValidationError as error:
        raise invalid(error, where) from error
    return partial(kind, **parameters)
