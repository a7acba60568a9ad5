"""Simulators end with who started them, if it asks for that."""

from __future__ import annotations

import os
import signal
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE

PROGRAM = """
import ctypes
from simulators.ending import end_with_starter

end_with_starter()
number = ctypes.c_int()
ctypes.CDLL(None).prctl(2, ctypes.byref(number))  # PR_GET_PDEATHSIG
print(number.value)
"""


async def said(**environment: str) -> bytes:
    """Return what a simulator says that goes on; nothing if it ends."""
    variables = {**os.environ, **environment}
    process = await create_subprocess_exec(sys.executable, "-c", PROGRAM, env=variables, stdout=PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.strip()


async def test_it_goes_with_its_starter_only_if_that_asks_for_it() -> None:
    assert await said() == b"0"
    assert await said(SIMULATORS_END_WITH=str(os.getpid())) == str(signal.SIGTERM.value).encode()


async def test_it_does_not_begin_when_its_starter_is_gone_already() -> None:
    assert await said(SIMULATORS_END_WITH="1") == b""
