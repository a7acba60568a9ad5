"""The changes to walls and cameras that may be asked for, as JSON; the same by HTTP and by MQTT."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from commandwall.base.sentence import Sentence
from commandwall.control.problem import FieldFault, FieldsError
from commandwall.model.transition import Transition, TransitionKind
from commandwall.settings.faults import path_of, wording
from commandwall.settings.values import Id, Text

_Model = TypeVar("_Model", bound=BaseModel)
_MOST_PATH_CHARS = 200
_FIRST, _AFTER_LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2262, 1, 1, tzinfo=UTC)

SourceText = Annotated[str, Field(max_length=200, examples=["camera:dongmen-001", "screen:desk-2", "none"])]


def _in_reach(value: datetime) -> datetime:
    if not _FIRST <= value < _AFTER_LAST:
        raise ValueError("must be a time from 1970 to 2261 (UTC), or be left out")
    return value


Moment = Annotated[AwareDatetime, AfterValidator(_in_reach)]
"""A time with its zone (RFC 3339) that nanoseconds since 1970 tell in 64 bits, as what is kept has it."""
DissolveMs = Annotated[int, Field(ge=40, le=5000)]


class Passage(BaseModel):
    """How the wall goes to another layout."""

    transition: TransitionKind = TransitionKind.HOLD
    dissolve_ms: DissolveMs = 500

    @property
    def passage(self) -> Transition:
        """The same as the wall takes it."""
        return Transition(self.transition, self.dissolve_ms)


class LayoutChange(Passage):
    """A layout and, in the order of its cells, what to show; without ``sources`` what is shown stays.

    The layout ``auto`` is the one that fits.
    """

    model_config = ConfigDict(extra="forbid")

    layout: str = Field(max_length=100, examples=["4x4"])
    sources: list[SourceText] | None = Field(default=None, max_length=4096)


class CellChange(BaseModel):
    """What to show in one cell."""

    model_config = ConfigDict(extra="forbid")

    source: SourceText


class PtzVerb(StrEnum):
    """What a camera is to do."""

    MOVE = "move"
    STOP = "stop"
    GOTO = "goto"
    HOME = "home"
    PRESET = "preset"
    RELEASE = "release"


Axis = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]


class PtzCommand(BaseModel):
    """What a camera is to do.

    ``move`` takes speeds from -1 to 1 and is to be repeated within 1.5 s, ``goto`` a position (pan and
    tilt from -1 to 1, zoom from 0 to 1; what is left out stays), ``preset`` the token of one.
    ``release`` lets others operate the camera.
    """

    model_config = ConfigDict(extra="forbid")

    verb: PtzVerb
    pan: Axis | None = None
    tilt: Axis | None = None
    zoom: Axis | None = None
    preset: str | None = Field(default=None, min_length=1, max_length=64)

    @model_validator(mode="after")
    def _complete(self) -> PtzCommand:
        axes = self.verb in (PtzVerb.MOVE, PtzVerb.GOTO)
        if axes == (self.pan is None and self.tilt is None and self.zoom is None):
            raise ValueError(
                Sentence("needs pan, tilt or zoom")
                if axes
                else Sentence("{verb} takes no pan, tilt, zoom", verb=self.verb)
            )
        if (self.verb is PtzVerb.PRESET) == (self.preset is None):
            raise ValueError("preset goes with the verb preset, and only with it")
        if self.verb is PtzVerb.GOTO and (self.zoom or 0) < 0:
            raise ValueError("the zoom of a position is from 0 to 1")
        return self

    def __str__(self) -> str:
        fields = self.model_dump(exclude={"verb"}, exclude_none=True)
        return " ".join([self.verb, *(f"{name}={value}" for name, value in fields.items())])


Level = Annotated[float, Field(allow_inf_nan=False)]


class ImagingChange(BaseModel):
    """Picture settings in the camera's own units; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    brightness: Level | None = None
    color_saturation: Level | None = None
    contrast: Level | None = None
    sharpness: Level | None = None

    def wanted(self) -> dict[str, float]:
        """Return the settings that are to change."""
        return self.model_dump(exclude_none=True)


class ScreenShare(BaseModel):
    """The id of a screen that is to be shared, and what it is called."""

    screen: Id
    name: Text


def parse(model: type[_Model], data: bytes | bytearray) -> _Model:
    """Return the JSON ``data`` as a ``model``; raises :class:`FieldsError` naming the faulty fields."""
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise _faults(model, error) from None


def check(model: type[_Model], **fields: object) -> _Model:
    """Return ``fields``, which came otherwise than as JSON, as a ``model``; raises as :func:`parse` does."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise _faults(model, error) from None


def _faults(model: type[BaseModel], error: ValidationError) -> FieldsError:
    return FieldsError.of(
        error.errors(include_url=False, include_input=False),
        lambda fault: FieldFault.of(
            path_of(fault["loc"])[:_MOST_PATH_CHARS] or "body", wording(fault, model.model_fields)
        ),
    )
