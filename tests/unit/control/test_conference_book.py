from __future__ import annotations

import pytest

from commandwall.base.errors import NotFoundError
from commandwall.control.conference_book import BookLinks, ConferenceBook
from commandwall.control.sources import NO_FACTS, Facts
from commandwall.ipc.packets import BusAddress
from commandwall.model.camera import FeedState, StreamName
from commandwall.model.overlays import Seen
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.source import Source

BUS = BusAddress("/run/rtc.packets", "conference/flood/zhang/people", "s1")


class Bench:
    def __init__(self) -> None:
        self.done: list[object] = []
        self.book = ConferenceBook(
            BookLinks(
                lambda camera: {"c-1": "street"}.get(camera, ""),
                lambda owner, bus: self.done.append((owner, bus.session)),
                lambda owner: self.done.append(f"forget {owner}"),
                lambda source: self.done.append(f"put {source}"),
                lambda source: self.done.append(f"removed {source}"),
            )
        )
        self.book.watch(lambda source_id: self.done.append((source_id, self.book.state(source_id)[0])))


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.book.put("flood/zhang", "张局")
    return bench


def test_who_may_come_is_a_source_before_coming(bench: Bench) -> None:
    assert list(bench.book.ids()) == ["flood/zhang"] and bench.book.name("flood/zhang") == "张局"
    assert bench.book.state("flood/zhang") == (FeedState.LOST, Reason(ReasonCode.NOT_JOINED))
    assert bench.book.stream("flood/zhang", 320, 180) is StreamName.MAIN
    assert bench.book.on_demand("flood/zhang", StreamName.MAIN)
    assert bench.done == []


def test_what_comes_is_received_once_for_each_time_that_it_comes(bench: Bench) -> None:
    bench.book.receive("flood/zhang", BUS)
    bench.book.receive("flood/zhang", BUS)
    bench.book.live("flood/zhang")
    again = BusAddress(BUS.packet_path, BUS.stream, "s2")
    bench.book.receive("flood/zhang", again)
    assert bench.done == [
        ("conference:flood/zhang", "s1"),
        ("flood/zhang", FeedState.CONNECTING),
        ("flood/zhang", FeedState.LIVE),
        ("conference:flood/zhang", "s2"),
        ("flood/zhang", FeedState.CONNECTING),
    ]


def test_who_is_lost_is_received_no_longer_and_keeps_the_place(bench: Bench) -> None:
    bench.book.receive("flood/zhang", BUS)
    bench.book.lost("flood/zhang", ReasonCode.AWAY)
    bench.book.lost("flood/zhang", ReasonCode.AWAY)
    assert bench.done[2:] == ["forget conference:flood/zhang", ("flood/zhang", FeedState.LOST)]
    assert bench.book.state("flood/zhang") == (FeedState.LOST, Reason(ReasonCode.AWAY))
    bench.book.receive("flood/zhang", BUS)
    assert bench.book.state("flood/zhang")[0] is FeedState.CONNECTING


def test_another_name_is_shown(bench: Bench) -> None:
    bench.book.put("flood/zhang", "张局长")
    bench.book.put("flood/zhang", "张局长")
    assert bench.done == ["put conference:flood/zhang"] and bench.book.name("flood/zhang") == "张局长"


def test_what_is_seen_in_it_is_told_and_that_it_is_something_else(bench: Bench) -> None:
    book = bench.book
    assert book.facts("flood/zhang") == NO_FACTS
    book.contain("flood/zhang", ("c-1", ""))
    book.contain("flood/zhang", ("c-1", ""))
    assert bench.done == ["put conference:flood/zhang"]
    assert book.facts("flood/zhang") == Facts(seen=(Seen("c-1", "street"), Seen("", "")))
    book.contain("flood/zhang", ("c-1", ""), anew=True)
    assert len(bench.done) == 2 and book.facts("flood/zhang").edition == 1


def test_the_cells_are_emptied_before_it_is_forgotten(bench: Bench) -> None:
    bench.book.receive("flood/zhang", BUS)
    bench.book.remove("flood/zhang")
    assert bench.done[2:] == ["removed conference:flood/zhang", "forget conference:flood/zhang"]
    with pytest.raises(NotFoundError, match=r"write ID/PARTICIPANT, ID/picture or ID/content") as caught:
        bench.book.name("flood/zhang")
    assert "没有会议画面" in caught.value.zh


def test_its_text_names_conference_and_participant() -> None:
    source = Source.parse("conference:flood/zhang")
    assert source.id == "flood/zhang" and str(source) == source.owner == "conference:flood/zhang"
