"""What may be asked for of conferences, as JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from commandwall.control.changes import Moment, SourceText
from commandwall.model.conference.command import EXTENSION_MIN, Verb
from commandwall.model.conference.participant import Role
from commandwall.model.conference.polling import DWELL_S
from commandwall.settings.values import Id, Text

_DAY_S = 24 * 3600
Name = Annotated[Text, Field(max_length=100)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewConference(_Asked):
    """A conference to open, now or at ``starts_at``; ``wall`` is the wall that reacts to it."""

    id: Id
    name: Name
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    lobby: bool = False
    wall: Id | None = None

    @model_validator(mode="after")
    def _in_order(self) -> NewConference:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        return self


class NewMember(_Asked):
    """Somebody to invite; without ``participant`` an id is made. The link holds for ``expires_s``."""

    name: Name
    role: Role = Role.MEMBER
    site: str = Field(default="", max_length=100)
    participant: Id | None = None
    expires_s: int = Field(default=_DAY_S, ge=60, le=400 * _DAY_S)


class NewCall(_Asked):
    """An account to call, and what it is to be in the conference."""

    user: Text = Field(max_length=64)
    role: Role = Role.MEMBER


class ChairCommand(_Asked):
    """A verb of the chair. ``target`` is a participant, unless the verb says otherwise.

    ``viewer`` goes with ``watch``: whose picture changes, ``""`` for the chair's. ``dwell_s`` goes with
    ``poll``, ``minutes`` with ``extend``.
    """

    verb: Verb
    target: str = Field(default="", max_length=200)
    viewer: str = Field(default="", max_length=200)
    dwell_s: float = Field(default=DWELL_S, allow_inf_nan=False)
    minutes: float = Field(default=EXTENSION_MIN, allow_inf_nan=False)

    @property
    def detail(self) -> str:
        """What the audit log says beside the verb."""
        said = self.model_dump(exclude={"verb"}, exclude_defaults=True)
        return " ".join(f"{name}={value}" for name, value in said.items())


class HandChange(_Asked):
    """Whether one's hand is raised."""

    raised: bool


class MuteChange(_Asked):
    """Whether one is muted, by oneself."""

    muted: bool


class ConferenceLayout(_Asked):
    """The layout of a conference's picture; ``""`` for the one that goes with what the chair arranged."""

    layout: str = Field(max_length=100)


class ContentChange(_Asked):
    """What of the room is content, or whose content is; ``""`` for none."""

    source: SourceText


class RecordChange(_Asked):
    """Whether the conference is recorded."""

    on: bool
