"""``commandwall status``: what the running daemon says of itself."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from commandwall.cli.daemon import ask, daemon_session
from commandwall.control.roles import Role
from commandwall.settings.site import Settings

_WELL = ("live", "disabled")


async def run_status(settings: Settings, as_json: bool) -> None:
    """Print what the daemon of ``settings`` says of itself; raises when it does not answer."""
    async with daemon_session(settings, "status", Role.OPS) as session:
        report = {
            name: (await ask(session, "GET", f"/{name}"))["items"] for name in ("cameras", "walls", "workers")
        }
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        _print(report)


def _print(report: dict[str, list[dict[str, Any]]]) -> None:
    console = Console()
    states = Counter(camera["state"] for camera in report["cameras"])
    counts = ", ".join(f"{count} {state}" for state, count in states.most_common())
    console.print(f"{len(report['cameras'])} cameras: {counts}", highlight=False)
    down = [row for camera in report["cameras"] for row in _rows(camera) if row["state"] not in _WELL]
    if down:
        console.print(_table(down, "id", "name", "state", "reason"))
    console.print(_table(report["walls"], "id", "name", "layout", "revision"))
    console.print(_table(report["workers"], "name", "state", "pid", "restarts", "memory_bytes"))


def _rows(camera: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a camera, and beside it the stream that it does not speak of."""
    streams = camera["streams"]
    return (
        [camera, {**camera, "id": f"{camera['id']}/main", **streams["main"]}]
        if len(streams) > 1
        else [camera]
    )


def _table(rows: list[dict[str, Any]], *columns: str) -> Table:
    table = Table(*columns)
    for row in rows:
        table.add_row(*(str(row.get(column, "")) for column in columns))
    return table
