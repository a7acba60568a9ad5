"""Where and with what was measured."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.bench.browser import find_chromium

_PACKAGES = ("commandwall", "av", "opencv-python-headless", "numpy", "uvloop", "aiohttp")


def machine() -> dict[str, str | int]:
    """Return the processor, its cores, the memory in MB and the kernel."""
    return {
        "cpu": _field(Path("/proc/cpuinfo"), "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_000_000,
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Return the versions of what was measured and of what it was compared with."""
    found = {package: version(package) for package in _PACKAGES}
    found["ffmpeg"] = _first_line("ffmpeg", "-version")
    found["gstreamer"] = _first_line("gst-launch-1.0", "--gst-version")
    if (chromium := find_chromium()) is not None:
        found["chromium"] = _first_line(chromium, "--version")
    return found


def _field(path: Path, name: str) -> str:
    lines = (line.partition(":") for line in path.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "unknown")


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0] if done.stdout else "unknown"
