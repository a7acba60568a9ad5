from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from commandwall.base.errors import InvalidError
from simulators.conference.__main__ import faults_of, main, parse_arguments, run
from simulators.conference.faults import NAMED
from simulators.conference.sites import SITES, site_name
from tests.unit.simulators.conference.mirror import TOKEN, mirror


def test_twelve_sites_meet_by_default() -> None:
    assert parse_arguments([]).sites == len(SITES) == 12
    assert (site_name(1), site_name(2), site_name(13)) == (SITES[0], "桂园街道", f"{SITES[0]} 2")


def test_faults_are_given_by_number() -> None:
    assert faults_of(["3:bad-line", "5:loss=0.1"])[3] == NAMED["bad-line"]
    for wrong in ("bad-line", "x:loss=1", "3:worse"):
        with pytest.raises(InvalidError):
            faults_of([wrong])


def test_a_wrong_fault_ends_it_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--faults", "1:worse"]) == 2
    assert "'worse' is no fault" in capsys.readouterr().err


def test_no_daemon_ends_it_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://127.0.0.1:9"]) == 1
    assert "Cannot connect" in capsys.readouterr().err


@pytest.mark.blocks_loop
async def test_the_invited_join_and_tell_what_they_hear(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with mirror() as (server, url):
        server.invitations = {TOKEN: {"conference": "morning", "participant": "p1", "name": "市应急指挥中心"}}
        options = [
            "--url",
            url,
            "--token",
            TOKEN,
            "--first",
            "7",
            "--report",
            "0.5",
            "--cache",
            str(tmp_path),
        ]
        running = asyncio.create_task(run(parse_arguments(options)))
        said: list[str] = []
        async with asyncio.timeout(30):
            while not (said and said[-1].startswith("{") and json.loads(said[-1])["voices"]):
                await asyncio.sleep(0.1)
                said += capsys.readouterr().out.splitlines()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(asyncio.CancelledError):
            await running
    told = json.loads(said[-1])
    assert said[0] == "ready 1"
    assert (told["number"], told["name"], list(told["voices"])) == (7, "市应急指挥中心", ["7"])
    assert len(server.deleted) == 2


@pytest.mark.blocks_loop
async def test_sites_are_invited_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFERENCE_TOKEN", TOKEN)
    async with mirror() as (server, url):
        running = asyncio.create_task(
            run(parse_arguments(["--url", url, "--sites", "2", "--cache", str(tmp_path)]))
        )
        async with asyncio.timeout(30):
            while len(server.offers) < 4:
                await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert [member["name"] for member in server.members] == [site_name(1), site_name(2)]
    assert {path.rpartition("/")[2] for path, _ in server.offers} == {"p1", "p2"}
