"""How many files and sockets a process may hold."""

from __future__ import annotations

import resource


def allow_many() -> None:
    """Let this process, and those it will start, hold as many as the system grants at most.

    What is usual at first, 1024, is too few for a worker: a camera takes up to five with sound over UDP.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
