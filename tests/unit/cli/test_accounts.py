from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commandwall.cli import accounts
from commandwall.cli.main import cli
from commandwall.control.database import Database
from commandwall.control.store import AuditLine, Store
from commandwall.settings.load import load_settings
from tests.conftest import ROOT


async def lines(state: Path) -> list[AuditLine]:
    async with Database(state) as database:
        return await Store(database).read_audit(10)


def test_what_is_done_to_accounts_here_is_a_line_of_the_audit_log_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(load_settings(ROOT / "config" / "luohu.yaml"), state_dir=tmp_path)
    monkeypatch.setattr(accounts, "site_settings", lambda _: settings)
    for arguments, code in (
        (("user", "add", "zhang", "--role", "admin"), 0),
        (("user", "add", "zhang"), 1),
        (("user", "passwd", "zhang"), 0),
        (("token", "create", "--role", "viewer", "--name", "panel"), 0),
        (("user", "remove", "nobody"), 1),
    ):
        result = CliRunner().invoke(cli, [*arguments, "-c", "site.yaml"], input="a good password\n")
        assert (result.exit_code != 0) == bool(code), (arguments, result.output)
    told = [(line.via, line.action, line.target, line.detail) for line in asyncio.run(lines(tmp_path))]
    assert told == [
        ("cli", "user.remove", "nobody", ""),
        ("cli", "token.create", "panel", "viewer"),
        ("cli", "user.password", "zhang", ""),
        ("cli", "user.add", "zhang", "operator"),
        ("cli", "user.add", "zhang", "admin"),
    ]
    failed, *_, again, first = asyncio.run(lines(tmp_path))
    assert first.outcome == "done" and "already" in again.outcome and "nobody" in failed.outcome
