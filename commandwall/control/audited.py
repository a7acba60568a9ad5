"""Authorise, apply, audit: what every operation has in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from commandwall.base.errors import CommandwallError
from commandwall.control.audit import AuditLog
from commandwall.control.guessing import TooManyTriesError
from commandwall.control.roles import Permission, Principal


@dataclass(slots=True)
class Note:
    """What an audit line will say; the operation may put what it comes to know into it."""

    detail: str


@contextmanager
def audited(
    audit: AuditLog, who: Principal, permission: Permission | None, action: str, target: str, detail: str = ""
) -> Iterator[Note]:
    """Authorise what is done inside, and note how it ended, refusals and failures too."""
    note = Note(detail)
    try:
        if permission is not None:
            who.require(permission)
        yield note
    except TooManyTriesError:
        raise  # The failures before it are noted; a flood of tries must not fill the disk.
    except CommandwallError as error:
        audit.record(who, action, target, note.detail, str(error))
        raise
    audit.record(who, action, target, note.detail)
