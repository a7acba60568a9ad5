"""Finding ONVIF devices, and what the spreadsheet of cameras says of one."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table

from commandwall.base.errors import InvalidError, UnsupportedError
from commandwall.base.trust import Trust
from commandwall.cli.password import password_of
from commandwall.onvif.camera import OnvifCamera, connect
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
    """A device, the profiles chosen of it, and its line of the spreadsheet."""

    device: OnvifCamera
    main: MediaProfile
    sub: MediaProfile | None
    line: dict[str, str]


async def ask(url: str, user: str, password: str, trust: Trust, given: Mapping[str, str]) -> Asked:
    """Ask the device at ``url`` for its streams; columns of ``given`` that are not empty are as they are.

    Raises :class:`CommandwallError` with the step that failed.
    """
    async with OnvifClient(url, user, password, trust) as client:
        device = await connect(client)
        main, sub = main_and_sub(device.profiles)
        if main is None:
            raise UnsupportedError(f"{client.host} has no profile with video; create one in its settings")
        information = await information_of(client)
        line = {
            **given,
            "id": given.get("id") or id_of(url),
            "name": _name(given.get("name") or f"{information.manufacturer} {information.model}"),
            "main_url": await stream_url(client, device.services, main),
            "sub_url": await stream_url(client, device.services, sub) if sub else "",
            "onvif_url": url if device.ptz or device.imaging else "",
            "tls_verify": "" if trust.verify else "false",
        }
    return Asked(device, main, sub, line)


def _name(said: str) -> str:
    """Return a name as the spreadsheet takes it: neither too long nor read as a formula."""
    return said.strip().lstrip("=+-@").strip()[:MAX_NAME_CHARS]


async def run_profiles(address: str, user: str, trust: Trust, given: Mapping[str, str], header: bool) -> None:
    """Print the line of the camera at ``address``, with the columns of ``given`` where they are not empty.

    Raises as :func:`ask` does.
    """
    asked = await ask(device_url(address), user, password_of(user), trust, given)
    _show(asked.device, asked.main, asked.sub)
    writer = csv.DictWriter(sys.stdout, COLUMNS, restval="", lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerow(asked.line)


def _show(device: OnvifCamera, main: MediaProfile, sub: MediaProfile | None) -> None:
    """Print what there was to choose from, beside the line."""
    table = Table("profile", "name", "codec", "size", "fps", "kb/s", "as", box=None)
    for profile in device.profiles:
        chosen = "main" if profile is main else "sub" if profile is sub else ""
        size = f"{profile.width} x {profile.height}"
        rate = f"{profile.bitrate_bps / 1000:.0f}"
        table.add_row(profile.token, profile.name, profile.codec, size, f"{profile.fps:g}", rate, chosen)
    Console(stderr=True).print(table, f"PTZ: {'yes' if device.ptz else 'no'}", highlight=False)
