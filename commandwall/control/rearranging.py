"""The changes to what a wall shows beside layout and cell, as JSON; the same by HTTP and by MQTT.

Each says by itself what it does to an arrangement, so that one way through the service does for all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from commandwall.control.changes import Passage, SourceText
from commandwall.model.arrangement import Arrangement, enlarged, swapped, with_full, with_view
from commandwall.model.layout import Aspect, Layout
from commandwall.model.source import Source
from commandwall.model.view import WHOLE, Crop

CellId = Annotated[str, Field(max_length=1000, examples=["1"])]
Part = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Rearrangement(Protocol):
    """A change of an arrangement. ``str`` of it is what the audit log says, after its ``action``."""

    action: ClassVar[str]

    def applied(self, shown: Arrangement, layout: Layout) -> Arrangement:
        """Return ``shown``, which is of ``layout``, after it.

        Raises :class:`NotFoundError` for a cell that is not there, and :class:`InvalidError`.
        """


class _Change(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def __str__(self) -> str:
        fields = self.model_dump(exclude_unset=True)
        return " ".join(f"{name}={value}" for name, value in fields.items())


class Swap(_Change):
    """Two cells exchange what they show."""

    action: ClassVar[str] = "wall.swap"

    first: CellId
    second: CellId

    def applied(self, shown: Arrangement, layout: Layout) -> Arrangement:
        """Return ``shown`` with the tiles of the two cells exchanged."""
        return swapped(shown, layout, self.first, self.second)


class Biggest(_Change):
    """A source comes into the biggest cell; what is there goes where the source was."""

    action: ClassVar[str] = "wall.biggest"

    source: SourceText

    def applied(self, shown: Arrangement, layout: Layout) -> Arrangement:
        """Return ``shown`` with the source in the biggest cell."""
        return enlarged(shown, layout, Source.parse(self.source))


class FullScreen(_Change):
    """A cell fills the whole wall; ``null`` brings back exactly what was there before."""

    action: ClassVar[str] = "wall.full"

    cell: CellId | None

    def applied(self, shown: Arrangement, layout: Layout) -> Arrangement:
        """Return ``shown`` with the cell on the whole wall."""
        return with_full(shown, layout, self.cell or "")


class ViewChange(_Change):
    """How a tile shows its picture; what is left out stays.

    ``crop`` is x, y, width, height of the part that is shown, in parts of the picture from 0 to 1;
    ``null``: all of it. ``aspect`` is how that fills the tile; ``null``: as its cell says.
    """

    aspect: Aspect | None = None
    crop: tuple[Part, Part, Part, Part] | None = None


class CellView(ViewChange):
    """How the tile in ``cell`` shows its picture."""

    action: ClassVar[str] = "wall.view"

    cell: CellId

    def applied(self, shown: Arrangement, layout: Layout) -> Arrangement:
        """Return ``shown`` with the picture in the cell seen like this."""
        view = shown.views[layout.position(self.cell)]
        if "aspect" in self.model_fields_set:
            view = replace(view, aspect=self.aspect)
        if "crop" in self.model_fields_set:
            view = replace(view, crop=WHOLE if self.crop is None else Crop(*self.crop))
        return with_view(shown, layout, self.cell, view)


class WallCommand(_Change, Passage):
    """One change of what a wall shows, where neither path nor headers say which and for what revision.

    It is a ``layout``, with ``sources`` or without, or one of the other changes.
    """

    layout: str | None = Field(default=None, max_length=100)
    sources: list[SourceText] | None = Field(default=None, max_length=4096)
    swap: Swap | None = None
    biggest: Biggest | None = None
    full: FullScreen | None = None
    view: CellView | None = None
    revision: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one(self) -> WallCommand:
        changes = (self.layout, self.swap, self.biggest, self.full, self.view)
        if sum(change is not None for change in changes) != 1 or (self.sources and self.layout is None):
            raise ValueError("must have one of layout, swap, biggest, full, view, and only one")
        return self

    @property
    def rearrangement(self) -> Rearrangement | None:
        """The change, if it is not a layout."""
        return self.swap or self.biggest or self.full or self.view
