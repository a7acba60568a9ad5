from __future__ import annotations

from collections.abc import Callable

import pytest

from commandwall.model.rect import Rect
from tests.bench.peers import Grid, ffmpeg, gstreamer

URLS = [f"rtsp://127.0.0.1:9/cam/{number:04}/sub" for number in range(1, 5)]


@pytest.mark.parametrize("columns", [1, 2, 7, 8, 10, 20])
def test_tiles_of_a_grid_are_even_and_do_not_overlap(columns: int) -> None:
    grid = Grid(columns)
    width, height = grid.tile
    assert width % 2 == height % 2 == 0
    assert len(grid.places()) == grid.count == columns * columns
    assert len(set(grid.places())) == grid.count
    canvas = Rect(0, 0, grid.width, grid.height)
    assert all(canvas.contains(Rect(x, y, width, height)) for x, y in grid.places())


def test_ffmpeg_composes_every_stream_once_in_its_place() -> None:
    command = ffmpeg.compose_command(URLS, Grid(2), tuned=False)
    assert [word for word in command if word.startswith("rtsp:")] == URLS
    graph = command[command.index("-filter_complex") + 1]
    assert graph.count("scale=960:540") == 4
    assert "xstack=inputs=4:layout=0_0|960_0|0_540|960_540[canvas]" in graph
    assert "-skip_loop_filter" not in command


def test_a_tuned_ffmpeg_leaves_out_deblocking_for_every_stream() -> None:
    assert ffmpeg.compose_command(URLS, Grid(2), tuned=True).count("-skip_loop_filter") == 4
    assert ffmpeg.decode_command(URLS, deblock=False).count("-skip_loop_filter") == 4


def test_ffmpeg_decodes_every_stream_to_nothing() -> None:
    command = ffmpeg.decode_command(URLS, deblock=True)
    assert [command[i + 1] for i, word in enumerate(command) if word == "-map"] == [
        "0:v",
        "1:v",
        "2:v",
        "3:v",
    ]
    assert command.count("null") == 4


def test_dropped_pictures_are_read_from_the_log() -> None:
    log = (
        "[Parsed_fps_3 @ 0x1] 0 frames in, 0 frames out; 0 frames dropped, 0 frames duplicated.\n"
        "[Parsed_fps_3 @ 0x2] 150 frames in, 250 frames out; 3 frames dropped, 103 frames duplicated.\n"
        "[Parsed_fps_1 @ 0x3] 50 frames in, 80 frames out; 1 frames dropped, 31 frames duplicated.\n"
    )
    assert ffmpeg.shown_pct(log) == pytest.approx(98.0)


def test_a_log_without_counts_says_nothing() -> None:
    assert ffmpeg.shown_pct("Exiting normally, received signal 2.\n") is None


@pytest.mark.needs("ffmpeg")
async def test_an_ffmpeg_that_ends_says_why(free_port: Callable[[], int]) -> None:
    urls = [f"rtsp://127.0.0.1:{free_port()}/nothing"]
    with pytest.raises(RuntimeError, match=r"(?s)ffmpeg ended: .*Connection refused"):
        await ffmpeg.measure(ffmpeg.decode_command(urls, deblock=True), 15, 0.1)


@pytest.mark.needs("ffmpeg")
async def test_ffmpeg_is_measured_while_it_runs() -> None:
    source = ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25,fps=25"]
    report = ["-nostats", "-v", "verbose", "-stats_period", "0.1", "-progress", "pipe:1"]
    command = ["ffmpeg", "-nostdin", *report, *source, "-f", "null", "-"]
    use = await ffmpeg.measure(command, 25, 5.0)
    assert use.output_fps == pytest.approx(25, rel=0.5)
    assert use.memory.bytes > 1 << 20
    assert use.shown_pct is not None
    assert use.shown_pct > 90


@pytest.mark.needs("gst-rtsp-server")
async def test_a_gstreamer_pipeline_that_fails_says_why(free_port: Callable[[], int]) -> None:
    with pytest.raises(RuntimeError, match="GStreamer: "):
        await gstreamer.measure([f"rtsp://127.0.0.1:{free_port()}/nothing"], Grid(1), 0.1, 0.1)
