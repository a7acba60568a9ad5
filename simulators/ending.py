"""Simulators end with who started them, if it asks for that: ``SIMULATORS_END_WITH`` is its process id."""

from __future__ import annotations

import os
import signal
import sys

from commandwall.base.ending import end_with_parent

_VARIABLE = "SIMULATORS_END_WITH"


def end_with_starter() -> None:
    """Get SIGTERM when the process that asked for it is gone; exit if it is gone already."""
    starter = os.environ.get(_VARIABLE)
    if starter is None:
        return
    end_with_parent(signal.SIGTERM)
    if os.getppid() != int(starter):
        sys.exit()
