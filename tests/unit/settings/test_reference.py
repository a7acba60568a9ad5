"""The reference of the configuration names what the schema takes, and nothing else."""

from __future__ import annotations

import re

from commandwall.settings.links import JanusEntry, LinkEntry, WhipEntry
from commandwall.settings.schema import (
    AreaEntry,
    CameraEntry,
    CredentialEntry,
    SiteFile,
    WallEntry,
    keys_of,
)
from commandwall.settings.spreadsheet import COLUMNS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "ref" / "configuration.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"`([a-z_]+)`", PAGE))
KINDS = (SiteFile, AreaEntry, CameraEntry, CredentialEntry, WallEntry, LinkEntry, WhipEntry, JanusEntry)
KEYS = {key for kind in KINDS for key in keys_of(kind)}


def test_every_key_and_column_is_explained() -> None:
    assert (KEYS | set(COLUMNS)) - WORDS == set()


def test_the_keys_of_tables_are_keys_of_the_schema() -> None:
    in_tables = {key for line in PAGE.splitlines() if line.startswith("| `") for key in
                 re.findall(r"`([a-z_]+)`", line.split("|")[1])}  # fmt: skip
    assert in_tables - KEYS == set()
