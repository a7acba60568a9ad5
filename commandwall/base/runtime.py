"""The folder for what exists only while the daemon runs: sockets and shared pictures."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commandwall.base.ending import Ending
from commandwall.base.errors import InvalidError

_MOST_BYTES = 107
"""The longest path of a socket (unix(7): 108 with the byte that ends it)."""


@contextmanager
def runtime_dir(ending: Ending, longest_name: str) -> Iterator[Path]:
    """Yield a folder that other users cannot enter; gone at the end.

    Raises :class:`InvalidError` where a socket called ``longest_name`` would not fit.
    """
    with tempfile.TemporaryDirectory(prefix="commandwall-", dir=os.environ.get("RUNTIME_DIRECTORY")) as name:
        folder = Path(name)
        excess = len(os.fsencode(folder / longest_name)) - _MOST_BYTES
        if excess > 0:
            raise InvalidError(
                "{folder}: sockets in it would have names that are {excess} bytes too long; set"
                " RUNTIME_DIRECTORY or TMPDIR to a shorter folder",
                folder=folder.parent,
                excess=excess,
            )
        ending.sweep(folder)
        yield folder
