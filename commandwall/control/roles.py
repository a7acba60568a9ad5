"""Who may do what: roles, permissions, and the principal in whose name something is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from commandwall.base.errors import AccessRefusedError
from commandwall.base.sentence import Sentence
from commandwall.model.head import place_of


class Role(StrEnum):
    """What somebody is at the centre."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    LEADER = "leader"
    OPS = "ops"
    SENSOR = "sensor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What an operation needs; the value completes "may not ..."."""

    VIEW = "look at cameras and walls"
    OPERATE = "change what walls show and where cameras look"
    FEED = "feed data panels"
    SHARE = "share a screen"
    DIAGNOSE = "read the figures of the system"
    AUDIT = "read the audit log"
    CAMERAS = "add and remove cameras and their credentials"
    ACCOUNTS = "manage users and tokens"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.VIEW}),
    Role.LEADER: frozenset({Permission.VIEW, Permission.SHARE}),
    Role.OPERATOR: frozenset(
        {Permission.VIEW, Permission.OPERATE, Permission.FEED, Permission.SHARE, Permission.DIAGNOSE}
    ),
    Role.OPS: frozenset({Permission.VIEW, Permission.DIAGNOSE, Permission.AUDIT}),
    Role.SENSOR: frozenset({Permission.FEED}),
    Role.ADMIN: frozenset(Permission),
}


PRECEDENCE: Mapping[Role, int] = {
    Role.VIEWER: 0,
    Role.LEADER: 0,
    Role.OPS: 0,
    Role.SENSOR: 0,
    Role.OPERATOR: 1,
    Role.ADMIN: 2,
}
"""Who may take over what somebody else holds: a role with a higher number."""


@dataclass(frozen=True, slots=True)
class Seat:
    """The place of a participant in a conference, which an invitation gives and nothing else."""

    conference: str
    participant: str


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user, a program with a token, or the broker; ``via`` is the way it came.

    Whoever came by an invitation has a ``seat``, and may do nothing but what belongs to it. Whose token
    is for ``heads`` (``WALL/HEAD``) may do nothing but watch those. ``key`` is the hash of the session or
    token with which all that is done in this name ends; ``b""`` where it depends on none.
    """

    name: str
    role: Role
    via: str = "http"
    seat: Seat | None = None
    heads: tuple[str, ...] = ()
    key: bytes = field(default=b"", compare=False, repr=False)

    def may(self, permission: Permission) -> bool:
        """Return whether the role has ``permission``."""
        return self.seat is None and not self.heads and permission in PERMISSIONS[self.role]

    def outranks(self, other: Principal) -> bool:
        """Return whether this one may take over what ``other`` holds."""
        return PRECEDENCE[self.role] > PRECEDENCE[other.role]

    def require(self, permission: Permission) -> None:
        """Raise :class:`AccessRefusedError` unless the role has ``permission``."""
        if self.seat is not None:
            raise AccessRefusedError("an invitation is for its own conference; sign in for anything else")
        if self.heads:
            raise AccessRefusedError(
                "{name} may not {permission}: it is for {heads} only",
                name=self.name,
                permission=Sentence(permission),
                heads=", ".join(self.heads),
            )
        if not self.may(permission):
            raise AccessRefusedError(
                "{name} may not {permission}: the role {role} does not include it",
                name=self.name,
                permission=Sentence(permission),
                role=Sentence(self.role),
            )

    def require_head(self, wall: str, head: str) -> None:
        """Raise :class:`AccessRefusedError` unless this head, or all there is, may be watched."""
        if place_of(wall, head) not in self.heads:
            self.require(Permission.VIEW)
