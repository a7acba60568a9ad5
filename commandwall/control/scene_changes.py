"""What may be asked for of scenes, tours and the schedule, as JSON."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from commandwall.control.changes import DissolveMs, Passage, SourceText
from commandwall.model.schedule import Action, Weekday
from commandwall.model.transition import TransitionKind
from commandwall.settings.values import Id, Text

Name = Annotated[Text, Field(max_length=64)]
Reference = Annotated[str, Field(max_length=100)]
Cells = Annotated[list[Reference], Field(max_length=400)]
Sources = Annotated[list[SourceText], Field(max_length=4096)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]


class WallPart(BaseModel):
    """What a scene shows on ``wall``: a layout and its sources, or, without both, what it shows now."""

    model_config = ConfigDict(extra="forbid")

    wall: Reference
    layout: Reference | None = None
    sources: Sources | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.layout is None) != (self.sources is None):
            raise ValueError("needs layout and sources together, or neither for what the wall shows now")
        return self


Parts = Annotated[list[WallPart], Field(max_length=64)]


class NewScene(Passage):
    """A scene to keep; without an ``id`` it gets one."""

    model_config = ConfigDict(extra="forbid")

    id: Id | None = None
    name: Name
    walls: Parts


class SceneChange(BaseModel):
    """What is to change of a scene; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    walls: Parts | None = None
    transition: TransitionKind | None = None
    dissolve_ms: DissolveMs | None = None


class SceneCommand(BaseModel):
    """A scene that is named by a topic is to be taken; there is nothing more to say."""

    model_config = ConfigDict(extra="forbid")


class NewTour(BaseModel):
    """A tour to keep, over ``sources`` or over the cameras of ``area``; without an ``id`` it gets one."""

    model_config = ConfigDict(extra="forbid")

    id: Id | None = None
    name: Name
    wall: Reference
    cells: Cells
    dwell_s: Seconds = 10.0
    sources: Sources = []
    area: Reference = ""


class TourChange(BaseModel):
    """What is to change of a tour; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    cells: Cells | None = None
    dwell_s: Seconds | None = None
    sources: Sources | None = None
    area: Reference | None = None


class TourVerb(StrEnum):
    """What a tour is told."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"


class NewEntry(BaseModel):
    """An entry of the schedule; ``at`` is a time of day where the site is."""

    model_config = ConfigDict(extra="forbid")

    id: Id | None = None
    action: Action
    target: Reference
    at: datetime.time = Field(examples=["20:00"])
    days: list[Weekday] = Field(default=list(Weekday), max_length=7)
    enabled: bool = True


class EntryChange(BaseModel):
    """What is to change of an entry; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    action: Action | None = None
    target: Reference | None = None
    at: datetime.time | None = None
    days: list[Weekday] | None = Field(default=None, max_length=7)
    enabled: bool | None = None
