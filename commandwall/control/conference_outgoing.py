"""What is sent to another conference: the picture of everybody here, without what came from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from commandwall.control.conference_lines import Part
from commandwall.control.conference_picture import ConferencePicture, relayed
from commandwall.control.hidden_walls import HiddenWalls
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.rtc_messages import StreamAt
from commandwall.model.conference.feeds import apart
from commandwall.model.conference.stage import stage
from commandwall.model.conference.state import Conference
from commandwall.model.layout import Layout


class OutgoingPicture:
    """The picture that goes out by one link or bridge; implements :class:`Outgoing`.

    A single participant's is relayed undecoded. Several are composed, by a wall that is opened when they
    first are several and encodes while it is watched.
    """

    def __init__(
        self, conference: str, link: str, layouts: Mapping[str, Layout], hidden: HiddenWalls
    ) -> None:
        self._link = link
        self._wall_id = f"conference:{conference}/{link}/outgoing"
        self._layouts = layouts
        self._hidden = hidden
        self._relayed: BusAddress | None = None
        self._composed: ConferencePicture | None = None

    @property
    def rungs(self) -> tuple[StreamAt, ...]:
        """Where it is to be had, the largest first."""
        if self._relayed is not None:
            return relayed(self._relayed)
        return self._opened().rungs

    def follow(self, state: Conference, streams: Mapping[tuple[str, str], BusAddress]) -> None:
        """Show who is here; what came by this link is not sent back."""
        here = state.each(
            replace(one, has_people=one.has_people and not self._came(one.id)) for one in state.participants
        )
        seen = [one.id for one in apart(here)]
        self._relayed = streams.get((seen[0], Part.PEOPLE)) if len(seen) == 1 else None
        if self._relayed is None:
            self._opened().show(stage(here, self._layouts))

    def close(self) -> None:
        """End the wall, if one was opened."""
        if self._composed is not None:
            self._composed.close()
            self._composed = None

    def _came(self, participant: str) -> bool:
        return participant == self._link or participant.startswith(f"{self._link}/")

    def _opened(self) -> ConferencePicture:
        if self._composed is None:
            self._composed = ConferencePicture(self._wall_id, self._link, self._hidden)
        return self._composed
