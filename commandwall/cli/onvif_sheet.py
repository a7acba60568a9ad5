"""``commandwall onvif discover --out``: from the devices of a network to the spreadsheet of cameras."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress
from rich.table import Table

from commandwall.base.errors import CommandwallError, ConnectionLostError, InvalidError
from commandwall.base.trust import Trust
from commandwall.cli.devices import DistinctIds, ask
from commandwall.onvif.discovery import Discovered, discover
from commandwall.settings.spreadsheet import COLUMNS

Write = Callable[[Mapping[str, str]], None]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What became of one device: the lines of its cameras, and why there are none, or some are missing."""

    device: Discovered
    reason: str
    lines: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Survey:
    """How to ask devices: as ``user``, at most ``parallel`` at once; ``given`` are columns of all lines."""

    user: str
    password: str
    trust: Trust
    given: Mapping[str, str]
    parallel: int

    async def run(
        self, devices: Iterable[Discovered], surveyed: Callable[[Surveyed], None]
    ) -> list[Surveyed]:
        """Ask every device, and return what became of each in their order; none stops the others.

        ``surveyed`` is told of each at once.
        """
        limit = asyncio.Semaphore(self.parallel)

        async def one(device: Discovered) -> Surveyed:
            async with limit:
                return await self._survey(device)

        tasks = [asyncio.create_task(one(device), name=f"ask {device.id}") for device in devices]
        try:
            for asked in asyncio.as_completed(tasks):
                surveyed(await asked)
        finally:
            for task in tasks:
                task.cancel()
        return [task.result() for task in tasks]

    async def _survey(self, device: Discovered) -> Surveyed:
        """Ask a device at the first of its addresses that answers."""
        reason = "it tells no address"
        given = {**self.given, "name": device.name}
        for url in device.urls:
            try:
                asked, refused = await ask(url, self.user, self.password, self.trust, given)
            except ConnectionLostError as error:
                reason = str(error)
            except CommandwallError as error:
                return Surveyed(device, str(error), ())
            else:
                return Surveyed(device, refused, [each.line for each in asked])
        return Surveyed(device, reason, ())


@contextmanager
def new_sheet(out: Path) -> Iterator[Write]:
    """Yield what writes lines to a new spreadsheet, each at once: asking takes minutes and may be cut off.

    A number is put behind each id that came before: of several at one address. Without lines there is no
    file. Raises InvalidError for one that is there already, or that cannot be written.
    """
    ids, count = DistinctIds(), 0
    try:
        # Excel takes UTF-8 by its mark only.
        with out.open("x", encoding="utf-8-sig", newline="", buffering=1) as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()

            def write(line: Mapping[str, str]) -> None:
                nonlocal count
                count += 1
                writer.writerow(ids.of(line))

            try:
                yield write
            finally:
                if not count:
                    out.unlink()
    except FileExistsError:
        raise InvalidError(f"{out} is there already; name another file", field="out") from None
    except OSError as error:
        raise InvalidError(f"{out}: {error.strerror}", field="out") from error


async def run_sheet(interface: str, seconds: float, survey: Survey, write: Write) -> None:
    """Discover, ask all that answered, and ``write`` their lines; exit 1 if one gave none.

    Raises as :func:`discover` and ``write`` do.
    """
    devices = list(await discover(interface, seconds))
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("asking", total=len(devices))

        def take(one: Surveyed) -> None:
            progress.advance(bar)
            for line in one.lines:
                write(line)

        surveyed = await survey.run(devices, take)
    _print(surveyed)
    if not all(each.lines for each in surveyed):
        raise typer.Exit(1)


def _print(surveyed: Sequence[Surveyed]) -> None:
    table = Table("address", "name", "main", "sub", "reason", box=None)
    for each in surveyed:
        address = each.device.urls[0] if each.device.urls else each.device.id
        for line in each.lines:
            there = ["yes" if line.get(column) else "" for column in ("main_url", "sub_url")]
            table.add_row(address, line["name"], *there)
        if each.reason or not each.lines:
            table.add_row(address, each.device.name, "", "", each.reason, style="red")
    console = Console(highlight=False, markup=False)
    console.print(table)
    failed = sum(not each.lines for each in surveyed)
    lines = sum(len(each.lines) for each in surveyed)
    console.print(f"{len(surveyed)} devices: {lines} lines written, {failed} failed")
