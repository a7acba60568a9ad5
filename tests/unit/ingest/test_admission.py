from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from commandwall.ingest import admission as admission_module
from commandwall.ingest.admission import Admission
from tests.unit.ingest.cameras import until

CAMERA = "rtsp://10.1.1.11/sub"


class FakeTime:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self._real_sleep = asyncio.sleep

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await self._real_sleep(0)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    time = FakeTime()
    monkeypatch.setattr(admission_module, "monotonic_s", time)
    monkeypatch.setattr(asyncio, "sleep", time.sleep)
    return time


async def test_no_second_sees_more_openings_than_were_said(time: FakeTime) -> None:
    admission = Admission(per_s=5, per_host=100)
    began_s: list[float] = []

    async def open_one(number: int) -> None:
        async with admission.opening(f"rtsp://10.1.1.{number}/sub"):
            began_s.append(time())

    async with asyncio.TaskGroup() as group:
        for number in range(23):
            group.create_task(open_one(number))
    assert max(sum(at <= each < at + 1 for each in began_s) for at in began_s) == 5
    assert began_s[-1] - began_s[0] == pytest.approx(4, abs=0.1)
    assert all(first <= second for first, second in pairwise(began_s))


async def test_those_that_were_given_up_while_they_waited_hold_up_nobody(time: FakeTime) -> None:
    admission = Admission(per_s=1, per_host=100)
    async with admission.opening(CAMERA):
        pass
    gate = asyncio.Event()

    async def sleep(_: float) -> None:
        await gate.wait()
        time.now_s += 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "sleep", sleep)
        first, second = (asyncio.create_task(enter(admission)) for _ in range(2))
        await asyncio.wait((first,), timeout=0.001)
        first.cancel()
        gate.set()
        async with asyncio.timeout(20):
            await second
    assert first.cancelled()


async def enter(admission: Admission) -> None:
    async with admission.opening(CAMERA):
        pass


async def test_a_host_is_asked_for_a_few_sessions_at_a_time_and_others_do_not_wait_for_it() -> None:
    admission = Admission(per_s=100, per_host=2)
    answer = asyncio.Event()
    opening: list[str] = []

    async def open_slowly(url: str) -> None:
        async with admission.opening(url):
            opening.append(url)
            await answer.wait()

    recorder, camera, port = (f"rtsp://{host}/1" for host in ("10.1.1.5", "10.1.1.6", "10.1.1.5:8554"))
    async with asyncio.TaskGroup() as group:
        for url in (recorder, recorder, recorder, camera, port):
            group.create_task(open_slowly(url))
        await until(lambda: len(opening) == 4)
        assert sorted(opening) == sorted((recorder, recorder, camera, port))
        answer.set()
    assert len(opening) == 5


async def test_a_failure_frees_the_place() -> None:
    admission = Admission(per_s=100, per_host=1)
    with pytest.raises(ConnectionError):
        async with admission.opening(CAMERA):
            raise ConnectionError
    async with asyncio.timeout(20), admission.opening(CAMERA):
        pass
