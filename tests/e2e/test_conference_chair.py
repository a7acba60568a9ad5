"""A conference in every state that its chair can bring it into, heard in each mix, seen in each picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulators.conference.connection import RefusedError
from tests.e2e.conference import Meeting, meeting
from tests.e2e.site import Site, until

pytestmark = [pytest.mark.timeout(180), pytest.mark.blocks_loop]
CHAIR, GUIYUAN, HUANGBEI, DONGMEN = EVERYBODY = (1, 2, 3, 4)
TALKING = (CHAIR, GUIYUAN, HUANGBEI)
"""As many as are heard at once."""


@pytest.fixture
async def four(site: Site, films: Path) -> AsyncIterator[Meeting]:
    """Run a conference of a chair and three sites, three of whom talk."""
    async with site.run() as daemon, meeting(daemon, films) as here:
        for number in EVERYBODY:
            await here.invite(number, "chair" if number == CHAIR else "site")
        here.let_talk(*TALKING)
        for number in EVERYBODY:
            await here.peers[number].join()
        yield here


def all_hear(*speakers: int) -> dict[int, set[int]]:
    """Return what each hears when just ``speakers`` are to be heard: everybody but himself."""
    return {number: set(speakers) - {number} for number in EVERYBODY}


def all_see(*numbers: int) -> dict[int, set[int]]:
    """Return what each sees when all see ``numbers``."""
    return {viewer: set(numbers) for viewer in EVERYBODY}


async def test_free_talk_and_mutes(four: Meeting) -> None:
    await four.until_heard(all_hear(*TALKING))
    await four.until_seen(all_see(*EVERYBODY))

    await four.chair("mute", HUANGBEI)
    await four.until_heard(all_hear(CHAIR, GUIYUAN))
    assert (await four.line(HUANGBEI))["muted"]
    await four.chair("unmute", HUANGBEI)
    await four.until_heard(all_hear(*TALKING))

    await four.chair("mute_all")
    await four.until_heard(all_hear(CHAIR))
    await four.chair("grant", GUIYUAN)
    await four.until_heard(all_hear(CHAIR, GUIYUAN))
    await four.chair("revoke")
    await four.until_heard(all_hear(CHAIR))


async def test_who_begins_to_talk_is_heard_when_another_ceases(four: Meeting) -> None:
    await four.until_heard(all_hear(*TALKING))
    four.let_talk(CHAIR, GUIYUAN, DONGMEN)
    await four.until_heard(all_hear(CHAIR, GUIYUAN, DONGMEN))


async def test_the_roll_is_called(four: Meeting) -> None:
    four.let_talk(CHAIR, GUIYUAN, DONGMEN)
    for called in (GUIYUAN, DONGMEN):
        await four.chair("roll_call", called)
        await four.until_heard(all_hear(CHAIR, called))
        await four.until_seen(all_see(CHAIR, called))
    roll = {call["participant"]: call for call in (await four.desk.roster())["roll"]}
    assert set(roll) >= {four.id_of(GUIYUAN), four.id_of(DONGMEN)}
    await four.chair("gallery")
    await four.until_heard(all_hear(CHAIR, GUIYUAN, DONGMEN))
    await four.until_seen(all_see(*EVERYBODY))


async def test_a_site_is_broadcast_to_all_but_the_chair(four: Meeting) -> None:
    await four.until_seen(all_see(*EVERYBODY))
    await four.chair("broadcast", HUANGBEI)
    await four.until_seen({GUIYUAN: {HUANGBEI}, DONGMEN: {HUANGBEI}, HUANGBEI: {CHAIR}})

    async def relayed() -> bool:
        return (await four.people_seen(DONGMEN)).get(HUANGBEI) == (0, 0, 640, 360)

    await until("it is relayed as it was sent, not composed", relayed, 20)
    await four.until_heard(all_hear(*TALKING))
    await four.chair("gallery")
    await four.until_seen(all_see(*EVERYBODY))


async def test_what_a_site_sees_is_chosen(four: Meeting) -> None:
    await four.until_seen(all_see(*EVERYBODY))
    await four.chair("watch", DONGMEN, viewer=four.id_of(GUIYUAN))
    await four.until_seen({**all_see(*EVERYBODY), GUIYUAN: {DONGMEN}})
    await four.chair("watch", viewer=four.id_of(GUIYUAN))
    await four.until_seen(all_see(*EVERYBODY))


async def test_a_lecture_is_heard_and_the_lecturer_is_large(four: Meeting) -> None:
    four.let_talk(CHAIR, GUIYUAN, DONGMEN)
    await four.until_seen(all_see(*EVERYBODY))
    await four.chair("lecture", DONGMEN)
    await four.until_heard(all_hear(CHAIR, DONGMEN))

    async def large() -> bool:
        seen = await four.people_seen(GUIYUAN)
        return set(seen) == set(EVERYBODY) and max(seen, key=lambda number: seen[number][2]) == DONGMEN

    await until("all are seen, and the lecturer is large", large)
    await four.chair("gallery")
    await four.until_heard(all_hear(CHAIR, GUIYUAN, DONGMEN))


async def test_content_is_a_second_picture(four: Meeting) -> None:
    await four.peers[GUIYUAN].send_content()

    async def shown() -> bool:
        return bool((await four.line(GUIYUAN))["content"])

    await until("the content is there", shown)
    assert (await four.desk.roster())["content_holder"] == four.id_of(GUIYUAN)
    eyes = await four.peers[DONGMEN].watch_content()

    async def seen() -> bool:
        picture = eyes.last_picture()
        return picture is not None and set(four.scan.people(picture.luma)) == {GUIYUAN}

    await until("the content is seen", seen)
    with pytest.raises(RefusedError, match="shows content") as refused:
        await four.peers[HUANGBEI].send_content()
    assert refused.value.status == 409
    await four.until_seen(all_see(*EVERYBODY))
