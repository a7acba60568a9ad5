"""The command line: ``commandwall`` and ``python -m commandwall``."""

from commandwall.cli.main import main

__all__ = ["main"]
