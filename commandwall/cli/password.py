"""Asking for the password of a camera's user."""

from __future__ import annotations

import os
import sys

import typer

_VARIABLE = "COMMANDWALL_PASSWORD"


def password_of(user: str) -> str:
    """Return the password from COMMANDWALL_PASSWORD, the terminal, or a line of standard input.

    Never from an argument, which every user of the machine can read. Empty without a user.
    """
    if not user:
        return ""
    if _VARIABLE in os.environ:
        return os.environ[_VARIABLE]
    if sys.stdin.isatty():
        password: str = typer.prompt(f"Password of {user}", hide_input=True, err=True)
        return password
    return sys.stdin.readline().rstrip("\n")
