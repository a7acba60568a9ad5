"""Finding ONVIF devices, and what the spreadsheet of cameras says of one."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table

from commandwall.base.errors import (
    CommandwallError,
    InvalidError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
)
from commandwall.base.trust import Trust
from commandwall.cli.password import password_of
from commandwall.onvif.camera import OnvifCamera, cameras_of
from commandwall.onvif.client import OnvifClient
from commandwall.onvif.device import information_of
from commandwall.onvif.discovery import discover
from commandwall.onvif.media import MediaProfile, main_and_sub, stream_url
from commandwall.settings.spreadsheet import COLUMNS, MAX_NAME_CHARS

_DEVICE_SERVICE = "/onvif/device_service"


def device_url(address: str) -> str:
    """Return the URL of the device service at ``address``, which may be one already.

    Raises InvalidError if it carries credentials or is none.
    """
    url = address if "://" in address else f"http://{address}{_DEVICE_SERVICE}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable:
        raise InvalidError("must be HOST[:PORT] or http://HOST[:PORT]/PATH, without user", field="address")
    return url


def id_of(url: str) -> str:
    """Return an id for the camera at ``url``: its address in the signs of ids."""
    return "cam-" + re.sub(r"[^A-Za-z0-9]+", "-", urlsplit(url).netloc).strip("-")[:59]


async def run_discover(interface: str, seconds: float) -> None:
    """Print a line for each address of each device; raises as :func:`discover` does."""
    for device in await discover(interface, seconds):
        for url in device.urls:
            typer.echo("  ".join(filter(None, (url, device.name, device.hardware, device.location))))


@dataclass(frozen=True, slots=True)
class Asked:
    """A camera of a device, the profiles chosen of it, and its line of the spreadsheet."""

    camera: OnvifCamera
    main: MediaProfile
    sub: MediaProfile | None
    line: dict[str, str]


async def ask(
    url: str, user: str, password: str, trust: Trust, given: Mapping[str, str]
) -> tuple[list[Asked], str]:
    """Ask the device at ``url`` for the streams of its cameras: one for each lens or channel.

    Columns of ``given`` that are not empty are as they are; the lines have one id. Returns with them why
    others gave none (a recorder's channel without a camera). Raises :class:`CommandwallError` with the
    step that failed where none gave one.
    """
    async with OnvifClient(url, user, password, trust) as client:
        cameras = await cameras_of(client)
        information = await information_of(client)
        given = {**given, "tls_verify": "" if trust.verify else "false"}
        said = _name(given.get("name") or f"{information.manufacturer} {information.model}")
        asked: list[Asked] = []
        refused: list[CommandwallError] = []
        for number, camera in enumerate(cameras, 1):
            name = f"{said[: MAX_NAME_CHARS - 5]} {number}" if len(cameras) > 1 else said
            try:
                asked.append(await _ask(client, camera, {**given, "name": name}, several=len(cameras) > 1))
            except (UnsupportedError, InvalidError, UnavailableError, ProtocolError) as error:
                refused.append(error)
    if not asked:
        raise refused[0]
    return asked, "; ".join(dict.fromkeys(map(str, refused)))


async def _ask(client: OnvifClient, camera: OnvifCamera, given: Mapping[str, str], *, several: bool) -> Asked:
    main, sub = main_and_sub(camera.profiles)
    if main is None:
        raise UnsupportedError(
            f"{client.host} has no profile with H.264, H.265 or MJPEG; create one in its settings"
        )
    operable = camera.ptz is not None or camera.imaging is not None
    line = {
        **given,
        "id": given.get("id") or id_of(client.url),
        "main_url": await stream_url(client, camera.services, main),
        "sub_url": await stream_url(client, camera.services, sub) if sub else "",
        "onvif_url": client.url if operable else "",
        "onvif_profile": main.token if operable and several else "",
    }
    return Asked(camera, main, sub, line)


class DistinctIds:
    """Puts a number behind each id that came before: of several cameras at one address."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def of(self, line: Mapping[str, str]) -> dict[str, str]:
        """Return ``line`` with an id of its own."""
        self._times[line["id"]] += 1
        number = self._times[line["id"]]
        return {**line, "id": f"{line['id']}-{number}" if number > 1 else line["id"]}


def _name(said: str) -> str:
    """Return a name as the spreadsheet takes it: neither too long nor read as a formula."""
    return said.strip().lstrip("=+-@").strip()[:MAX_NAME_CHARS]


async def run_profiles(address: str, user: str, trust: Trust, given: Mapping[str, str], header: bool) -> None:
    """Print the line of each camera at ``address``, with columns of ``given`` where they are not empty.

    Raises as :func:`ask` does.
    """
    asked, refused = await ask(device_url(address), user, password_of(user), trust, given)
    _show(asked, refused)
    writer = csv.DictWriter(sys.stdout, COLUMNS, restval="", lineterminator="\n")
    if header:
        writer.writeheader()
    ids = DistinctIds()
    writer.writerows(ids.of(each.line) for each in asked)


def _show(asked: Sequence[Asked], refused: str) -> None:
    """Print what there was to choose from, beside the lines."""
    console = Console(stderr=True, highlight=False, markup=False)
    for each in asked:
        table = Table("profile", "name", "codec", "size", "fps", "kb/s", "as", box=None)
        for profile in each.camera.profiles:
            chosen = "main" if profile is each.main else "sub" if profile is each.sub else ""
            size = f"{profile.width} x {profile.height}"
            rate = f"{profile.bitrate_bps / 1000:.0f}"
            table.add_row(profile.token, profile.name, profile.codec, size, f"{profile.fps:g}", rate, chosen)
        fault = each.camera.ptz_fault
        console.print(table, f"PTZ: {'yes' if each.camera.ptz else f'no ({fault})' if fault else 'no'}")
    if refused:
        console.print(refused)
