"""Which releases of aiortc will do, known without loading it."""

from __future__ import annotations

from importlib.metadata import version

from commandwall.base.errors import UnsupportedError

TESTED_WITH = "1.16.0"


def check_version() -> None:
    """Raise :class:`UnsupportedError` for a release whose private side was not looked at."""
    found = version("aiortc")
    if found.rpartition(".")[0] != TESTED_WITH.rpartition(".")[0]:
        raise UnsupportedError(
            "aiortc {version} was not tried with WebRTC here; install aiortc {tested}",
            version=found,
            tested=TESTED_WITH,
        )
