from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from commandwall.cli import status
from commandwall.settings.load import load_settings
from tests.conftest import ROOT


def camera(name: str, main: str) -> dict[str, Any]:
    well = {"state": "live", "reason": ""}
    streams = {"main": {"state": main, "reason": "no such stream"}, "sub": well}
    return {"id": name, "name": name, **well, "streams": streams}


@pytest.mark.blocks_loop  # by reading the configuration
async def test_a_main_stream_that_does_not_come_is_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @asynccontextmanager
    async def session(*_: object) -> AsyncIterator[None]:
        yield None

    async def ask(_: None, method: str, path: str) -> dict[str, Any]:
        cameras = [camera("well", "disabled"), camera("soft", "lost")]
        return {"items": cameras if path == "/cameras" else []}

    monkeypatch.setattr(status, "daemon_session", session)
    monkeypatch.setattr(status, "ask", ask)
    await status.run_status(load_settings(ROOT / "config" / "luohu.yaml"), False)
    printed = capsys.readouterr().out
    assert "2 cameras: 2 live" in printed
    assert "soft/main" in printed and "no such stream" in printed and "well" not in printed
