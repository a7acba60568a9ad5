"""The systemd unit, read by systemd itself, and what its sandbox would break."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

UNIT = ROOT / "systemd" / "commandwall.service"

UNDER_SANDBOX = """
import ctypes, os, sys
PR_SET_MDWE = 65
if sys.argv[1:] == ["start"]:
    if ctypes.CDLL(None).prctl(PR_SET_MDWE, 1, 0, 0, 0) != 0:
        sys.exit(77)
    os.execv(sys.executable, [sys.executable, __file__, "go"])
from fractions import Fraction
import aiohttp, argon2, av, cv2, numpy as np, uvloop
argon2.PasswordHasher().hash("x")
picture = np.zeros((540, 640), np.uint8)
encoder = av.CodecContext.create("libx264", "w")
encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 640, 360, "yuv420p", Fraction(1, 25)
frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
assert encoder.encode(frame) + encoder.encode(None)
cv2.resize(picture, (320, 270), interpolation=cv2.INTER_AREA)
"""


def section_value(key: str) -> str:
    (value,) = re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)
    return str(value)


@pytest.mark.needs("systemd-analyze")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace(section_value("ExecStart"), shutil.which("true") or "/bin/true"))
    verify = ["systemd-analyze", "verify", "--man=no", str(unit)]
    done = subprocess.run(verify, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_it_waits_longer_than_the_daemon_drains() -> None:
    assert section_value("Type") == "notify"
    assert int(section_value("TimeoutStopSec")) > 5
    assert int(section_value("WatchdogSec")) > 5


def test_what_it_runs_is_the_command_that_is_installed() -> None:
    program, verb, option, _ = section_value("ExecStart").split()
    assert (Path(program).name, verb, option) == ("commandwall", "run", "-c")


def test_the_libraries_work_where_no_memory_may_be_written_and_run(tmp_path: Path) -> None:
    script = tmp_path / "sandbox.py"
    script.write_text(UNDER_SANDBOX)
    run = [sys.executable, str(script), "start"]
    done = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 77:
        return  # a kernel before 6.3 cannot deny it this way
    assert done.returncode == 0, done.stderr
