"""Steps: back through what a wall showed, and forward again."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from functools import partial

from commandwall.base.errors import InvalidError
from commandwall.control.documents import Cause
from commandwall.control.fitting import missing
from commandwall.control.keeper import Keeper
from commandwall.control.records import Records
from commandwall.control.scene_documents import SteppedDocument, StepsDocument, StepsEvent
from commandwall.control.state import Publish
from commandwall.control.walls import Changed, WallControl
from commandwall.model.arrangement import Arrangement
from commandwall.model.history import History

_STEPS = frozenset({Cause.OPERATOR, Cause.SCENE, Cause.CONFERENCE})
"""What makes a step; a tour's turns and removed cameras do not."""
_PASSING = frozenset({Cause.TOUR, Cause.SOURCE, Cause.PROCESS})


class Steps:
    """The history of every wall. Belongs to the control plane's event loop.

    Whoever changed a wall, anybody may take it back. All that a wall does for a conference, until somebody
    else changes it, is one step. ``touring`` names the cells of a wall that tours
    rotate now: they go on, whatever was in them at the time that one goes back to.
    """

    def __init__(
        self,
        walls: Mapping[str, WallControl],
        keeper: Keeper[History],
        publish: Publish,
        touring: Callable[[str], Container[str]],
    ) -> None:
        self._walls = walls
        self._keeper = keeper
        self._publish = publish
        self._touring = touring
        self._histories = {wall: History() for wall in walls}
        self._reacting: set[str] = set()
        for wall_id, wall in walls.items():
            wall.watch(partial(self._changed, wall_id))

    async def load(self, records: Records[History]) -> None:
        """Take up what was kept; raises :class:`StoreError`."""
        for wall_id, history in (await records.load()).items():
            if wall_id in self._histories:
                self._histories[wall_id] = history

    def document(self, wall_id: str) -> StepsDocument:
        """Return how far one can go on a wall that there is."""
        history = self._histories[wall_id]
        return StepsDocument(wall_id, len(history.past), len(history.future))

    def undo(self, wall_id: str, expected_revision: int | None) -> SteppedDocument:
        """Show what ``wall_id`` showed a step ago; raises :class:`InvalidError`, :class:`StaleError`."""
        return self._go(wall_id, expected_revision, History.back, "wall {id!r} has no step to go back")

    def redo(self, wall_id: str, expected_revision: int | None) -> SteppedDocument:
        """Show what ``wall_id`` showed before the step was taken back; raises as :meth:`undo` does."""
        return self._go(wall_id, expected_revision, History.forward, "wall {id!r} has no step to go forward")

    def _go(
        self,
        wall_id: str,
        expected_revision: int | None,
        move: Callable[[History, Arrangement, Callable[[Arrangement], bool]], Arrangement | None],
        at_end: str,
    ) -> SteppedDocument:
        wall, history = self._walls[wall_id], self._histories[wall_id]
        wall.check_revision(expected_revision)
        now = wall.arrangement
        there = move(history, now, lambda kept: self._same(wall, kept))
        self._keep(wall_id)
        if there is None:
            raise InvalidError(at_end, id=wall_id)
        gone = tuple(missing(wall, there))
        document = wall.show(self._beside_tours(wall, there), Cause.UNDO)
        return SteppedDocument(document, self.document(wall_id), gone)

    def _same(self, wall: WallControl, kept: Arrangement) -> bool:
        return _key(self._beside_tours(wall, kept)) == _key(wall.arrangement)

    def _beside_tours(self, wall: WallControl, kept: Arrangement) -> Arrangement:
        """Return what can be shown of ``kept``, with what tours show now in their cells."""
        fitted, now = wall.fit(kept), wall.arrangement
        if fitted.layout != now.layout:
            return fitted
        touring = self._touring(wall.wall.id)
        cells = wall.cells(now.layout)
        tiles = (
            shown if cell in touring else tile
            for cell, shown, tile in zip(cells, now.tiles, fitted.tiles, strict=True)
        )
        return fitted.with_tiles(tiles)

    def _changed(self, wall_id: str, changed: Changed) -> None:
        going_on = changed.cause is Cause.CONFERENCE and wall_id in self._reacting
        if changed.cause is Cause.CONFERENCE:
            self._reacting.add(wall_id)
        elif changed.cause not in _PASSING:
            self._reacting.discard(wall_id)
        if changed.cause in _STEPS and not going_on and _key(changed.before) != _key(changed.after):
            self._histories[wall_id].note(changed.before)
            self._keep(wall_id)

    def _keep(self, wall_id: str) -> None:
        history = self._histories[wall_id]
        self._keeper.keep(wall_id, History([*history.past], [*history.future]))
        self._publish("steps", StepsEvent(self.document(wall_id)))


def _key(arrangement: Arrangement) -> tuple[object, ...]:
    """Return what makes two arrangements two steps: not how its pictures are zoomed."""
    return arrangement.layout, arrangement.sources, arrangement.full
