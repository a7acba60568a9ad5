"""The nursery: a process that has loaded what our programs need, and becomes one whenever a test asks.

A test that boots a farm and a daemon would spend half of its CPU time on loading libraries. What runs is
the program itself, with its arguments and environment; only what measures (the bench) and what tests the
command line starts it as a user does.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from typing import IO

import setproctitle

from commandwall.base.ending import end_with_parent

ADDRESS = "COMMANDWALL_NURSERY"
"""The variable of the environment that says where a nursery listens."""
_ROOT = Path(__file__).resolve().parent.parent
_LOADED = ("commandwall.app", "commandwall.cli.main", "simulators.cameras", "simulators.conference.peer")


@dataclass(slots=True)
class Copy:
    """A program that began as a copy of the nursery; as ``asyncio.subprocess.Process`` is one."""

    pid: int
    stdout: asyncio.StreamReader
    _status: asyncio.StreamReader
    returncode: int | None = None

    async def wait(self) -> int:
        """Return its exit status, negative for a signal, once it has ended."""
        if self.returncode is None:
            self.returncode = int(await self._status.read())
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal; raises ``ProcessLookupError`` if it is gone."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


async def start(module: str, arguments: tuple[str, ...], environment: Mapping[str, str]) -> Copy:
    """Run ``python -m MODULE ARGUMENTS`` without an input, from the nursery that listens at ``ADDRESS``."""
    ours = socket.socket(socket.AF_UNIX)
    ours.connect(os.environ[ADDRESS])
    read, write = os.pipe()
    order = json.dumps([module, arguments, dict(environment)]).encode()
    socket.send_fds(ours, [len(order).to_bytes(4), order], [write, 2])
    os.close(write)
    stdout, status = await _reader(os.fdopen(read, "rb")), await _reader(ours)
    return Copy(int(await status.readline()), stdout, status)


async def _reader(pipe: IO[bytes] | socket.socket) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


@contextmanager
def nursery() -> Iterator[None]:
    """Run a nursery that :func:`start` finds."""
    with TemporaryDirectory(prefix="cw-") as folder:
        address = str(Path(folder, "nursery"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen()
            command = [sys.executable, "-m", "tests.nursery", str(listener.fileno())]
            process = Popen(command, cwd=_ROOT, pass_fds=[listener.fileno()])
        os.environ[ADDRESS] = address
        try:
            yield
        finally:
            del os.environ[ADDRESS]
            process.kill()
            process.wait()


def main() -> None:
    """Make a keeper for each that connects; return from this in each program that one of them made."""
    end_with_parent()  # It goes with the tests.
    listener = socket.socket(fileno=int(sys.argv[1]))
    for library in _LOADED:
        importlib.import_module(library)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Keepers need no last rites.
    module: str | None = None
    while module is None:
        module = _keep(listener.accept()[0], listener)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _keep(connection: socket.socket, listener: socket.socket) -> str | None:
    """Make a keeper, which makes a program and tells its process id and, at its end, its status.

    Returns ``None`` in the nursery, and the program's name in the program; in the keeper it does not return.
    """
    if os.fork():
        connection.close()
        return None
    listener.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, descriptors, _, _ = socket.recv_fds(connection, 4, 2)
    order = connection.recv(int.from_bytes(head), socket.MSG_WAITALL)
    pid = os.fork()
    if not pid:
        connection.close()
        return _become(descriptors, *json.loads(order))
    for descriptor in (0, 1, 2, *descriptors):
        os.close(descriptor)
    connection.sendall(b"%d\n" % pid)
    _, status = os.waitpid(pid, 0)
    connection.sendall(b"%d" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(descriptors: list[int], module: str, arguments: list[str], environment: dict[str, str]) -> str:
    """Take on the program's output, environment and name; return the last."""
    for descriptor, number in zip(descriptors, (1, 2), strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    setproctitle.setproctitle(" ".join(("python -m", *sys.argv)))
    if not hasattr(sys.modules.get(module), "__path__"):
        sys.modules.pop(module, None)  # It is run anew, under the name of "__main__".
    return module


if __name__ == "__main__":
    main()
