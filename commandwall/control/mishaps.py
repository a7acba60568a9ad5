"""What goes wrong with one of several, and must not end what goes on for all of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from commandwall.base.errors import CommandwallError


class Mishaps:
    """Tells ``log`` what goes wrong with which, once until it goes well again: some is tried every second."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._told: dict[str, str] = {}

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        """End the block, and nothing else, by a :class:`CommandwallError`; ``what`` is what it is about."""
        try:
            yield
        except CommandwallError as error:
            if self._told.get(what) != str(error):
                self._log.error("%s: %s", what, error)
            self._told[what] = str(error)
        else:
            self._told.pop(what, None)
