"""The commands and what they print; what they do lies in the modules beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import commandwall
from commandwall.base.descriptors import allow_many
from commandwall.base.errors import CommandwallError
from commandwall.base.logs import configure_logs
from commandwall.cli import accounts
from commandwall.cli.cameras import cameras
from commandwall.cli.displays import display_faults
from commandwall.cli.onvif import onvif
from commandwall.cli.site import ConfigOption, TlsCaOption, TlsVerifyOption, run_async, site_settings
from commandwall.control.users import FIRST_USER
from commandwall.control.vault import Vault
from commandwall.model.camera import Transport
from commandwall.settings.load import check_settings
from commandwall.settings.site import Credential, Settings

cli = typer.Typer(
    help="The video wall of an emergency command centre.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.add_typer(accounts.users, name="user")
cli.add_typer(accounts.tokens, name="token")
cli.add_typer(cameras, name="cameras")
cli.add_typer(onvif, name="onvif")


def main() -> None:
    """Run the command line. Exit status 1 with one line where a command cannot be done."""
    allow_many()
    try:
        cli()
    except CommandwallError as error:
        Console(stderr=True).print(
            f"commandwall: {error}", style="red", markup=False, highlight=False, soft_wrap=True
        )
        raise SystemExit(1) from None


@cli.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(commandwall.__version__)
        raise typer.Exit


@cli.command()
def run(config: ConfigOption) -> None:
    """Run the daemon in the foreground. SIGTERM, SIGINT or SIGHUP drains it, a second one ends it at once."""
    import uvloop

    from commandwall import app
    from commandwall.base.ending import Ending

    def first_user(password: str) -> None:
        typer.echo(f"first sign-in: {FIRST_USER} / {password}", err=True)

    def ready(url: str) -> None:
        typer.echo(f"ready {url}")

    async def serve(settings: Settings) -> None:
        await app.run(settings, first_user, ready, Ending())

    configure_logs("commandwall")
    uvloop.run(serve(site_settings(config)))


@cli.command()
def check(config: Annotated[Path, typer.Argument(metavar="FILE", help="A site's configuration.")]) -> None:
    """Check a configuration and all it names; exit 2 and a line per fault.

    Names that walls cannot write whole are noted, and are no fault.
    """
    faults = check_settings(config)
    _report(faults)
    settings = site_settings(config)
    _report(display_faults(settings))
    from commandwall.cli.glyphs import undrawable

    for warning in undrawable(settings):
        typer.echo(f"{config}: note: {warning}", err=True)
    typer.echo(
        f"{config}: correct: {len(settings.cameras)} cameras in {len(settings.areas)} areas,"
        f" {len(settings.walls)} walls, {len(settings.layouts)} layouts"
    )


def _report(faults: list[str]) -> None:
    """Print ``faults``, one a line, and end with exit status 2 if there are any."""
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(2)


@cli.command()
def displays() -> None:
    """Print the monitors of this machine, by number and name, as head displays are configured."""
    from commandwall.outputs.display.monitors import monitors, video

    with video():
        for monitor in monitors():
            typer.echo(f"{monitor}, {monitor.refresh_hz} Hz")


@cli.command()
def demo(
    cameras: Annotated[int, typer.Option(min=1, max=2000, help="Simulated cameras.")] = 400,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the panel, on loopback.")] = 8080,
    clip: Annotated[Path | None, typer.Option(exists=True, help="Footage that the cameras show.")] = None,
    sites: Annotated[int, typer.Option(min=0, max=50, help="Simulated sites, in a conference.")] = 0,
) -> None:
    """Run a camera farm and the daemon on loopback, and print the panel's address and sign-in."""
    from commandwall.cli.demo import run_demo

    run_demo(cameras, port, clip, sites)


@cli.command()
def probe(
    url: Annotated[str, typer.Argument(help="rtsp[s]://HOST[:PORT]/PATH, without user and password.")] = "",
    user: Annotated[str, typer.Option(help="Asks for the password, or reads COMMANDWALL_PASSWORD.")] = "",
    seconds: Annotated[float, typer.Option(min=0.5, max=600, help="How long to watch.")] = 5.0,
    transport: Annotated[Transport | None, typer.Option(help="How RTP travels; default: tcp.")] = None,
    tls_verify: TlsVerifyOption = None,
    tls_ca: TlsCaOption = "",
    file: Annotated[Path | None, typer.Option(help="Instead of URL: a spreadsheet of cameras.")] = None,
    config: Annotated[
        Path | None, typer.Option("-c", "--config", help="With --file: whose credentials and certificates.")
    ] = None,
    parallel: Annotated[int, typer.Option(min=1, max=256, help="With --file: streams at once.")] = 16,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Open one stream, or all of a spreadsheet, as the daemon would and print what comes.

    Exit 1 with the reason where something does not come.
    """
    from commandwall.base.trust import Trust
    from commandwall.cli.password import password_of
    from commandwall.cli.probe import run_probe
    from commandwall.rtsp.client import StreamRequest

    if (file is None) == (not url):
        raise typer.BadParameter("give either a URL or --file")
    if file is None:
        trust = Trust(tls_verify is not False, tls_ca)
        way = transport or Transport.TCP
        request = StreamRequest(url, way, user, password_of(user), trust, audio=True)
        run_async(run_probe(request, seconds, as_json))
        return
    if transport is not None or tls_verify is not None or tls_ca:
        raise typer.BadParameter(
            "with --file, the file says transport and tls_verify, and the site (-c) has the certificates"
        )
    from commandwall.cli.probe_file import BulkProbe, probe_file

    logins: Mapping[str, Credential] = {}
    ca_file = ""
    if config is not None:
        settings = site_settings(config)
        logins = Vault(settings.state_dir, settings.credentials)
        ca_file = str(settings.ingest.ca_file or "")
    login = Credential(user, password_of(user)) if user else None
    run_async(probe_file(file, BulkProbe(seconds, parallel, logins, login, ca_file), as_json))


@cli.command()
def status(
    config: ConfigOption,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print the cameras, walls and workers of the running daemon."""
    from commandwall.cli.status import run_status

    run_async(run_status(site_settings(config), as_json))
