"""``commandwall cameras``: cameras of the running daemon."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from commandwall.base.errors import CommandwallError
from commandwall.cli.daemon import ask, daemon_session
from commandwall.cli.site import ConfigOption, run_async, site_settings
from commandwall.control.roles import Role
from commandwall.settings.sheets import SHEETS
from commandwall.settings.site import Settings

cameras = typer.Typer(help="Cameras of the running daemon.", no_args_is_help=True)


@cameras.callback()
def _only_subcommands() -> None:
    """Cameras of the running daemon."""


@cameras.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A spreadsheet, CSV or XLSX.")],
    config: ConfigOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only, change nothing.")] = False,
) -> None:
    """Add and change cameras from a spreadsheet; a line for each change, exit 1 if any was refused."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CommandwallError(f"{file}: {error.strerror}") from error
    run_async(_import(site_settings(config), file, data, dry_run))


async def _import(settings: Settings, file: Path, data: bytes, dry_run: bool) -> None:
    content_type = SHEETS[1] if data.startswith(b"PK") else SHEETS[0]
    async with daemon_session(settings, "import", Role.ADMIN) as session:
        report = await ask(
            session,
            "POST",
            f"/cameras/import?dry_run={int(dry_run)}",
            data=data,
            headers={"Content-Type": content_type},
        )
    _print(file, report)
    if report["refused"]:
        raise typer.Exit(1)


def _print(file: Path, report: dict[str, Any]) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for line in report["lines"]:
        if line["outcome"] == "unchanged":
            continue
        console.print(f"{file}:{line['line']}: {line['camera'] or '-'}: {line['outcome']}")
        for fault in line["faults"]:
            console.print(f"    {fault['field']}{': ' if fault['field'] else ''}{fault['detail']}")
    outcomes = ("added", "changed", "unchanged", "refused")
    counts = ", ".join(f"{report[outcome]} {outcome}" for outcome in outcomes)
    console.print(f"{'would be ' if report['dry_run'] else ''}{counts}")
