"""A leader in Chromium among simulated sites: seen and heard by them, and seeing and hearing them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.callpage import call_page
from tests.e2e.conference import meeting
from tests.e2e.site import Site, until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(180), pytest.mark.blocks_loop]
CITY, GUIYUAN, LEADER = 1, 2, 3


async def test_a_leader_joins_from_a_browser(site: Site, films: Path, chromium: str) -> None:
    async with site.run() as daemon, meeting(daemon, films) as here:
        await here.join(CITY)
        await here.join(GUIYUAN)
        leader = await here.invite(LEADER, "chair")
        async with call_page(chromium, leader.seat) as page:
            await page.join()  # Returns when a picture is shown and something is heard.

            async def both_seen() -> bool:
                return await page.numbers_seen(here.scan) == {CITY, GUIYUAN}

            await until("the leader sees both sites", both_seen)

            async def sends() -> bool:
                line = await here.line(LEADER)
                return bool(line["people"] and line["voice"] and line["state"] == "connected")

            await until("the leader's picture and sound are there", sends)
            assert (await here.desk.roster())["chair"] == leader.seat.participant
            await here.chair("mute_all")
            await here.until_heard({CITY: (), GUIYUAN: ()})
            await page.leave()

            async def left() -> bool:
                return bool((await here.line(LEADER))["state"] == "left")

            await until("the roster says that the leader left", left)
        await here.chair("unmute_all")
        await here.until_heard({CITY: {GUIYUAN}, GUIYUAN: {CITY}})
