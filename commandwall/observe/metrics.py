"""Prometheus metrics, read from the boards at the moment of the scrape.

Labels are ids of what there is now (camera, area, wall, head, conference, link), kind and worker; never
an address or a session. Belongs to the control plane's event loop, which a scrape holds for 2 ms at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from commandwall import __version__
from commandwall.control.conference_documents import LinkDocument, RoomFigures
from commandwall.control.decoding import Decoding
from commandwall.control.programme import ProgrammeFigures
from commandwall.control.rtc import Watched
from commandwall.control.state import CameraStatus
from commandwall.control.walls import WallControl
from commandwall.ipc.messages import TICK_BUCKETS_S
from commandwall.model.camera import FeedState
from commandwall.model.link import LinkState
from commandwall.model.talk import TalkState
from commandwall.model.wall import DecodeLevel
from commandwall.workers.worker import WorkerState, WorkerStatus


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the figures are; each is called, or gone through, once a scrape."""

    cameras: Callable[[], Sequence[CameraStatus]]
    walls: Iterable[WallControl]
    workers: Callable[[], Iterable[WorkerStatus]]
    viewers: Callable[[], Mapping[tuple[str, str], int]]
    share_clients: Callable[[], int]
    decoded: Callable[[], Mapping[str, int]]
    skipped: Callable[[], Mapping[str, int]]
    whep_viewers: Callable[[], Mapping[Watched, int]]
    decoding: Decoding
    programme: Callable[[], ProgrammeFigures]
    conferences: Callable[[], Iterable[RoomFigures]]
    talks: Callable[[], Mapping[TalkState, int]]


class Metrics:
    """All metrics of the daemon."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def text(self) -> tuple[bytes, str]:
        """Return the exposition of all metrics and its content type.

        Between metrics others get their turn: those of 400 cameras take 15 ms in all.
        """
        parts = []
        for metric in self._collect():
            parts.append(generate_latest(_One(metric)))
            await asyncio.sleep(0)
        return b"".join(parts), CONTENT_TYPE_LATEST

    def _collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("commandwall_build_info", "The running version.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        yield from _cameras(self._sources.cameras())
        walls = list(self._sources.walls)
        yield from _walls(walls)
        yield from _decoding(self._sources.decoding, walls)
        yield from _heads(walls, self._sources.viewers())
        clients = GaugeMetricFamily("commandwall_share_clients", "RTSP clients that are connected.")
        clients.add_metric([], self._sources.share_clients())
        yield clients
        yield _by_worker(
            "commandwall_decoded_frames",
            "Frames decoded by an ingest worker, each once however many tiles show it.",
            self._sources.decoded(),
        )
        yield _by_worker(
            "commandwall_skipped_frames",
            "Frames of shown feeds that came and were not painted: below their rung, too late or damaged.",
            self._sources.skipped(),
        )
        yield from _displays(walls)
        yield _whep(self._sources.whep_viewers())
        yield from _programme(self._sources.programme())
        yield from _conferences(self._sources.conferences())
        yield _talks(self._sources.talks())
        yield from _workers(list(self._sources.workers()))


@dataclass(frozen=True, slots=True)
class _One(Collector):
    metric: Metric

    def collect(self) -> Iterable[Metric]:
        return (self.metric,)


def _cameras(cameras: Sequence[CameraStatus]) -> Iterator[Metric]:
    labels = ["camera", "area"]
    rows = [([camera.id, camera.area], camera) for camera in cameras]
    up = GaugeMetricFamily("commandwall_camera_up", "1 while frames arrive.", labels=labels)
    frames = CounterMetricFamily(
        "commandwall_camera_frames", "Frames received, of all streams.", labels=labels
    )
    received = CounterMetricFamily(
        "commandwall_camera_bytes", "Bytes received, of all streams.", labels=labels
    )
    lost = CounterMetricFamily(
        "commandwall_camera_lost_packets", "RTP packets lost, of all streams.", labels=labels
    )
    reconnects = CounterMetricFamily(
        "commandwall_camera_reconnects", "Connections after the first.", labels=labels
    )
    age = GaugeMetricFamily(
        "commandwall_camera_last_frame_age_seconds",
        "Age of the newest frame; none before the first.",
        labels=labels,
    )
    skew = GaugeMetricFamily(
        "commandwall_camera_clock_skew_seconds",
        "The camera's clock minus the daemon's, the least delay included; none while it is not known.",
        labels=labels,
    )
    drift = GaugeMetricFamily(
        "commandwall_camera_clock_drift_ratio",
        "How much faster the camera's clock runs: 1e-6 is 1 ppm; none while it is not known.",
        labels=labels,
    )
    for row, camera in rows:
        up.add_metric(row, camera.state is FeedState.LIVE)
        frames.add_metric(row, camera.frames_total)
        received.add_metric(row, camera.bytes_total)
        lost.add_metric(row, camera.lost_packets_total)
        reconnects.add_metric(row, camera.reconnects)
        if camera.last_frame_age_s >= 0:
            age.add_metric(row, camera.last_frame_age_s)
        if camera.clock_skew_ms is not None:
            skew.add_metric(row, camera.clock_skew_ms / 1000)
        if camera.clock_drift_ppm is not None:
            drift.add_metric(row, camera.clock_drift_ppm / 1e6)
    yield from (up, frames, received, lost, reconnects, age, skew, drift)


def _walls(walls: Sequence[WallControl]) -> Iterator[Metric]:
    labels = ["wall"]
    ticks = CounterMetricFamily("commandwall_wall_ticks", "Ticks done.", labels=labels)
    late = CounterMetricFamily("commandwall_wall_late_ticks", "Ticks not done in time.", labels=labels)
    tick_s = HistogramMetricFamily("commandwall_wall_tick_seconds", "Work of a tick.", labels=labels)
    first = HistogramMetricFamily(
        "commandwall_wall_switch_first_picture_seconds", "Command to a picture in every tile.", labels=labels
    )
    live = HistogramMetricFamily(
        "commandwall_wall_switch_live_seconds", "Command to every tile live.", labels=labels
    )
    decoded = CounterMetricFamily(
        "commandwall_tile_decoded_frames", "Frames decoded for the tiles of a wall.", labels=labels
    )
    shown = CounterMetricFamily(
        "commandwall_tile_shown_frames", "Frames that the tiles of a wall have shown.", labels=labels
    )
    missed = CounterMetricFamily(
        "commandwall_tile_missed_frames", "Pictures that newer ones overtook before a tick.", labels=labels
    )
    for wall in walls:
        row = [wall.wall.id]
        first.add_metric(row, wall.switch_first.cumulative(), wall.switch_first.sum_s)
        live.add_metric(row, wall.switch_live.cumulative(), wall.switch_live.sum_s)
        decoded.add_metric(row, wall.decoded_total)
        shown.add_metric(row, wall.shown_total)
        missed.add_metric(row, wall.missed_total)
        if (report := wall.report) is not None:
            ticks.add_metric(row, report.tick)
            late.add_metric(row, report.late_ticks)
            tick_s.add_metric(row, _tick_buckets(report.tick_buckets, report.tick), report.tick_sum_s)
    yield from (ticks, late, tick_s, first, live, decoded, shown, missed)


def _decoding(decoding: Decoding, walls: Sequence[WallControl]) -> Iterator[Metric]:
    share = GaugeMetricFamily(
        "commandwall_decode_budget_share", "The part of the decoding budget that is used; 1 is all of it."
    )
    share.add_metric([], decoding.share)
    budget = GaugeMetricFamily("commandwall_decode_budget_cores", "Cores that decoding may use now.")
    budget.add_metric([], decoding.cores)
    tiles = GaugeMetricFamily(
        "commandwall_decode_tiles", "Tiles by how far they are decoded.", labels=["wall", "decode"]
    )
    for wall in walls:
        told = wall.budget()
        rungs = (
            (DecodeLevel.KEY, told.key_only),
            (DecodeLevel.NODEBLOCK, told.nodeblock),
            (DecodeLevel.FULL, told.full),
        )
        for level, count in rungs:
            tiles.add_metric([wall.wall.id, level], count)
    yield from (share, budget, tiles)


def _tick_buckets(counts: Sequence[int], ticks: int) -> list[tuple[str, float]]:
    """Return cumulative buckets; ticks above the last bound are in ``+Inf`` only."""
    rows = [(str(bound), float(count)) for bound, count in zip(TICK_BUCKETS_S, counts, strict=False)]
    return [*rows, ("+Inf", float(ticks))]


def _heads(walls: Sequence[WallControl], viewers: Mapping[tuple[str, str], int]) -> Iterator[Metric]:
    labels = ["wall", "head"]
    encoded = CounterMetricFamily("commandwall_head_encoded_frames", "Frames encoded.", labels=labels)
    watching = GaugeMetricFamily("commandwall_head_viewers", "Browsers that watch.", labels=labels)
    for wall in walls:
        for head in wall.report.heads if wall.report is not None else ():
            encoded.add_metric([wall.wall.id, head.head], head.encoded)
        names = {head.id for head in wall.wall.heads} | {
            head for known, head in viewers if known == wall.wall.id
        }
        for name in sorted(names):
            watching.add_metric([wall.wall.id, name], viewers.get((wall.wall.id, name), 0))
    yield from (encoded, watching)


def _by_worker(name: str, text: str, counts: Mapping[str, int]) -> Metric:
    counter = CounterMetricFamily(name, text, labels=["worker"])
    for worker, count in counts.items():
        counter.add_metric([worker], count)
    return counter


def _displays(walls: Sequence[WallControl]) -> Iterator[Metric]:
    labels = ["wall", "head"]
    up = GaugeMetricFamily("commandwall_display_up", "1 while a monitor shows the head.", labels=labels)
    shown = CounterMetricFamily("commandwall_display_shown_frames", "Pictures shown.", labels=labels)
    left_out = CounterMetricFamily(
        "commandwall_display_left_out_frames", "Pictures that came and went between two looks.", labels=labels
    )
    for wall in walls:
        for head, display in wall.displays.items():
            row, document = [wall.wall.id, head], display.document()
            up.add_metric(row, not document.fault)
            shown.add_metric(row, document.shown)
            left_out.add_metric(row, document.left_out)
    yield from (up, shown, left_out)


def _whep(viewers: Mapping[Watched, int]) -> Metric:
    watching = GaugeMetricFamily(
        "commandwall_whep_viewers",
        "WebRTC connections that watch a head of a wall, or a camera.",
        labels=list(Watched._fields),
    )
    for watched, count in sorted(viewers.items()):
        watching.add_metric(list(watched), count)
    return watching


def _programme(figures: ProgrammeFigures) -> Iterator[Metric]:
    taken = CounterMetricFamily("commandwall_scenes_taken", "Scenes taken.")
    taken.add_metric([], figures.scenes_taken)
    missed = CounterMetricFamily("commandwall_schedule_missed", "What was due while nobody could do it.")
    missed.add_metric([], figures.schedule_missed)
    running = GaugeMetricFamily("commandwall_tours_running", "Tours that run.", labels=["wall"])
    turns = CounterMetricFamily("commandwall_tour_turns", "Turns of all tours.", labels=["wall"])
    for wall, count in figures.tours_running.items():
        running.add_metric([wall], count)
        turns.add_metric([wall], figures.tour_turns[wall])
    yield from (taken, missed, running, turns)


def _conferences(rooms: Iterable[RoomFigures]) -> Iterator[Metric]:
    labels = ["conference"]
    present = GaugeMetricFamily(
        "commandwall_conference_participants", "Participants who take part now.", labels=labels
    )
    speaking = GaugeMetricFamily(
        "commandwall_conference_speaking", "Participants who are heard speaking now.", labels=labels
    )
    concealed = CounterMetricFamily(
        "commandwall_conference_concealed_sound_seconds",
        "Sound of all participants that was lost or late and had to be made up.",
        labels=labels,
    )
    links: list[tuple[str, LinkDocument]] = []
    for room in rooms:
        row = [room.conference]
        present.add_metric(row, room.present)
        speaking.add_metric(row, room.speaking)
        concealed.add_metric(row, room.concealed_s)
        links += ((room.conference, link) for link in room.links)
    yield from (present, speaking, concealed)
    yield from _links(links)


def _links(links: Iterable[tuple[str, LinkDocument]]) -> Iterator[Metric]:
    begin, labels = "commandwall_conference_link", ["conference", "link"]
    up = GaugeMetricFamily(f"{begin}_up", "1 while the link or bridge stands.", labels=labels)
    rtt = GaugeMetricFamily(f"{begin}_rtt_seconds", "Its round trip.", labels=labels)
    loss = GaugeMetricFamily(
        f"{begin}_loss_ratio", "Packets that are lost, of its worst line.", labels=labels
    )
    bits = GaugeMetricFamily(f"{begin}_received_bits_per_second", "What comes by it.", labels=labels)
    rejoins = CounterMetricFamily(f"{begin}_rejoins", "How often it came back.", labels=labels)
    feeds = GaugeMetricFamily(f"{begin}_feeds", "Single pictures that come by it.", labels=labels)
    for conference, link in links:
        row = [conference, link.id]
        up.add_metric(row, link.state == LinkState.CONNECTED)
        if link.rtt_ms is not None:
            rtt.add_metric(row, link.rtt_ms / 1000)
        if link.loss_ratio is not None:
            loss.add_metric(row, link.loss_ratio)
        bits.add_metric(row, link.bitrate_bps)
        rejoins.add_metric(row, link.rejoins)
        feeds.add_metric(row, len(link.feeds))
    yield from (up, rtt, loss, bits, rejoins, feeds)


def _talks(talks: Mapping[TalkState, int]) -> Metric:
    said = GaugeMetricFamily("commandwall_talks", "Loudspeakers that are talked to.", labels=["state"])
    for state, count in talks.items():
        said.add_metric([state], count)
    return said


def _workers(workers: Sequence[WorkerStatus]) -> Iterator[Metric]:
    labels = ["kind", "worker"]
    up = GaugeMetricFamily(
        "commandwall_worker_up", "1 while the process is ready; absent until it is wanted.", labels=labels
    )
    restarts = CounterMetricFamily("commandwall_worker_restarts", "Starts after the first.", labels=labels)
    cpu = CounterMetricFamily("commandwall_worker_cpu_seconds", "CPU time over all lives.", labels=labels)
    memory = GaugeMetricFamily("commandwall_worker_memory_bytes", "Resident memory.", labels=labels)
    for worker in workers:
        row = [worker.kind, worker.name]
        if worker.state is not WorkerState.IDLE:
            up.add_metric(row, worker.state is WorkerState.READY)
        restarts.add_metric(row, worker.restarts)
        cpu.add_metric(row, worker.cpu_s)
        memory.add_metric(row, worker.memory_bytes)
    yield from (up, restarts, cpu, memory)
