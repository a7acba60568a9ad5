"""The changes to what is drawn over pictures that may be asked for, as JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from commandwall.model.masks import MAX_MASKS, Mask
from commandwall.model.overlays import Alarm, AlarmLevel, Banner, Labels, Switch
from commandwall.settings.schema import MaskEntry

_LINE = r"^[^\x00-\x1f\x7f]*$"


class AlarmChange(BaseModel):
    """What is the matter with a camera: words for its tiles, and whether their border flashes."""

    model_config = ConfigDict(extra="forbid")

    level: AlarmLevel
    text: str = Field(default="", max_length=80, pattern=_LINE, examples=["烟雾探测器"])
    flash: bool = False

    def alarm(self) -> Alarm:
        """Return what it comes to."""
        return Alarm(self.level, self.text.strip(), self.flash)


class BannerChange(BaseModel):
    """Words across the top of a wall; they move with ``ticker``, and when they don't fit."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=500, pattern=_LINE, examples=["台风橙色预警"])]
    level: AlarmLevel = AlarmLevel.INFO
    ticker: bool = False

    def banner(self) -> Banner:
        """Return what it comes to."""
        return Banner(self.text.strip(), self.level, self.ticker)


class LabelsChange(BaseModel):
    """What the tiles of a wall say while they are live; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Switch | None = None
    area: Switch | None = None
    time: Switch | None = None
    state: Switch | None = None
    age: Switch | None = None
    bitrate: Switch | None = None

    def labels(self, before: Labels) -> Labels:
        """Return what ``before`` comes to."""
        kept = {name: getattr(before, name) for name in type(self).model_fields}
        return Labels(**kept | self.model_dump(exclude_none=True))


class MasksChange(BaseModel):
    """All privacy masks of a camera from now on; an empty list uncovers all of its picture."""

    model_config = ConfigDict(extra="forbid")

    masks: list[MaskEntry] = Field(max_length=MAX_MASKS)

    def model_masks(self) -> tuple[Mask, ...]:
        """Return what they come to."""
        return tuple(entry.mask() for entry in self.masks)
