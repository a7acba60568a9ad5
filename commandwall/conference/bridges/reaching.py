"""Why a foreign system cannot be reached, in words."""

from __future__ import annotations

import os

from commandwall.base.errors import ConnectionLostError
from commandwall.base.sentence import Sentence


def unreachable(place: str, error: Exception) -> ConnectionLostError:
    """Return what ``error`` of the HTTP client comes to. Its own words may quote the URL: not said."""
    if isinstance(error, TimeoutError):
        why = Sentence("no answer")
    elif isinstance(error, OSError) and error.errno:
        why = Sentence(os.strerror(error.errno))
    else:
        why = Sentence(type(error).__name__)
    return ConnectionLostError("{place} cannot be reached: {why}", place=place, why=why)
