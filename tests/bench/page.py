"""Writes the figures of a ``bench.json`` into a page: ``python -m tests.bench.page bench.json PAGE.md``.

Replaces what stands between the two marks in the page.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.report import number

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_PEERS = {
    "": "commandwall",
    "ffmpeg_": "FFmpeg xstack",
    "ffmpeg_tuned_": "FFmpeg xstack, tuned",
    "gstreamer_": "GStreamer compositor",
    "decode_": "FFmpeg decoding alone",
}
_WALLS = ("wall_8x8", "wall_10x10", "wall_20x20")
_COLUMNS = ("cores", "memory_mb", "fps", "shown_pct")


def figures_text(document: Mapping[str, Any]) -> str:
    """Return the tables of a ``bench.json``: machine, bars, and the walls side by side."""
    machine, medians = document["machine"], document["medians"]
    versions = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    head = (
        f"Measured {document['finished'][:10]} on {machine['cores']} cores of {machine['cpu']},"
        f" {machine['memory_mb'] // 1000} GB, Linux {machine['kernel']};"
        f" medians of {_counts(document['runs'])}; memory is {document['memory'].upper()}. {versions}."
    )
    return "\n\n".join((head, _bars(document["bars"]), _walls(medians)))


def _counts(runs: Mapping[str, Sequence[object]]) -> str:
    """Return how many runs there were of what, as "8 (a), 1 (b, c) runs"."""
    by_count: dict[int, list[str]] = {}
    for name, figures in runs.items():
        by_count.setdefault(len(figures), []).append(name)
    return (
        ", ".join(f"{count} ({', '.join(names)})" for count, names in sorted(by_count.items())[::-1])
        + " runs"
    )


def replace_figures(page: str, text: str) -> str:
    """Return ``page`` with ``text`` between its marks; raises ``ValueError`` where a mark is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs a line {BEGIN} and, after it, a line {END}")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def _bars(bars: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for bar in bars:
        sign = "≥ " if bar["at_least"] else "≤ "
        bounds = ["" if bar[name] is None else f"{sign}{bar[name]:g}" for name in ("required", "wanted")]
        rows.append([bar["what"], number(bar["value"]), *bounds, bar["unit"], bar["verdict"]])
    return _table(["what", "measured", "required", "wanted", "unit", "verdict"], rows)


def _walls(medians: Mapping[str, float]) -> str:
    rows = [
        [wall.removeprefix("wall_"), peer, *(number(medians.get(f"{wall}.{key}{name}")) for name in _COLUMNS)]
        for wall in _WALLS
        for key, peer in _PEERS.items()
        if f"{wall}.{key}cores" in medians
    ]
    return _table(["wall", "who", "CPU, cores", "memory, MB", "pictures/s", "shown, %"], rows)


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> int:
    """Write the page; returns the exit status, 2 when a file is not what it should be."""
    source, target = map(Path, sys.argv[1:3])
    try:
        text = figures_text(json.loads(source.read_text()))
        target.write_text(replace_figures(target.read_text(), text))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"tests.bench.page: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
