"""What a wall tells the control plane about its tick and its tiles."""

from __future__ import annotations

import numpy as np

from commandwall.base.clock import NS_PER_S
from commandwall.compose.composer import TickReport
from commandwall.compose.truth import STATES
from commandwall.ipc.messages import HeadFigures, TileTruth, WallReport


def wall_report(report: TickReport, heads: tuple[HeadFigures, ...]) -> WallReport:
    """Return the message for ``report``; in the event loop, to keep the tick lean."""
    ages_s = (np.maximum(report.now_ns - report.since, 0) / NS_PER_S).round(3).tolist()
    states = [STATES[code] for code in report.states.tolist()]
    figures = (
        report.has_picture,
        ages_s,
        report.shown,
        report.damaged,
        report.losses,
        report.skews_ms,
        report.missed,
    )
    tiles = tuple(
        TileTruth(spec.cell, spec.source, state, age_s if has_picture else -1.0, *counted)
        for spec, state, has_picture, age_s, *counted in zip(report.specs, states, *figures, strict=True)
    )
    sum_s = report.sum_ns / NS_PER_S
    return WallReport(report.revision, report.tick, report.late_ticks, sum_s, report.buckets, tiles, heads)
