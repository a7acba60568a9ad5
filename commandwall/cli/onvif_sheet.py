"""``commandwall onvif discover --out``: from the devices of a network to the spreadsheet of cameras."""

from __future__ import annotations

import asyncio
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress
from rich.table import Table

from commandwall.base.errors import CommandwallError, ConnectionLostError, InvalidError
from commandwall.base.trust import Trust
from commandwall.cli.devices import Asked, ask
from commandwall.onvif.discovery import Discovered, discover
from commandwall.settings.spreadsheet import COLUMNS


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What became of one device: its line, or the reason why there is none."""

    device: Discovered
    reason: str
    line: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Survey:
    """How to ask devices: as ``user``, at most ``parallel`` at once; ``given`` are columns of all lines."""

    user: str
    password: str
    trust: Trust
    given: Mapping[str, str]
    parallel: int

    async def run(self, devices: Iterable[Discovered], progress: Progress) -> list[Surveyed]:
        """Ask every device, in their order; none stops the others."""
        limit = asyncio.Semaphore(self.parallel)
        devices = list(devices)
        bar = progress.add_task("asking", total=len(devices))

        async def one(device: Discovered) -> Surveyed:
            async with limit:
                surveyed = await self._survey(device)
            progress.advance(bar)
            return surveyed

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(device), name=f"ask {device.id}") for device in devices]
        return [task.result() for task in tasks]

    async def _survey(self, device: Discovered) -> Surveyed:
        """Ask a device at the first of its addresses that answers."""
        reason = "it tells no address"
        given = {**self.given, "name": device.name}
        for url in device.urls:
            try:
                asked: Asked = await ask(url, self.user, self.password, self.trust, given)
            except ConnectionLostError as error:
                reason = str(error)
            except CommandwallError as error:
                return Surveyed(device, str(error), None)
            else:
                return Surveyed(device, "", asked.line)
        return Surveyed(device, reason, None)


@contextmanager
def new_file(out: Path) -> Iterator[None]:
    """Make ``out`` before devices are asked for minutes; it goes again if nothing is written to it inside.

    Raises InvalidError for a file that is there already or cannot be made.
    """
    try:
        out.touch(exist_ok=False)
    except FileExistsError:
        raise InvalidError(f"{out} is there already; name another file", field="out") from None
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            if not out.stat().st_size:
                out.unlink()


async def run_sheet(interface: str, seconds: float, survey: Survey, out: Path) -> None:
    """Discover, ask all that answered, and write their lines to ``out``; exit 1 if one gave none.

    Raises InvalidError for a file that cannot be written, and as :func:`discover` does.
    """
    devices = await discover(interface, seconds)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        surveyed = await survey.run(devices, progress)
    _print(surveyed)
    try:
        await asyncio.to_thread(_write, out, distinct(each.line for each in surveyed if each.line))
    except OSError as error:
        raise _unwritable(out, error) from error
    if any(each.line is None for each in surveyed):
        raise typer.Exit(1)


def distinct(lines: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return ``lines`` with a number behind each id that came before: of several at one address."""
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        seen[line["id"]] += 1
        number = seen[line["id"]]
        found.append({**line, "id": f"{line['id']}-{number}" if number > 1 else line["id"]})
    return found


def _write(out: Path, lines: Sequence[Mapping[str, str]]) -> None:
    with out.open("w", encoding="utf-8-sig", newline="") as file:  # Excel takes UTF-8 by its mark only.
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(lines)


def _unwritable(out: Path, error: OSError) -> InvalidError:
    return InvalidError(f"{out}: {error.strerror}", field="out")


def _print(surveyed: Sequence[Surveyed]) -> None:
    table = Table("address", "name", "main", "sub", "reason", box=None)
    for each in surveyed:
        line = each.line or {}
        address = each.device.urls[0] if each.device.urls else each.device.id
        there = ["yes" if line.get(column) else "" for column in ("main_url", "sub_url")]
        style = None if each.line else "red"
        table.add_row(address, line.get("name", each.device.name), *there, each.reason, style=style)
    console = Console(highlight=False, markup=False)
    console.print(table)
    failed = sum(each.line is None for each in surveyed)
    console.print(f"{len(surveyed)} devices: {len(surveyed) - failed} lines, {failed} failed")
