"""Views: what part of a picture can be shown."""

from __future__ import annotations

import pytest

from commandwall.base.errors import InvalidError
from commandwall.model.view import LEAST_CROP, WHOLE, Crop


@pytest.mark.parametrize(
    "part",
    [(0.0, 0.0, 1.0, 1.0), (0.5, 0.5, 0.5, 0.5), (0.98, 0.98, LEAST_CROP, LEAST_CROP), (0.7, 0.1, 0.3, 0.9)],
)
def test_a_part_inside_the_picture_is_taken(part: tuple[float, float, float, float]) -> None:
    assert Crop(*part).width == part[2]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ((0, 0, 0, 1), "at least 0.02"),
        ((0, 0, 1, 0.019), "at least 0.02"),
        ((0, 0, float("nan"), 1), "at least 0.02"),
        ((-0.1, 0, 1, 1), "leaves the picture"),
        ((0, 0.6, 1, 0.5), "leaves the picture"),
        ((float("nan"), 0, 1, 1), "leaves the picture"),
    ],
)
def test_what_is_no_part_of_the_picture_is_refused(
    part: tuple[float, float, float, float], words: str
) -> None:
    with pytest.raises(InvalidError, match=words) as caught:
        Crop(*part)
    assert caught.value.field == "crop"


def test_nothing_said_is_the_whole_picture() -> None:
    assert Crop() == WHOLE
