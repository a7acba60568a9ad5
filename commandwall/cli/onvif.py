"""``commandwall onvif``: which cameras are on the network, and the line of one for the spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commandwall.cli.site import TlsCaOption, TlsVerifyOption, run_async

onvif = typer.Typer(help="Find ONVIF cameras and read their streams.", no_args_is_help=True)


@onvif.command(name="discover")
def discover_devices(
    interface: Annotated[str, typer.Option(help="Name or IPv4 address of the network card.")] = "",
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="How long to listen.")] = 3.0,
    out: Annotated[Path | None, typer.Option(help="Ask them all, and write a spreadsheet (CSV).")] = None,
    user: Annotated[str, typer.Option(help="With --out: as profiles has it.")] = "",
    area: Annotated[str, typer.Option(help="With --out: the area of all.")] = "",
    credentials: Annotated[str, typer.Option(help="With --out: the credentials of all.")] = "",
    tls_verify: TlsVerifyOption = None,
    tls_ca: TlsCaOption = "",
    parallel: Annotated[int, typer.Option(min=1, max=256, help="With --out: devices at once.")] = 16,
) -> None:
    """Ask the network which ONVIF devices are there and print one line for each.

    With --out their streams are asked for and become a spreadsheet that can be probed and imported;
    exit 1 if a device gave none.
    """
    from commandwall.base.trust import Trust
    from commandwall.cli.devices import run_discover
    from commandwall.cli.onvif_sheet import Survey, new_sheet, run_sheet
    from commandwall.cli.password import password_of

    if out is None:
        run_async(run_discover(interface, seconds))
        return
    given = {"area": area, "credentials": credentials}
    with new_sheet(out) as write:
        survey = Survey(user, password_of(user), Trust(tls_verify is not False, tls_ca), given, parallel)
        run_async(run_sheet(interface, seconds, survey, write))


@onvif.command()
def profiles(
    address: Annotated[str, typer.Argument(help="HOST[:PORT], or the URL of the device service.")],
    user: Annotated[str, typer.Option(help="Asks for the password, or reads COMMANDWALL_PASSWORD.")] = "",
    id: Annotated[str, typer.Option(help="The camera's id; default: made of its address.")] = "",
    name: Annotated[str, typer.Option(help="The camera's name; default: its model.")] = "",
    area: Annotated[str, typer.Option(help="The id of its area.")] = "",
    credentials: Annotated[str, typer.Option(help="The entry of credentials that has its user.")] = "",
    tls_verify: TlsVerifyOption = None,
    tls_ca: TlsCaOption = "",
    header: Annotated[bool, typer.Option("--header", help="Print the names of the columns first.")] = False,
) -> None:
    """Read a camera's media profiles and print its line of the cameras_file, with main and sub chosen."""
    from commandwall.base.trust import Trust
    from commandwall.cli.devices import run_profiles

    given = {"id": id, "name": name, "area": area, "credentials": credentials}
    run_async(run_profiles(address, user, Trust(tls_verify is not False, tls_ca), given, header))
