from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from commandwall.control.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "state") as database:
        yield database
