"""``commandwall onvif``: which cameras are on the network, and the line of one for the spreadsheet."""

from __future__ import annotations

from typing import Annotated

import typer

from commandwall.cli.site import TlsCaOption, TlsVerifyOption, run_async

onvif = typer.Typer(help="Find ONVIF cameras and read their streams.", no_args_is_help=True)


@onvif.command(name="discover")
def discover_devices(
    interface: Annotated[str, typer.Option(help="Name or IPv4 address of the network card.")] = "",
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="How long to listen.")] = 3.0,
) -> None:
    """Ask the network which ONVIF devices are there and print one line for each."""
    from commandwall.cli.devices import run_discover

    run_async(run_discover(interface, seconds))


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
