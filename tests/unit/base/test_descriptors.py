from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from commandwall.base.descriptors import allow_many


@pytest.fixture
def few() -> Iterator[int]:
    """Let this process hold few; yields how many it may allow itself."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(before, 256), most))
    yield most
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


def test_as_many_as_the_system_grants(few: int) -> None:
    allow_many()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (few, few)
