"""The changes to walls that may be asked for, as JSON; the same by HTTP and by MQTT."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from commandwall.control.problem import FieldFault, FieldsError

_Model = TypeVar("_Model", bound=BaseModel)

Source = Annotated[str, Field(max_length=200, examples=["camera:dongmen-001", "none"])]


class LayoutChange(BaseModel):
    """A layout and, in the order of its cells, what to show; without ``sources`` what is shown stays."""

    model_config = ConfigDict(extra="forbid")

    layout: str = Field(max_length=100, examples=["4x4"])
    sources: list[Source] | None = Field(default=None, max_length=4096)


class LayoutCommand(LayoutChange):
    """A layout change that names, where headers do not, the ``revision`` that it is meant for."""

    revision: int | None = Field(default=None, ge=0)


class CellChange(BaseModel):
    """What to show in one cell."""

    model_config = ConfigDict(extra="forbid")

    source: Source


def parse(model: type[_Model], data: bytes | bytearray) -> _Model:
    """Return the JSON ``data`` as a ``model``; raises :class:`FieldsError` naming every faulty field."""
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        faults = [FieldFault(_path(fault["loc"]), fault["msg"]) for fault in error.errors()]
        raise FieldsError(faults) from None


def _path(loc: tuple[int | str, ...]) -> str:
    """Return pydantic's location as people write it: ``sources[3]``; ``body`` for the whole."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "body"
