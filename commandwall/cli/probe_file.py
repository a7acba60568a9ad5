"""``commandwall probe --file``: every stream of a spreadsheet, some at a time, with a table of what came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress
from rich.table import Table

from commandwall.base.errors import CommandwallError
from commandwall.base.trust import Trust
from commandwall.cli.probe import Finding, watch_stream
from commandwall.model.camera import Camera, StreamName
from commandwall.rtsp.client import StreamRequest
from commandwall.settings.checks import camera_of, check_unique, read_entries
from commandwall.settings.faults import Fault
from commandwall.settings.schema import CameraEntry
from commandwall.settings.site import Credential
from commandwall.settings.spreadsheet import read_cameras


@dataclass(frozen=True, slots=True)
class Probed:
    """What became of one stream: a finding, or the reason why there is none."""

    camera: str
    stream: StreamName
    reason: str
    found: Finding | None


@dataclass(frozen=True, slots=True)
class BulkProbe:
    """How to probe: at most ``parallel`` streams at once, each for ``seconds``.

    ``logins`` are credential sets by name; ``login`` is used where a camera names none of them.
    ``ca_file`` (PEM) has the certificates that vouch for cameras; ``""``: the system's.
    """

    seconds: float
    parallel: int
    logins: Mapping[str, Credential]
    login: Credential | None
    ca_file: str = ""

    async def run(self, cameras: Iterable[Camera], progress: Progress) -> list[Probed]:
        """Probe every stream of ``cameras``, in their order; no camera stops the others."""
        limit = asyncio.Semaphore(self.parallel)
        wanted = [(camera, stream) for camera in cameras for stream in StreamName if camera.address(stream)]
        bar = progress.add_task("probing", total=len(wanted))

        async def one(camera: Camera, stream: StreamName) -> Probed:
            async with limit:
                probed = await self._probe(camera, stream)
            progress.advance(bar)
            return probed

        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(one(camera, stream), name=f"probe {camera.id}/{stream}")
                for camera, stream in wanted
            ]
        return [task.result() for task in tasks]

    async def _probe(self, camera: Camera, stream: StreamName) -> Probed:
        try:
            found = await watch_stream(self._request(camera, stream), self.seconds)
        except CommandwallError as error:
            return Probed(camera.id, stream, str(error), None)
        except Exception as error:  # noqa: BLE001 - one camera must not end the probe of all others
            words = f"unforeseen {type(error).__name__}; probed alone it tells more"
            return Probed(camera.id, stream, words, None)
        return Probed(camera.id, stream, "", found)

    def _request(self, camera: Camera, stream: StreamName) -> StreamRequest:
        address = camera.address(stream)
        assert address is not None
        login = self.login
        if camera.credentials is not None:
            login = self.logins.get(camera.credentials, self.login)
            if login is None:
                raise CommandwallError(
                    f"there are no credentials {camera.credentials!r}; name the site with -c, or give --user"
                )
        user, password = (login.user, login.password) if login else ("", "")
        trust = Trust(camera.tls_verify, self.ca_file)
        return StreamRequest(address.url, address.transport, user, password, trust, audio=camera.audio)


async def probe_file(file: Path, probe: BulkProbe, as_json: bool) -> None:
    """Probe the cameras of ``file`` and print what came; exit 1 if a line or a stream failed."""
    cameras, faults = _cameras(file)
    for fault in faults:
        typer.echo(str(fault), err=True)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        probed = await probe.run(cameras, progress)
    if as_json:
        typer.echo(json.dumps([_document(each) for each in probed], ensure_ascii=False))
    else:
        _print(probed)
    if faults or any(each.found is None for each in probed):
        raise typer.Exit(1)


def _cameras(file: Path) -> tuple[list[Camera], list[Fault]]:
    """Return the enabled cameras of ``file`` and what is wrong with its lines."""
    faults: list[Fault] = []
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CommandwallError(f"{file}: {error.strerror}") from error
    entries = read_entries(CameraEntry, read_cameras(file, data, faults).lines, faults)
    check_unique(entries, faults)
    return [camera_of(located.entry) for located in entries if located.entry.enabled], sorted(set(faults))


def _document(probed: Probed) -> dict[str, object]:
    found = asdict(probed.found) if probed.found else {}
    return {"camera": probed.camera, "stream": probed.stream, "reason": probed.reason, **found}


def _print(probed: Sequence[Probed]) -> None:
    table = Table("camera", "stream", "codec", "size", "fps", "kb/s", "lost", "reason or quirks", box=None)
    for each in probed:
        found = each.found
        if found is None:
            table.add_row(each.camera, each.stream, *[""] * 5, each.reason, style="red")
            continue
        table.add_row(
            each.camera,
            each.stream,
            found.codec,
            f"{found.width}x{found.height}",
            f"{found.fps:.1f}",
            f"{found.bitrate_bps / 1000:.0f}",
            str(found.lost_packets),
            "; ".join(found.quirks),
        )
    console = Console(highlight=False, markup=False)
    console.print(table)
    failed = sum(each.found is None for each in probed)
    console.print(f"{len(probed)} streams: {len(probed) - failed} came, {failed} failed")
