"""What commands share: the option that names the configuration, loading it, running to the end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from commandwall.settings.faults import SettingsError
from commandwall.settings.load import load_settings
from commandwall.settings.site import Settings

ConfigOption = Annotated[Path, typer.Option("-c", "--config", metavar="FILE", help="The configuration.")]
TlsVerifyOption = Annotated[
    bool | None,
    typer.Option("--tls-verify/--no-tls-verify", help="Over TLS: check the certificate; the default."),
]
TlsCaOption = Annotated[str, typer.Option("--tls-ca", help="Over TLS: PEM file that vouches for it.")]


def site_settings(config: Path) -> Settings:
    """Return the settings in ``config``; prints its faults and exits with 2 when it has any."""
    try:
        return load_settings(config)
    except SettingsError as error:
        for fault in error.faults:
            typer.echo(str(fault), err=True)
        raise typer.Exit(2) from None


def run_async(work: Coroutine[Any, Any, None]) -> None:
    """Run ``work`` to its end."""
    asyncio.run(work)
