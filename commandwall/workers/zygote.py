"""The zygote: a process that has loaded what every worker needs, and becomes one whenever it is told.

A worker that is a copy of it is there after a tenth of the time, and shares with all others what
they do not change: interpreter, libraries, classes. (Chromium calls its own so; Python's ``forkserver``
would load the command line into each.) It runs no thread and no event loop, so it can be copied.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import runpy
import signal
import socket
import sys

import setproctitle

import commandwall.media.decoder
import commandwall.media.scale
import commandwall.workers.child  # noqa: F401 # these are loaded for the workers
from commandwall.base.ending import end_with_parent
from commandwall.workers.processes import MAX_ORDER_BYTES


def main() -> None:
    """Serve orders until the control plane is gone; return from this in every worker that was made."""
    end_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # The control plane alone says when to stop.
    signal.signal(signal.SIGCHLD, _reap)
    gc.collect()
    gc.freeze()  # A collection would write to every object, and so take a copy of each page.
    order = _serve(socket.socket(fileno=int(sys.argv[1])))
    if order is None:
        _reap()
    else:
        runpy.run_module(order, run_name="__main__", alter_sys=True)


def _serve(orders: socket.socket) -> str | None:
    """Return ``None`` at the end; in a worker, the module that it is to run, with ``sys.argv`` for it.

    An order is answered with what :func:`_fork` returns; where that is an error, all other workers go on.
    """
    while True:
        data, descriptors, _, _ = socket.recv_fds(orders, MAX_ORDER_BYTES, 1)
        if not data:
            return None
        module, name = json.loads(data)
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGCHLD,))  # None is reaped before it is known.
        number, handles = _fork()
        if not number:
            orders.close()
            _become(module, name, descriptors[0])
            return str(module)
        os.close(descriptors[0])
        try:
            socket.send_fds(orders, [str(number).encode()], handles)
        except OSError:
            return None  # Nobody waits for it: the control plane ends.
        for handle in handles:
            os.close(handle)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGCHLD,))


def _fork() -> tuple[int, list[int]]:
    """Return the number of a new process and its handle, 0 and none in that process itself.

    Where there can be none: the number of the error, and none. One that cannot be watched is ended.
    """
    pid = 0
    try:
        pid = os.fork()
        return pid, [os.pidfd_open(pid)] if pid else []
    except OSError as error:
        if pid:
            os.kill(pid, signal.SIGKILL)
        return error.errno or errno.EAGAIN, []


def _become(module: str, name: str, descriptor: int) -> None:
    """Be a process of one's own, with nothing of the zygote's but what it loaded."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGCHLD,))
    sys.argv = [module, name, str(descriptor)]
    setproctitle.setproctitle(f"{module} {name}")


def _reap(*_: object) -> None:
    """Let go of workers that have ended; who supervises them has seen it by their handles."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


if __name__ == "__main__":
    main()
