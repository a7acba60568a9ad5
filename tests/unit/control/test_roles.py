from __future__ import annotations

import pytest

from commandwall.base.errors import AccessRefusedError
from commandwall.control.roles import PERMISSIONS, Permission, Principal, Role


def test_every_role_may_look_and_only_some_may_change() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert {role for role in Role if Permission.VIEW not in PERMISSIONS[role]} == {Role.SENSOR}
    assert PERMISSIONS[Role.SENSOR] == {Permission.FEED}, "a sensor's token opens nothing else"
    assert {role for role in Role if Permission.OPERATE in PERMISSIONS[role]} == {Role.OPERATOR, Role.ADMIN}
    assert {role for role in Role if Permission.ACCOUNTS in PERMISSIONS[role]} == {Role.ADMIN}
    assert PERMISSIONS[Role.ADMIN] == set(Permission)


def test_a_refusal_names_who_what_and_why() -> None:
    chen = Principal("chen", Role.VIEWER)
    chen.require(Permission.VIEW)
    with pytest.raises(
        AccessRefusedError,
        match="chen may not change what walls show and where cameras look: the role viewer",
    ):
        chen.require(Permission.OPERATE)


def test_who_is_there_for_a_head_may_watch_it_and_do_nothing_else() -> None:
    street = Principal("token:street", Role.VIEWER, heads=("main/left",))
    street.require_head("main", "left")
    assert not any(street.may(permission) for permission in Permission)
    for wall, head in (("main", "right"), ("main", ""), ("other", "left"), ("", "main/left")):
        with pytest.raises(
            AccessRefusedError, match=r"token:street may not look .* it is for main/left only"
        ):
            street.require_head(wall, head)
    Principal("chen", Role.VIEWER).require_head("main", "right")
    with pytest.raises(AccessRefusedError, match="the role sensor"):
        Principal("token:rain", Role.SENSOR).require_head("main", "left")
