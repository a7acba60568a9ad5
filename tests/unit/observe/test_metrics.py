from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from commandwall.control.conference_documents import LinkDocument, RoomFigures
from commandwall.control.decoding import Decoding
from commandwall.control.displays import DisplayControl
from commandwall.control.programme import ProgrammeFigures
from commandwall.control.rtc import Watched
from commandwall.control.state import CameraBoard, CameraStatus
from commandwall.control.walls import WallControl
from commandwall.ipc.channel import Received
from commandwall.ipc.decoding import TileFigures
from commandwall.ipc.head_messages import DisplayReport
from commandwall.ipc.messages import FeedFigures, SwitchDone, TileTruth
from commandwall.model.camera import FeedState, StreamName
from commandwall.model.clock import ClockFigures, ClockSource
from commandwall.model.head import Display, Head
from commandwall.model.reason import Reason
from commandwall.model.rect import Rect
from commandwall.model.talk import TalkState
from commandwall.model.wall import DecodeLevel, TileState
from commandwall.observe.metrics import Metrics, Sources
from commandwall.workers.worker import WorkerState, WorkerStatus
from tests.unit.observe.conftest import Says, report

REFERENCE = Path(__file__).parents[3] / "docs" / "ref" / "metrics.md"
WORKERS = [
    WorkerStatus("ingest", "ingest-0", WorkerState.READY, 4711, 2, 12.5, 60 << 20),
    WorkerStatus("wall", "wall-main", WorkerState.WAITING),
    WorkerStatus("rtc", "rtc", WorkerState.IDLE),
]

PROGRAMME = ProgrammeFigures(3, 1, {"main": 2, "side": 0}, {"main": 17, "side": 0})

LINK = LinkDocument(
    "above", "city", "深圳", True, "connected", "", "", True, 12.0, 0.25, 800_000, 3, ("above/li",)
)
ROOMS = [RoomFigures("flood", present=2, speaking=1, concealed_s=1.5, links=(LINK,))]


@pytest.fixture
def metrics(board: CameraBoard, wall: WallControl, decoding: Decoding) -> Metrics:
    return Metrics(
        Sources(
            board.all,
            [wall],
            lambda: WORKERS,
            lambda: {("main", "left"): 3, ("main", "_canvas"): 1},
            lambda: 2,
            lambda: {"ingest-0": 1200},
            lambda: {"ingest-0": 7},
            lambda: {Watched("main", "left"): 4, Watched(camera="c-1"): 1},
            decoding,
            lambda: PROGRAMME,
            lambda: ROOMS,
            lambda: {TalkState.TALKING: 2, TalkState.LOST: 1},
        )
    )


async def scrape(metrics: Metrics) -> dict[str, Metric]:
    body, content_type = await metrics.text()
    assert content_type.startswith("text/plain")
    return {family.name: family for family in text_string_to_metric_families(body.decode())}


def value(families: dict[str, Metric], name: str, **labels: str) -> float:
    """Return the sample called ``name`` with these labels."""
    (found,) = [
        sample.value
        for family in families.values()
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    ]
    return float(found)


async def test_whep_viewers_are_told_by_what_they_watch(metrics: Metrics) -> None:
    families = await scrape(metrics)
    name = "commandwall_whep_viewers"
    assert value(families, name, wall="main", head="left", camera="") == 4
    assert value(families, name, wall="", head="", camera="c-1") == 1


async def test_cameras(metrics: Metrics, board: CameraBoard) -> None:
    board.feed_changed("c-1/sub", FeedState.LIVE, Reason())
    board.feed_figures(
        FeedFigures("c-1/sub", "h264", 640, 360, 15.0, 384e3, 2.0, 0.05, 1500, 9_600_000, 9000, 10, 1)
    )
    families = await scrape(metrics)
    one = {"camera": "c-1", "area": "dongmen"}
    assert value(families, "commandwall_camera_up", **one) == 1
    assert value(families, "commandwall_camera_up", camera="c-0", area="dongmen") == 0
    assert value(families, "commandwall_camera_frames_total", **one) == 1500
    assert value(families, "commandwall_camera_bytes_total", **one) == 9_600_000
    assert value(families, "commandwall_camera_lost_packets_total", **one) == 10
    assert value(families, "commandwall_camera_reconnects_total", **one) == 1
    assert value(families, "commandwall_camera_last_frame_age_seconds", **one) == 0.05
    assert not families["commandwall_camera_clock_skew_seconds"].samples, "none before it is known"
    assert not families["commandwall_camera_clock_drift_ratio"].samples
    ages = families["commandwall_camera_last_frame_age_seconds"].samples
    assert [sample.labels["camera"] for sample in ages] == ["c-1"], "no age before the first frame"


async def test_clocks_of_cameras(metrics: Metrics, board: CameraBoard) -> None:
    clock = ClockFigures(ClockSource.RTCP, -62.5, 12.5)
    board.feed_figures(
        FeedFigures("c-1/sub", "h264", 640, 360, 15.0, 384e3, 2.0, 0.05, 1500, 9_600_000, 9000, 10, 1, clock)
    )
    families = await scrape(metrics)
    one = {"camera": "c-1", "area": "dongmen"}
    assert value(families, "commandwall_camera_clock_skew_seconds", **one) == -0.0625
    assert value(families, "commandwall_camera_clock_drift_ratio", **one) == 12.5e-6


async def test_a_wall_before_its_first_report_has_no_ticks(metrics: Metrics) -> None:
    families = await scrape(metrics)
    assert not families["commandwall_wall_ticks"].samples
    assert value(families, "commandwall_wall_switch_live_seconds_count", wall="main") == 0


async def test_walls_and_heads(metrics: Metrics, wall: WallControl, says: Says) -> None:
    says(replace(report(100), tiles=(TileTruth("1", "camera:c-0", TileState.LIVE, 0.1, 12, missed=4),)))
    says(SwitchDone(1, 0.08, 0.4))
    wall.take_figures([TileFigures("main", "1", StreamName.SUB, DecodeLevel.FULL, 15.0, 30)])
    families = await scrape(metrics)
    assert value(families, "commandwall_wall_ticks_total", wall="main") == 100
    assert value(families, "commandwall_wall_late_ticks_total", wall="main") == 2
    assert value(families, "commandwall_wall_tick_seconds_bucket", wall="main", le="0.004") == 60
    assert value(families, "commandwall_wall_tick_seconds_bucket", wall="main", le="+Inf") == 100
    assert value(families, "commandwall_wall_tick_seconds_count", wall="main") == 100
    assert value(families, "commandwall_wall_tick_seconds_sum", wall="main") == 0.5
    assert value(families, "commandwall_wall_switch_first_picture_seconds_bucket", wall="main", le="0.1") == 1
    assert value(families, "commandwall_wall_switch_live_seconds_sum", wall="main") == 0.4
    assert value(families, "commandwall_tile_decoded_frames_total", wall="main") == 30
    assert value(families, "commandwall_tile_missed_frames_total", wall="main") == 4
    assert value(families, "commandwall_tile_shown_frames_total", wall="main") == 12
    assert value(families, "commandwall_head_encoded_frames_total", wall="main", head="left") == 75
    viewers = {s.labels["head"]: s.value for s in families["commandwall_head_viewers"].samples}
    assert viewers == {"left": 3, "right": 0, "_canvas": 1}


async def test_clients_of_what_is_shared(metrics: Metrics) -> None:
    assert value(await scrape(metrics), "commandwall_share_clients") == 2


async def test_workers(metrics: Metrics) -> None:
    families = await scrape(metrics)
    ingest = {"kind": "ingest", "worker": "ingest-0"}
    assert value(families, "commandwall_worker_up", **ingest) == 1
    assert value(families, "commandwall_worker_up", kind="wall", worker="wall-main") == 0
    told = {sample.labels["worker"] for sample in families["commandwall_worker_up"].samples}
    assert told == {"ingest-0", "wall-main"}, "what nobody wants is not down"
    assert value(families, "commandwall_worker_restarts_total", **ingest) == 2
    assert value(families, "commandwall_worker_cpu_seconds_total", **ingest) == 12.5
    assert value(families, "commandwall_worker_memory_bytes", **ingest) == 60 << 20


async def test_labels_are_few_and_never_an_address(metrics: Metrics, says: Says) -> None:
    says(report(1))
    families = await scrape(metrics)
    labels = {label for family in families.values() for sample in family.samples for label in sample.labels}
    of_things = {"camera", "area", "wall", "head", "conference", "link"}
    assert labels == of_things | {"kind", "worker", "le", "version", "decode", "state"}
    assert b"rtsp" not in (await metrics.text())[0]


async def test_the_reference_has_every_metric_with_its_type_and_no_other(
    metrics: Metrics, says: Says
) -> None:
    says(report(1))
    families = await scrape(metrics)
    served = {
        (name + ("_total" if family.type == "counter" else ""), family.type)
        for name, family in families.items()
    }
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", REFERENCE.read_text("utf-8"), re.MULTILINE)
    assert {tuple(row) for row in rows} == served


async def test_a_scrape_of_400_cameras_leaves_the_loop_to_others(
    metrics: Metrics, wall: WallControl, decoding: Decoding
) -> None:
    cameras = [
        CameraStatus(f"dongmen-{i:03}", "东门", "dongmen", None, FeedState.LIVE, last_frame_age_s=0.04)
        for i in range(400)
    ]
    many = Metrics(
        Sources(
            lambda: cameras,
            [wall],
            lambda: WORKERS,
            dict,
            int,
            dict,
            dict,
            dict,
            decoding,
            lambda: PROGRAMME,
            lambda: ROOMS,
            lambda: {TalkState.TALKING: 2, TalkState.LOST: 1},
        )
    )
    scraping = asyncio.create_task(many.text())
    turns = 0
    while not scraping.done():
        await asyncio.sleep(0)
        turns += 1
    body, _ = await scraping
    assert body.count(b"commandwall_camera_up{") == 400
    assert turns > 20


async def test_frames_are_counted_by_worker(metrics: Metrics) -> None:
    families = await scrape(metrics)
    assert value(families, "commandwall_decoded_frames_total", worker="ingest-0") == 1200
    assert value(families, "commandwall_skipped_frames_total", worker="ingest-0") == 7


async def test_displays_say_whether_they_show(metrics: Metrics, wall: WallControl) -> None:
    head = Head("left", Rect(0, 0, 960, 1080), display=Display())
    display = wall.displays["left"] = DisplayControl(wall.wall, head, Display(), lambda: None)
    row = {"wall": "main", "head": "left"}
    assert value(await scrape(metrics), "commandwall_display_up", **row) == 0
    display._hear(display.worker, Received(DisplayReport("HDMI-1", 960, 1080, 60, 70, 2, False), b"", 0))
    families = await scrape(metrics)
    assert value(families, "commandwall_display_up", **row) == 1
    assert value(families, "commandwall_display_shown_frames_total", **row) == 70
    assert value(families, "commandwall_display_left_out_frames_total", **row) == 2


async def test_scenes_tours_and_what_was_missed_are_counted(metrics: Metrics) -> None:
    families = await scrape(metrics)
    assert value(families, "commandwall_scenes_taken_total") == 3
    assert value(families, "commandwall_schedule_missed_total") == 1
    assert value(families, "commandwall_tours_running", wall="main") == 2
    assert value(families, "commandwall_tour_turns_total", wall="main") == 17


async def test_conferences_are_counted_by_who_is_there_and_speaks(metrics: Metrics) -> None:
    families = await scrape(metrics)
    values = {
        name: {sample.labels["conference"]: sample.value for sample in families[name].samples}
        for name in families
        if name.startswith("commandwall_conference")
    }
    assert values == {
        "commandwall_conference_participants": {"flood": 2},
        "commandwall_conference_speaking": {"flood": 1},
        "commandwall_conference_concealed_sound_seconds": {"flood": 1.5},
        "commandwall_conference_link_up": {"flood": 1},
        "commandwall_conference_link_rtt_seconds": {"flood": 0.012},
        "commandwall_conference_link_loss_ratio": {"flood": 0.25},
        "commandwall_conference_link_received_bits_per_second": {"flood": 800_000},
        "commandwall_conference_link_rejoins": {"flood": 3},
        "commandwall_conference_link_feeds": {"flood": 1},
    }


async def test_loudspeakers_are_counted_by_how_it_goes(metrics: Metrics) -> None:
    families = await scrape(metrics)
    samples = families["commandwall_talks"].samples
    assert {sample.labels["state"]: sample.value for sample in samples} == {"talking": 2, "lost": 1}
