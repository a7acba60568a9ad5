"""Withholding: a smear is not shown while there is something better, and never for ever nothing."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.ingest.withholding import WITHHELD_NS, Withholding
from commandwall.model.access_unit import AccessUnit

FRAME_NS = 66_000_000


@dataclass
class Picture:
    """As much of a decoded picture as counts here."""

    unit: AccessUnit
    broken: bool = False
    hollow: bool = False

    @property
    def damaged(self) -> bool:
        return self.broken or self.hollow or self.unit.damaged


def judged(words: str) -> str:
    """Judge a picture for each sign; return ``s`` for those that are shown, ``.`` for those that are not.

    ``K`` and ``P`` are whole, ``k`` and ``p`` lost packets, ``b`` is broken, ``h`` hollow.
    """
    withholding, said = Withholding(), ""
    for number, word in enumerate(words):
        unit = AccessUnit(b"", 0, word in "Kk", word in "kp", (1 + number) * FRAME_NS)
        picture = Picture(unit, broken=word == "b", hollow=word == "h")
        said += "." if withholding.withholds(picture) else "s"  # type: ignore[arg-type]
    return said


def test_whole_pictures_are_shown() -> None:
    assert judged("KPPPKPP") == "sssssss"


def test_a_group_whose_key_frame_lost_something_is_withheld_up_to_the_next_whole_one() -> None:
    assert judged("KPkpppKP") == "ss....ss"


def test_packets_lost_from_other_frames_are_shown() -> None:
    assert judged("KPppppK") == "sssssss"


def test_what_the_decoder_could_not_make_sense_of_is_withheld() -> None:
    assert judged("KPbbbK") == "ss...s"


def test_after_a_while_something_is_better_than_nothing_but_holes_are_not() -> None:
    frames = WITHHELD_NS // FRAME_NS + 2
    assert "..s" in judged("k" + "p" * frames)
    assert "s" not in judged("h" * (frames + 9))


def test_what_could_not_be_decoded_at_all_counts_from_then_on() -> None:
    withholding = Withholding()
    withholding.failed(AccessUnit(b"", 0, True, False, FRAME_NS))
    late = Picture(AccessUnit(b"", 0, False, True, FRAME_NS + WITHHELD_NS - 1))
    assert withholding.withholds(late)  # type: ignore[arg-type]
    late = Picture(AccessUnit(b"", 0, False, True, FRAME_NS + WITHHELD_NS))
    assert not withholding.withholds(late)  # type: ignore[arg-type]
