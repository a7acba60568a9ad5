from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.page import BEGIN, END, figures_text, main, replace_figures
from tests.bench.plan import FULL
from tests.bench.proctree import MemoryKind
from tests.bench.report import write_json

RUNS = {
    "wall_8x8": [
        {
            "wall_8x8.cores": 0.5,
            "wall_8x8.memory_mb": 300.0,
            "wall_8x8.shown_pct": 100.0,
            "wall_8x8.ffmpeg_cores": 0.8,
            "wall_8x8.ratio_to_ffmpeg": 0.625,
        }
    ]
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write_json(tmp_path / "bench.json", FULL, RUNS, MemoryKind.PSS)
    return tmp_path / "bench.json"


def test_figures_are_told_with_their_bars_and_peers(source: Path) -> None:
    lines = figures_text(json.loads(source.read_text())).splitlines()
    assert "medians of 1 (wall_8x8) runs; memory is PSS" in lines[0]
    assert "| 8x8 of 640x360@15: CPU to FFmpeg xstack | 0.625 | ≤ 0.75 | ≤ 0.6 | x | pass |" in lines
    assert "| 8x8 | commandwall | 0.500 | 300.0 | - | 100.0 |" in lines
    assert "| 8x8 | FFmpeg xstack | 0.800 | - | - | - |" in lines
    assert not any("GStreamer compositor |" in line and line.startswith("| 8x8 |") for line in lines)


def test_only_what_lies_between_the_marks_is_replaced() -> None:
    page = f"# Title\n{BEGIN}\nold\n{END}\nafter\n"
    assert replace_figures(page, "new") == f"# Title\n{BEGIN}\nnew\n{END}\nafter\n"


@pytest.mark.parametrize("page", ["", BEGIN, f"{END}\n{BEGIN}"])
def test_a_page_without_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="the page needs"):
        replace_figures(page, "new")


def test_the_page_is_written(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n")
    monkeypatch.setattr("sys.argv", ["page", str(source), str(page)])
    assert main() == 0
    assert "commandwall" in page.read_text()


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                 capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    monkeypatch.setattr("sys.argv", ["page", str(tmp_path / "none.json"), "page.md"])
    assert main() == 2
    assert "none.json" in capsys.readouterr().err
