"""The sample configuration is a manual: every key stands in it, and what is commented out is right."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from commandwall.settings.load import check_settings
from tests.certificates import self_signed
from tests.conftest import ROOT
from tests.unit.settings.test_reference import KEYS

FOLDER = ROOT / "config"
COMMENTED = re.compile(r"^( *)# ( *(?:- )?\{?[a-z_]+:(?: .*)?)$", re.MULTILINE)
WHOLE = COMMENTED.sub(r"\1\2", (FOLDER / "luohu.yaml").read_text(encoding="utf-8"))
"""The sample with all that is commented out in it."""
PNG = b"\x89PNG\r\n\x1a\n"


def keys(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from part
    for below in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from keys(below)


def test_every_key_stands_in_the_sample() -> None:
    assert KEYS - set(keys(yaml.safe_load(WHOLE))) == set()


def test_what_is_commented_out_is_right(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    for secret in re.findall(r"secrets/[a-z-]+", WHOLE):
        (tmp_path / secret).write_text("secret\n")
    (tmp_path / "tls").mkdir()
    both = self_signed(tmp_path / "both.pem").read_bytes()
    for pem in re.findall(r"tls/[a-z]+\.pem", WHOLE):
        (tmp_path / pem).write_bytes(both)
    (tmp_path / "layouts").mkdir()
    (tmp_path / "logo.png").write_bytes(PNG)
    file = tmp_path / "site.yaml"
    file.write_text(WHOLE, encoding="utf-8")
    assert check_settings(file) == []
