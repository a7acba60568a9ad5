"""The reference of the command line has every command with all of its options, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer

from commandwall.cli.main import cli
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "ref" / "commands.md").read_text(encoding="utf-8")
SYNOPSES = re.findall(r"^\| `([a-z].*?)` \|", PAGE, re.MULTILINE)


def commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path}{name} ")
        else:
            yield path + name, command


COMMANDS = dict(commands(typer.main.get_command(cli)))


def options(command: Any) -> set[str]:
    """Return the options as they are written to change what holds without them."""
    found = (each for each in command.params if each.param_type_name == "option")
    return {(option.secondary_opts or option.opts)[0] for option in found}


def test_every_command_stands_in_the_reference_with_its_options() -> None:
    explained: dict[str, set[str]] = {}
    for synopsis in SYNOPSES:
        (path,) = (path for path in COMMANDS if re.match(rf"{path}(?![a-z])", synopsis))
        explained.setdefault(path, set()).update(re.findall(r"(?<![\w-])--?[a-z-]+", synopsis))
    assert explained == {path: options(command) for path, command in COMMANDS.items()}
