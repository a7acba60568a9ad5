"""What a target may do with any bytes, and what counts as a finding."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from types import FunctionType, ModuleType

from commandwall.base.errors import CommandwallError

Check = Callable[[bytes], object]
"""A target: takes bytes, and returns what it still holds of them (``None``: nothing).

It may raise CommandwallError. Every other exception, an assertion's too, is a finding.
"""

MAX_SECONDS = 0.5
"""Processor time for one input, in the slow motion of the fuzzer's instrumentation."""

MAX_HELD_BYTES = 2 << 20
MAX_HELD_FACTOR = 4
"""Held for one input: so many bytes, and so many times its own size."""

MAX_MESSAGE_CHARS = 400


class FindingError(Exception):
    """Raised when a target was slow, holds too much, or complains in words that nobody can be shown."""


def judge(check: Check, data: bytes) -> None:
    """Give ``data`` to ``check``. Raises FindingError, or whatever else a target should not raise."""
    begun_s = time.thread_time()
    held = None
    try:
        held = check(data)
    except CommandwallError as error:
        _judge_message(str(error))
    spent_s = time.thread_time() - begun_s
    if spent_s > MAX_SECONDS:
        raise FindingError(f"{len(data)} bytes took {spent_s:.2f} s")
    if held is not None and len(data) > MAX_HELD_BYTES // 1000:
        size = held_bytes(held)
        if size > MAX_HELD_BYTES + MAX_HELD_FACTOR * len(data):
            raise FindingError(f"{size} bytes are held for an input of {len(data)}")


def _judge_message(message: str) -> None:
    """Words of an error are sent to other processes as UTF-8, logged in one line, and shown to people."""
    if len(message) > MAX_MESSAGE_CHARS or not message.isprintable():
        raise FindingError(f"a message of {len(message)} characters: {message[:MAX_MESSAGE_CHARS]!a}")


def held_bytes(root: object) -> int:
    """Return the size of ``root`` and all it refers to, in bytes; code and types do not count."""
    seen = {id(root)}
    pending = [root]
    size = 0
    while pending:
        item = pending.pop()
        size += sys.getsizeof(item)
        for found in gc.get_referents(item):
            if id(found) not in seen and not isinstance(found, type | ModuleType | FunctionType):
                seen.add(id(found))
                pending.append(found)
    return size
