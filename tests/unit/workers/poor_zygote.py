"""A zygote on a machine that is out of something: the second and the third order are in vain."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any

from commandwall.workers import zygote


def without(call: Callable[..., int], error: int, turn: int) -> Callable[..., int]:
    """Return ``call`` that fails once, at its ``turn``."""
    turns = iter(range(1, 1000))

    def tried(*arguments: Any) -> int:
        if next(turns) == turn:
            raise OSError(error, os.strerror(error))
        return call(*arguments)

    return tried


if __name__ == "__main__":
    os.fork = without(os.fork, errno.EAGAIN, 2)
    os.pidfd_open = without(os.pidfd_open, errno.ENOMEM, 2)
    zygote.main()
