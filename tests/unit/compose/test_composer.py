"""The composer's tick: one switch for the whole wall, nothing held for ever, everything reported."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import commandwall.compose.composer as composer_module
from commandwall.compose.canvas import Canvas
from commandwall.compose.composer import Composer, TickReport
from commandwall.compose.dissolve import affordable
from commandwall.compose.faces import Faces
from commandwall.compose.overlays import Laid
from commandwall.compose.palette import GAP
from commandwall.compose.patches import PatchBook
from commandwall.compose.pattern import TestPattern
from commandwall.compose.report import wall_report
from commandwall.compose.truth import STATES
from commandwall.compose.words import words_of
from commandwall.ipc.messages import Arrange, SwitchDone, WallTile
from commandwall.ipc.slots import Planes, SlotFlag, SlotInfo
from commandwall.model.camera import FeedState
from commandwall.model.rect import Rect
from commandwall.model.transition import HOLD, Transition, TransitionKind
from commandwall.model.wall import TileState, Wall
from tests.unit.compose.scenery import NOW, PERIOD, S, Scenery, copied, same, scenery, told

LEFT, RIGHT, WHOLE = Rect(0, 0, 120, 90), Rect(120, 0, 120, 90), Rect(0, 0, 240, 90)
TICK = S // 25
MS = 1_000_000


class Watcher:
    """Hears and sees all that a composer says and shows."""

    def __init__(self) -> None:
        self.reports: list[TickReport] = []
        self.switches: list[SwitchDone] = []
        self.versions: list[int] = []
        self.arrangements: list[tuple[Sequence[WallTile], Sequence[Laid]]] = []
        self.full = False

    def reported(self, report: TickReport) -> None:
        self.reports.append(report)

    def switched(self, done: SwitchDone) -> None:
        self.switches.append(done)

    def arranged(self, tiles: Sequence[WallTile], overlays: Sequence[Laid]) -> None:
        self.arrangements.append((tiles, overlays))

    def ready(self) -> bool:
        return not self.full

    def offer(self, canvas: Canvas, version: int, tick: int, now_ns: int) -> None:
        self.versions.append(version)


class Stand:
    """A composer whose time is moved by hand, tick by tick."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_ns = NOW
        monkeypatch.setattr(composer_module, "monotonic_ns", lambda: self.now_ns)
        monkeypatch.setattr("commandwall.compose.overlays.utc_ns", lambda: 1_700_000_000 * S + self.now_ns)
        monkeypatch.setattr("commandwall.compose.stage.monotonic_ns", lambda: self.now_ns)
        self.watcher = Watcher()
        self.wall = Wall("w", "主墙", 240, 90, 25, "x", ())
        words = words_of("zh")
        faces = Faces(words, PatchBook())
        self.composer = Composer(self.wall, words, faces, [self.watcher], self.watcher)
        self.seen: list[Planes] = []
        self._tick = 0

    def show(self, revision: int, *tiles: WallTile, transition: Transition = HOLD) -> None:
        self.composer.show(self.composer.prepare(Arrange(revision, self.now_ns, tiles, transition)))

    def tick(self, count: int = 1) -> Planes:
        """Do ``count`` ticks and return what the wall shows then."""
        for _ in range(count):
            self.composer.peek(lambda canvas, _: self.seen.append(copied(canvas)))
            self.composer._tick(self._tick)
            self._tick += 1
            self.now_ns += TICK
        return self.seen[-1]

    def publish(self, scene: Scenery, *indices: int, value: int = 120, flags: int = 0) -> None:
        for index in indices:
            scene.publish(index, value, self.now_ns, flags=flags)


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    return Stand(monkeypatch)


def test_a_wall_without_an_arrangement_is_a_gap_with_a_clock(stand: Stand) -> None:
    planes = stand.tick()
    assert planes.y[80, 5] == GAP.y
    assert (planes.y[:14, -60:] > 200).any()


def test_a_new_arrangement_appears_whole_in_one_tick_when_its_last_picture_is_there(stand: Stand) -> None:
    with scenery(LEFT, RIGHT) as scene:
        before = stand.tick()
        stand.show(1, *scene.tiles)
        stand.publish(scene, 0)
        assert same(stand.tick(), before), "held: one tile has no picture yet"
        stand.publish(scene, 1, value=140)
        planes = stand.tick()
    assert (planes.y[30, 30], planes.y[30, 150]) == (120, 140)
    assert stand.watcher.switches == [SwitchDone(1, TICK / S, TICK / S)]


def test_an_arrangement_is_held_for_a_quarter_of_a_second_and_then_says_that_it_connects(
    stand: Stand,
) -> None:
    with scenery(LEFT, RIGHT) as scene:
        stand.tick()
        stand.show(1, *scene.tiles)
        stand.publish(scene, 0)
        stand.tick(7)
        assert stand.watcher.versions[-1] == stand.watcher.versions[0]
        planes = stand.tick()
        assert planes.y[30, 30] == 120
        stand.tick(10)
        assert [STATES[code] for code in stand.watcher.reports[-1].states] == [
            TileState.LIVE,
            TileState.CONNECTING,
        ]
        assert stand.watcher.switches == []
        stand.publish(scene, 0, 1)
        stand.tick()
    assert stand.watcher.switches == [SwitchDone(1, 18 * TICK / S, 18 * TICK / S)]


def test_newer_arrangements_replace_a_held_one_and_get_no_more_time(stand: Stand) -> None:
    with scenery(LEFT, WHOLE) as scene:
        stand.tick()
        for revision in range(1, 8):
            stand.show(revision, scene.tiles[revision % 2])
            stand.tick()
        planes = stand.tick(3)
        assert stand.watcher.reports[-1].revision == 7
    assert planes.y[10, 10] != GAP.y


def test_an_arrangement_of_cameras_that_do_not_deliver_is_shown_at_once(stand: Stand) -> None:
    with scenery(LEFT, RIGHT) as scene:
        stand.composer.learn([told("camera:0", FeedState.LOST), told("camera:1", FeedState.CONNECTING)])
        stand.show(1, *scene.tiles)
        assert not (stand.tick().y[20, :100] == GAP.y).all()
    assert [done.revision for done in stand.watcher.switches] == [1]


def test_the_old_picture_is_never_under_the_new_name(stand: Stand) -> None:
    with scenery(LEFT) as old, scenery(LEFT) as new:
        stand.show(1, old.tiles[0])
        stand.publish(old, 0, value=200)
        before = stand.tick()
        stand.show(2, WallTile("c0", LEFT, "camera:new", "新", new.handle.path, 0))
        assert same(stand.tick(), before), "old picture, old name"
        planes = stand.tick(8)
        assert 200 not in planes.y[:70, :100], "new name, no picture"


def test_all_live_is_told_apart_from_the_first_pictures(stand: Stand) -> None:
    with scenery(LEFT) as scene:
        stand.show(3, *scene.tiles)
        stand.publish(scene, 0, flags=SlotFlag.CATCHING_UP)
        stand.tick(2)
        assert stand.watcher.switches == []
        stand.publish(scene, 0)
        stand.tick()
    assert stand.watcher.switches == [SwitchDone(3, 0.0, 2 * TICK / S)]


def test_a_camera_that_sees_nothing_move_does_not_keep_a_switch_from_being_done(stand: Stand) -> None:
    with scenery(LEFT) as scene:
        stand.show(3, *scene.tiles)
        scene.publish(0, 120, stand.now_ns, still_ns=60 * S)
        stand.tick()
    assert [done.revision for done in stand.watcher.switches] == [3]


def test_nobody_waits_for_ever_for_a_switch_to_be_live(stand: Stand) -> None:
    with scenery(LEFT) as scene:
        stand.show(3, *scene.tiles)
        stand.tick(300)
        stand.publish(scene, 0)
        stand.tick(2)
    assert stand.watcher.switches == []


def test_reports_come_each_second_and_soon_after_a_change_but_not_in_floods(stand: Stand) -> None:
    with scenery(LEFT) as scene:
        stand.show(1, *scene.tiles)
        stand.publish(scene, 0)
        stand.tick(51)
        assert [report.tick for report in stand.watcher.reports] == [0, 25, 50]
        stand.composer.learn([told("camera:0", FeedState.LOST)])
        stand.tick(10)
        assert stand.watcher.reports[-1].tick == 55
        assert STATES[stand.watcher.reports[-1].states[0]] is TileState.LOST


def test_a_report_becomes_the_message_that_the_control_plane_knows(stand: Stand) -> None:
    with scenery(LEFT) as scene:
        stand.show(4, *scene.tiles, WallTile("e", RIGHT, "none", ""))
        stand.publish(scene, 0)
        stand.tick(26)
    report = wall_report(stand.watcher.reports[-1], ())
    assert (report.revision, report.tick) == (4, 25)
    live, empty = report.tiles
    assert (live.cell, live.source, live.state, live.age_s, live.shown) == (
        "c0",
        "camera:0",
        TileState.LIVE,
        1.0,
        1,
    )
    assert (empty.state, empty.age_s, empty.shown) == (TileState.EMPTY, -1.0, 0)


def test_a_report_tells_the_age_of_what_is_shown_and_that_it_is_late(stand: Stand) -> None:
    with scenery(LEFT, RIGHT) as scene:
        stand.show(1, *scene.tiles)
        ages = (11 * S, -S // 20)
        for index, age_ns in enumerate(ages):
            info = SlotInfo(stand.now_ns, stand.now_ns - age_ns, stand.now_ns, PERIOD, SlotFlag.TIMED)
            scene.publish_planes(index, (120, 128, 128), info)
        stand.tick()
    tiles = wall_report(stand.watcher.reports[-1], ()).tiles
    assert [(tile.state, tile.age_s) for tile in tiles] == [(TileState.LATE, 11.0), (TileState.LIVE, 0.0)]


def test_the_version_moves_only_when_a_pixel_may_have(stand: Stand) -> None:
    with scenery(LEFT) as scene:
        stand.show(1, *scene.tiles)
        stand.publish(scene, 0)
        stand.tick(2)
        stand.now_ns = NOW + 10 * S + 1
        stand.publish(scene, 0)
        stand.tick(20)
        versions = stand.watcher.versions[-20:]
        assert versions[0] == versions[-1]
        stand.publish(scene, 0)
        stand.tick(1)
        assert stand.watcher.versions[-1] == versions[-1] + 1


def test_a_test_pattern_stands_for_the_canvas_and_moves_at_every_tick(stand: Stand) -> None:
    before = stand.tick()
    stand.composer.show_pattern(TestPattern(240, 90, 25, ["主墙"]))
    first, second = stand.tick(), stand.tick()
    assert (first.y[0] == 235).all()
    assert not same(first, second)
    stand.composer.show_pattern(None)
    assert same(stand.tick(), before)


def test_a_cut_waits_for_nothing(stand: Stand) -> None:
    with scenery(LEFT, RIGHT) as scene:
        before = stand.tick()
        stand.show(1, *scene.tiles, transition=Transition(TransitionKind.CUT))
        assert not same(stand.tick(), before)
        assert stand.composer._stage.revision == 1


def test_a_dissolve_fades_from_the_old_picture_to_the_new_one(stand: Stand) -> None:
    with scenery(WHOLE) as scene, scenery(WHOLE) as other:
        stand.publish(scene, 0, value=100)
        stand.show(1, *scene.tiles)
        stand.tick()
        stand.show(2, *other.tiles, transition=Transition(TransitionKind.DISSOLVE, 4 * TICK // MS))
        assert stand.tick().y[30, 30] == 100, "held until its picture is there"
        stand.publish(other, 0, value=200)
        levels = [int(stand.tick().y[30, 30]) for _ in range(6)]
        versions = stand.watcher.versions[-6:]
    assert levels == [100, 125, 150, 175, 200, 200]
    assert versions[:5] == sorted(set(versions[:5])), "every step is offered to the heads"


def test_what_moves_goes_on_moving_through_a_dissolve(stand: Stand) -> None:
    with scenery(WHOLE) as scene:
        stand.publish(scene, 0, value=100)
        stand.show(1, *scene.tiles, transition=Transition(TransitionKind.DISSOLVE, 2 * TICK // MS))
        stand.tick()
        stand.publish(scene, 0, value=200)
        half = int(stand.tick().y[30, 30])
        assert half == (200 + GAP.y) // 2 and stand.tick().y[30, 30] == 200


def test_a_canvas_that_is_too_large_to_be_mixed_in_a_tick_is_switched(stand: Stand) -> None:
    small, large = (Canvas(*size) for size in ((1920, 1080), (15360, 8640)))
    assert affordable(small, TICK // 4) and not affordable(large, TICK // 4)


def test_the_wall_changes_when_all_heads_can_and_does_not_wait_for_ever(stand: Stand) -> None:
    with scenery(WHOLE) as scene:
        before = stand.tick()
        stand.publish(scene, 0)
        stand.watcher.full = True
        stand.show(1, *scene.tiles)
        assert same(stand.tick(3), before), "a head's encoder is behind: it would change later"
        stand.watcher.full = False
        assert stand.tick().y[30, 30] == 120
        stand.watcher.full = True
        stand.show(2)
        stand.tick(14)
        assert stand.composer._stage.revision == 2
