"""The zoo: named scenarios of misbehaving cameras, and what the daemon makes of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from commandwall.base.errors import InvalidError
from commandwall.model.camera import FeedState, Transport
from commandwall.model.reason import ReasonCode
from commandwall.model.wall import TileState
from simulators.faults.book import MakeFault
from simulators.faults.language import invalid, parse_faults, read_yaml

ZOO_FILE = Path(__file__).with_name("zoo.yaml")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the daemon says of a camera.

    ``states``: those it goes through, in this order and no others; it stays in the last. ``reason``:
    what it says in the last one that is not live, or in the first. ``tile``: what its tile ends as.
    ``figures``: bounds of the camera's figures in the API, (least, most). ``sizes``: those of its pictures
    that are told sooner or later, (width, height). ``damaged``: whether its tile says so sooner or later, or
    never; ``None`` where either will do.
    """

    states: tuple[FeedState, ...]
    reason: ReasonCode
    tile: TileState
    figures: dict[str, tuple[float, float]]
    sizes: frozenset[tuple[int, int]]
    damaged: bool | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to misbehave. ``what`` is a sentence for people."""

    name: str
    what: str
    transport: Transport
    faults: tuple[MakeFault, ...]
    expected: Expected


class _Expect(BaseModel):
    model_config = ConfigDict(extra="forbid")

    states: tuple[FeedState, ...]
    reason: str = "NONE"
    tile: TileState
    figures: dict[str, tuple[float, float]] = {}
    sizes: frozenset[tuple[int, int]] = frozenset()
    damaged: bool | None = None


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    what: str
    transport: Transport = Transport.TCP
    faults: list[dict[str, Any]]
    expect: _Expect


def zoo(path: Path) -> list[Scenario]:
    """Return the scenarios in ``path``. Raises InvalidError that names the one at fault."""
    try:
        rows = TypeAdapter(list[_Row]).validate_python(read_yaml(path))
    except ValidationError as error:
        raise invalid(error, f"{path}: ") from error
    return [_scenario(row) for row in rows]


def _scenario(row: _Row) -> Scenario:
    expect = row.expect
    if expect.reason not in ReasonCode.__members__:
        raise InvalidError(f"{expect.reason!r} is no reason code", field=f"{row.name}.expect.reason")
    reason = ReasonCode[expect.reason]
    expected = Expected(expect.states, reason, expect.tile, expect.figures, expect.sizes, expect.damaged)
    return Scenario(row.name, row.what, row.transport, parse_faults(row.faults, row.name), expected)
