"""Farms and daemons that end-to-end tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.browser import ORIGIN, StagedDaemon, browser, fresh
from tests.e2e.modules import Run, runner
from tests.e2e.site import Daemon, Site, cameras, farm

CAMERAS = 8
MAIN = "1280x720@10:1000k"
"""Their main streams are encoded when first asked for, which takes no more than a moment at this size."""


@pytest.fixture(scope="session", autouse=True)
def copied(nursery: None) -> None:
    """Have farms and daemons begin as copies of one process that has loaded their libraries."""


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Site:
    """Return a site without cameras; a test adds what it needs and runs it."""
    return Site(tmp_path, free_port())


@pytest.fixture
async def daemon(site: Site) -> AsyncIterator[Daemon]:
    """Run a farm of eight cameras and a daemon that shows four of them on a 2x2 wall."""
    async with farm(CAMERAS, "--main", MAIN) as base:
        site.cameras = cameras(base, CAMERAS)
        async with site.run() as running:
            yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(chromium: str) -> AsyncIterator[Run]:
    """Run single modules of the pages, in a page that has none; mark the test ``needs("chromium")``."""
    async with browser(chromium) as running:
        page = await StagedDaemon(cameras=[]).stage(await fresh(running))
        await page.goto(f"{ORIGIN}/login")
        yield runner(page)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where pictures of simulated participants are kept once they are encoded."""
    return tmp_path_factory.mktemp("films")
