"""A conference in every state that its chair can bring it into, heard in each mix, seen in each picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.conference import Meeting, meeting
from tests.e2e.site import Site

pytestmark = [pytest.mark.timeout(180), pytest.mark.blocks_loop]
CHAIR, GUIYUAN, HUANGBEI, DONGMEN = EVERYBODY = (1, 2, 3, 4)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture
async def four(site: Site, films: Path) -> AsyncIterator[Meeting]:
    """Run a conference of a chair and three sites who all talk."""
    async with site.run() as daemon, meeting(daemon, films) as here:
        for number in EVERYBODY:
            await here.join(number, "chair" if number == CHAIR else "site")
        yield here


def all_but_oneself(*speakers: int) -> dict[int, set[int]]:
    """Return what each hears when just ``speakers`` are to be heard: everybody but himself."""
    return {number: set(speakers) - {number} for number in EVERYBODY}


def everybody_sees(*numbers: int) -> dict[int, set[int]]:
    """Return what each sees when all see ``numbers``."""
    return {viewer: set(numbers) for viewer in EVERYBODY}


async def test_free_talk_and_mutes(four: Meeting) -> None:
    await four.until_heard(all_but_oneself(*EVERYBODY))
    await four.until_seen(everybody_sees(*EVERYBODY))

    await four.chair("mute", HUANGBEI)
    await four.until_heard(all_but_oneself(CHAIR, GUIYUAN, DONGMEN))
    assert (await four.line(HUANGBEI))["muted"]
    await four.chair("unmute", HUANGBEI)
    await four.until_heard(all_but_oneself(*EVERYBODY))

    await four.chair("mute_all")
    await four.until_heard(all_but_oneself(CHAIR))
    await four.chair("grant", GUIYUAN)
    await four.until_heard(all_but_oneself(CHAIR, GUIYUAN))
    await four.chair("revoke")
    await four.until_heard(all_but_oneself(CHAIR))


async def test_the_roll_is_called(four: Meeting) -> None:
    for called in (GUIYUAN, DONGMEN):
        await four.chair("roll_call", called)
        await four.until_heard(all_but_oneself(CHAIR, called))
        await four.until_seen(everybody_sees(CHAIR, called))
    roll = {call["participant"]: call for call in (await four.desk.roster())["roll"]}
    assert set(roll) >= {four.id_of(GUIYUAN), four.id_of(DONGMEN)}
    await four.chair("gallery")
    await four.until_heard(all_but_oneself(*EVERYBODY))
    await four.until_seen(everybody_sees(*EVERYBODY))


async def test_a_site_is_broadcast_to_all_but_the_chair(four: Meeting) -> None:
    await four.chair("broadcast", HUANGBEI)
    sees = {GUIYUAN: {HUANGBEI}, DONGMEN: {HUANGBEI}, HUANGBEI: {CHAIR}}
    await four.until_seen(sees)
    whole = await four.people_seen(DONGMEN)
    assert whole[HUANGBEI] == (0, 0, 640, 360), "it is relayed as it was sent, not composed"
    await four.until_heard(all_but_oneself(*EVERYBODY))
    await four.chair("gallery")
    await four.until_seen(everybody_sees(*EVERYBODY))


async def test_what_a_site_sees_is_chosen(four: Meeting) -> None:
    await four.chair("watch", DONGMEN, viewer=four.id_of(GUIYUAN))
    await four.until_seen({**everybody_sees(*EVERYBODY), GUIYUAN: {DONGMEN}})
    await four.chair("watch", viewer=four.id_of(GUIYUAN))
    await four.until_seen(everybody_sees(*EVERYBODY))


async def test_a_lecture_is_heard_and_the_lecturer_is_large(four: Meeting) -> None:
    await four.chair("lecture", DONGMEN)
    await four.until_heard(all_but_oneself(CHAIR, DONGMEN))
    await four.until_seen({GUIYUAN: EVERYBODY})
    seen = await four.people_seen(GUIYUAN)
    assert max(seen, key=lambda number: seen[number][2]) == DONGMEN
    await four.chair("gallery")
    await four.until_heard(all_but_oneself(*EVERYBODY))


async def test_content_is_a_second_picture(four: Meeting) -> None:
    await four.peers[GUIYUAN].send_content()
    line = await four.line(GUIYUAN)
    assert line["content"]
    assert (await four.desk.roster())["content_holder"] == four.id_of(GUIYUAN)
