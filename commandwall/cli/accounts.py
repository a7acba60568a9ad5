"""``commandwall user`` and ``commandwall token``: accounts, straight in the state directory.

They work while the daemon runs and while it does not.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from commandwall.base.clock import utc_ns
from commandwall.base.errors import CommandwallError
from commandwall.cli.site import ConfigOption, run_async, site_settings
from commandwall.control.accounts import Accounts
from commandwall.control.database import Database
from commandwall.control.guessing import GuessGuard
from commandwall.control.passwords import Passwords
from commandwall.control.roles import Role
from commandwall.control.store import AuditLine, Store
from commandwall.control.users import Users
from commandwall.model.wall import check_places
from commandwall.settings.site import Settings

users = typer.Typer(help="Accounts of people.", no_args_is_help=True)
tokens = typer.Typer(help="Tokens of programs.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
RoleOption = Annotated[Role, typer.Option(help="What it may do.")]


@asynccontextmanager
async def open_users(settings: Settings) -> AsyncIterator[Users]:
    """Open the accounts of a site; raises :class:`StoreError`."""
    async with Database(settings.state_dir) as database:
        yield Users(Accounts(database), Passwords(), GuessGuard())


@asynccontextmanager
async def _changing(settings: Settings, action: str, target: str, detail: str = "") -> AsyncIterator[Users]:
    """Open the accounts for one change, which leaves the same line in the audit log as by any other way."""
    async with Database(settings.state_dir) as database:
        outcome = "ended before it was done"
        try:
            yield Users(Accounts(database), Passwords(), GuessGuard())
            outcome = "done"
        except CommandwallError as error:
            outcome = str(error)
            raise
        finally:
            line = AuditLine(utc_ns(), _login_name(), "cli", action, target, detail, outcome)
            await Store(database).add_audit([line])


@users.command()
def add(name: NameArgument, config: ConfigOption, role: RoleOption = Role.OPERATOR) -> None:
    """Add a user; asks for the password, or reads it from standard input."""

    async def work(password: str) -> None:
        async with _changing(site_settings(config), "user.add", name, role) as accounts:
            await accounts.add(name, role, password)

    run_async(work(_new_password()))


@users.command()
def passwd(name: NameArgument, config: ConfigOption) -> None:
    """Give a user another password; all sessions of the user end."""

    async def work(password: str) -> None:
        async with _changing(site_settings(config), "user.password", name) as accounts:
            await accounts.set_password(name, password)

    run_async(work(_new_password()))


@users.command(name="list")
def list_users(config: ConfigOption) -> None:
    """Print every user and role."""

    async def work() -> None:
        async with open_users(site_settings(config)) as accounts:
            for user in await accounts.users():
                typer.echo(f"{user.name}\t{user.role}")

    run_async(work())


@users.command()
def remove(name: NameArgument, config: ConfigOption) -> None:
    """Remove a user, whose sessions end."""

    async def work() -> None:
        async with _changing(site_settings(config), "user.remove", name) as accounts:
            await accounts.remove(name)

    run_async(work())


@tokens.command()
def create(
    config: ConfigOption,
    role: RoleOption,
    name: Annotated[str, typer.Option(help="What the token is for.")],
    head: Annotated[list[str] | None, typer.Option(metavar="WALL/HEAD", help="All it may watch.")] = None,
) -> None:
    """Print a new token, alone on standard output; it is not kept and cannot be shown again.

    With --head, once or more often, it is good for watching these heads and for nothing else.
    """

    async def work() -> None:
        settings = site_settings(config)
        check_places(head or (), settings.walls)
        detail = " ".join((role, *(head or ())))
        async with _changing(settings, "token.create", name, detail) as accounts:
            typer.echo(await accounts.create_token(name, role, heads=head or ()))

    run_async(work())


def _login_name() -> str:
    """Return who runs this, by the system's accounts."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _new_password() -> str:
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    return sys.stdin.readline().rstrip("\n")
