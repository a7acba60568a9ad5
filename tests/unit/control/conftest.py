from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from commandwall.control.accounts import Accounts
from commandwall.control.database import Database
from commandwall.control.guessing import GuessGuard
from commandwall.control.passwords import Passwords
from commandwall.control.users import Users


@pytest.fixture(autouse=True)
def no_power_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no disk: what these tests keep need not outlive the machine."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "state") as database:
        yield database


@pytest.fixture
def passwords() -> Passwords:
    """Return a hasher that is quick and therefore weak."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def users(database: Database, passwords: Passwords) -> Users:
    return Users(Accounts(database), passwords, GuessGuard())
