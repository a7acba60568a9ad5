from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from pathlib import Path

import pytest

from commandwall.control.accounts import Accounts, Token
from commandwall.control.database import _MIGRATIONS, FILE_NAME, Database, StoreError
from commandwall.control.roles import Role


def count_users(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM users").fetchone()
    return int(count)


def add_user(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO users VALUES ('a', 'admin', 'x', 0)")


def damaged(directory: Path) -> list[Path]:
    return [path for path in directory.glob(f"{FILE_NAME}.damaged-*") if not path.name.endswith("-wal")]


async def test_a_new_file_is_private_and_in_wal_mode(tmp_path: Path) -> None:
    async with Database(tmp_path / "state") as database:
        assert await database.run(
            lambda connection: connection.execute("PRAGMA journal_mode").fetchone()
        ) == ("wal",)
        assert (tmp_path / "state" / FILE_NAME).stat().st_mode & 0o077 == 0
        assert (tmp_path / "state").stat().st_mode & 0o077 == 0


async def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    async with Database(tmp_path) as database:
        await database.run(add_user)
    async with Database(tmp_path) as database:
        assert await database.run(count_users) == 1


async def test_work_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def half(connection: sqlite3.Connection) -> None:
        add_user(connection)
        connection.execute("INSERT INTO nowhere VALUES (1)")

    async with Database(tmp_path) as database:
        with pytest.raises(StoreError, match="no such table"):
            await database.run(half)
        assert await database.run(count_users) == 0


async def test_a_broken_rule_of_a_table_is_the_callers_to_explain(tmp_path: Path) -> None:
    async with Database(tmp_path) as database:
        await database.run(add_user)
        with pytest.raises(sqlite3.IntegrityError):
            await database.run(add_user)


async def test_work_runs_in_the_order_of_the_calls(tmp_path: Path) -> None:
    order: list[int] = []

    def note(number: int, _: sqlite3.Connection) -> None:
        order.append(number)

    async with Database(tmp_path) as database:
        await asyncio.gather(*(database.run(partial(note, number)) for number in range(20)))
    assert order == list(range(20))


async def test_a_damaged_file_is_kept_aside_and_a_new_one_begun(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database at all" * 500)
    with pytest.raises(StoreError, match="restart the daemon"):
        async with Database(tmp_path):
            pass
    assert damaged(tmp_path) == []
    async with Database(tmp_path, mends=True) as database:
        assert await database.run(count_users) == 0
    (aside,) = damaged(tmp_path)
    assert aside.read_bytes().startswith(b"not a database")
    assert aside.name in caplog.text


async def test_a_page_that_is_damaged_costs_its_table_and_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fill(connection: sqlite3.Connection) -> None:
        add_user(connection)
        connection.execute("INSERT INTO sessions VALUES (x'00', 'a', 0, 0)")
        line = ("a", "http", "wall.layout", "x" * 2000, "", "done")
        columns = "at_utc_ns, who, via, action, target, detail, outcome"
        connection.executemany(f"INSERT INTO audit ({columns}) VALUES (0, ?, ?, ?, ?, ?, ?)", [line] * 100)

    def first_page(connection: sqlite3.Connection) -> int:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit'").fetchone()
        return int(page)

    async with Database(tmp_path) as database:
        await database.run(fill)
        page = await database.run(first_page)
    with (tmp_path / FILE_NAME).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    async with Database(tmp_path, mends=True) as database:
        assert await database.run(count_users) == 1
        count = "SELECT count(*) FROM sessions"
        assert await database.run(lambda connection: connection.execute(count).fetchone()) == (1,)
    assert len(damaged(tmp_path)) == 1
    assert "not whole are: audit." in caplog.text


async def test_tokens_of_an_earlier_version_are_not_bound_to_heads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("commandwall.control.database._MIGRATIONS", _MIGRATIONS[:5])
        async with Database(tmp_path) as database:
            row = "INSERT INTO tokens VALUES (x'00', 'panel', 'viewer', 7, NULL)"
            await database.run(lambda connection: connection.execute(row).rowcount)
    async with Database(tmp_path) as database:
        accounts = Accounts(database)
        assert await accounts.token(b"\0") == Token("panel", Role.VIEWER, 7, None, ())
        await accounts.add_token(b"\1", Token("street", Role.VIEWER, 8, None, ("main/left", "main/right")))
        assert [token.heads for token in await accounts.tokens()] == [(), ("main/left", "main/right")]


async def test_a_file_of_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="newer commandwall"):
        async with Database(tmp_path):
            pass
    assert damaged(tmp_path) == []


async def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    def fill(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        connection.execute("INSERT INTO users VALUES ('a', 'admin', ?, 0)", ("x" * 100_000,))

    async with Database(tmp_path) as database:
        with pytest.raises(StoreError, match="disk is full"):
            await database.run(fill)
        assert await database.run(count_users) == 0


async def test_a_locked_file_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commandwall.control.database._BUSY_S", 0.01)
    async with Database(tmp_path) as database:
        other = sqlite3.connect(tmp_path / FILE_NAME)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="another process holds it"):
            await database.run(add_user)
        other.close()
        await database.run(add_user)


async def test_a_state_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file/state"):
        async with Database(tmp_path / "file" / "state"):
            pass


async def test_a_database_that_is_not_open_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not open"):
        await Database(tmp_path).run(count_users)
