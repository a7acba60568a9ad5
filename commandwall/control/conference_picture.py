"""The picture of a conference: a hidden wall that shows its stage, encoded once for each rung."""

from __future__ import annotations

from commandwall.control.conference_book import ConferenceBook
from commandwall.control.documents import Cause
from commandwall.control.hidden_walls import HiddenWalls
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.rtc_messages import StreamAt
from commandwall.model.arrangement import Arrangement
from commandwall.model.conference.stage import ALONE, HEIGHT, WIDTH, Stage
from commandwall.model.head import Head
from commandwall.model.rect import Rect
from commandwall.model.source import PICTURE
from commandwall.model.wall import Wall
from commandwall.workers.worker import Worker

FPS = 15
VOICE_MS = 200
"""How long pictures of people wait for their voices at most: voices from bad lines wait hardly longer."""
_WHOLE = Rect(0, 0, WIDTH, HEIGHT)
_HEADS = (Head("main", _WHOLE), Head("low", _WHOLE, size=(WIDTH // 2, HEIGHT // 2)))
"""The rungs, the largest first. Nothing is encoded for one that nobody watches."""


_RELAYED_LATER_MS = 45
"""Sound is so much older when it is mixed, on a good line, than a picture that is passed on as it comes."""


def relayed(bus: BusAddress) -> tuple[StreamAt, ...]:
    """Return where the picture of one participant is to be had as it comes, in step with mixes."""
    return (StreamAt(bus.packet_path, bus.stream, answers_keys=True, later_ms=_RELAYED_LATER_MS),)


class ConferencePicture:
    """One picture that is composed while it is open. Belongs to the control plane's event loop."""

    def __init__(self, wall_id: str, name: str, hidden: HiddenWalls) -> None:
        """Open the wall; ``wall_id`` is unlike that of any other."""
        self._wall_id = wall_id
        self._hidden = hidden
        self._wall = hidden.open(
            Wall(wall_id, name, WIDTH, HEIGHT, FPS, ALONE, _HEADS, voice_ms=VOICE_MS, numbered=False)
        )

    @property
    def worker(self) -> Worker:
        """Its process."""
        return self._wall.worker

    @property
    def rungs(self) -> tuple[StreamAt, ...]:
        """Where it can be watched, the largest first."""
        path = str(self._wall.packet_path)
        return tuple(StreamAt(path, f"head/{head.id}", answers_keys=True) for head in _HEADS)

    def show(self, stage: Stage) -> None:
        """Show ``stage`` from now on; what stays keeps its pictures."""
        self._wall.show(Arrangement(0, stage.layout, stage.sources), Cause.PROCESS)

    def publish(self, book: ConferenceBook, conference: str) -> None:
        """Let walls show it as ``conference:CONFERENCE/picture``."""
        source_id = f"{conference}/{PICTURE}"
        largest = self.rungs[0]
        book.put(source_id, self._wall.wall.name)
        book.receive(source_id, BusAddress(largest.packet_path, largest.stream, ""))
        book.live(source_id)

    def close(self) -> None:
        """End it and its process."""
        self._hidden.close(self._wall_id)
