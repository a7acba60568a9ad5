"""Ids of things that operators make: given, or found."""

from __future__ import annotations

from collections.abc import Container
from itertools import count

from commandwall.base.errors import InvalidError


def new_id(asked: str | None, kind: str, taken: Container[str]) -> str:
    """Return ``asked``, or else ``KIND-N`` with the first number that is free.

    Raises :class:`InvalidError` when the one that was asked for is taken.
    """
    if asked is None:
        return next(name for number in count(1) if (name := f"{kind}-{number}") not in taken)
    if asked in taken:
        raise InvalidError("{id!r} is there twice; ids are unique", id=asked, field="id")
    return asked
