from __future__ import annotations

import pytest

from commandwall.control.database import Database
from commandwall.control.kept import KeptRecords
from commandwall.control.layout_book import LayoutBook
from commandwall.control.records import Records
from commandwall.model.layout import Aspect, Cell, Layout
from tests.unit.control.stage import LAYOUTS, grid

PIP = Layout("pip", "画中画", 1, 1, (Cell("1", 0, 0), Cell("2", 0.7, 0.7, 0.3, 0.3, Aspect.FILL, 1)))


def book_in(database: Database, configured: dict[str, Layout] = LAYOUTS) -> LayoutBook:
    return LayoutBook(configured, KeptRecords("layouts", Records(database, "layout", Layout)))


async def test_what_is_made_is_there_again_after_a_restart(database: Database) -> None:
    async with book_in(database) as book:
        book.put(PIP)
        book.put(grid(1, 2))
        assert list(book) == ["1", "1x2", "pip", "2x2", "20x20"], "the smallest first"
        book.drop("1x2")
    async with book_in(database) as book:
        assert list(book) == ["1", "pip", "2x2", "20x20"]
        assert book["pip"] == PIP
        assert [name for name in book if not book.configured(name)] == ["pip"]


async def test_a_layout_of_the_configuration_comes_before_one_that_was_made(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with book_in(database) as book:
        book.put(PIP)
    own = Layout("pip", "own", 1, 1, (Cell("1", 0, 0),))
    async with book_in(database, {"pip": own}) as book:
        assert dict(book) == {"pip": own}
    assert "layout pip stands in the configuration" in caplog.text
