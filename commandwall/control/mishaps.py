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
        """End the block, and nothing else, by whatever it raises; ``what`` is what it is about.

        Of what nobody foresaw, which is no :class:`CommandwallError`, the log has the traceback.
        """
        try:
            yield
        except CommandwallError as error:
            if self._is_new(what, str(error)):
                self._log.error("%s: %s", what, error)
        except Exception as error:  # noqa: BLE001 - the others, and the daemon, go on
            if self._is_new(what, repr(error)):
                self._log.exception("%s", what)
        else:
            self._told.pop(what, None)

    def _is_new(self, what: str, mishap: str) -> bool:
        before, self._told[what] = self._told.get(what), mishap
        return mishap != before
