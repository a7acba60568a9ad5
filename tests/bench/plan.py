"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Numbers of runs and of seconds.

    ``feeds``: how many cameras there are. ``runs``: how often each scenario is run for its median.
    ``settle_s`` goes by before the ``window_s`` in which CPU and frames are counted. ``switches``: how
    many switches of each kind a run makes, and ``watched`` how many more are read from pixels;
    ``calls``: how many control calls. ``glass_s``: for how long live cameras are watched, ``cut_s``: for
    how long they are cut off, ``soak_s``: for how long memory is looked at. ``peers``: with whom a wall is
    compared, where its shape is.
    """

    feeds: int = 400
    runs: int = 3
    settle_s: float = 3.0
    window_s: float = 8.0
    switches: int = 12
    watched: int = 3
    calls: int = 100
    glass_s: float = 10.0
    cut_s: float = 60.0
    soak_s: float = 1800.0
    peers: frozenset[str] = frozenset({"ffmpeg", "ffmpeg_tuned", "gstreamer", "decode"})


FULL = Plan()
QUICK = Plan(
    runs=1,
    settle_s=2.0,
    window_s=4.0,
    switches=4,
    watched=1,
    calls=40,
    glass_s=4.0,
    cut_s=30.0,
    soak_s=120.0,
    peers=frozenset({"ffmpeg", "gstreamer"}),
)
