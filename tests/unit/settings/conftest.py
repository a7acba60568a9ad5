"""A small site that is right, and a way to make it wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commandwall.settings.faults import Fault, SettingsError
from commandwall.settings.load import load_settings

SITE = """\
site: {id: luohu, name: 罗湖, level: district}
state: state
http: {listen: "127.0.0.1:0"}
areas:
  - {id: dongmen, name: 东门步行街}
  - {id: north, name: 北, parent: dongmen}
cameras:
  - id: dongmen-001
    name: 东门 01
    area: dongmen
    position: [22.5470, 114.1190]
    main: {url: "rtsp://10.1.1.11/main", transport: udp}
    sub: {url: "rtsp://10.1.1.11:8554/sub?x=1"}
    credentials: dongmen
credentials: {dongmen: {user: admin, password_file: secret}}
walls:
  - {id: main, name: 主墙, size: [3840, 2160], layout: 4x4, heads: [{id: left, rect: [0, 0, 1920, 2160]}]}
"""

Change = Callable[..., list[Fault]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Write a site without faults and return its file."""
    (tmp_path / "secret").write_text("pass word\n")
    file = tmp_path / "site.yaml"
    file.write_text(SITE)
    return file


@pytest.fixture
def faults_after(site: Path) -> Change:
    """Return a function that puts ``new`` for ``old`` in the site and returns the faults."""

    def change(old: str, new: str) -> list[Fault]:
        text = site.read_text()
        assert text.count(old) == 1, old
        site.write_text(text.replace(old, new))
        with pytest.raises(SettingsError) as caught:
            load_settings(site)
        return caught.value.faults

    return change
