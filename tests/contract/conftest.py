"""What suites over several implementations share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def copied(nursery: None) -> None:
    """Have farms and daemons begin as copies of one process that has loaded their libraries."""
