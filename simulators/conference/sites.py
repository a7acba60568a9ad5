"""Who takes part in a conference of three levels: names, as they are burnt into pictures and invited."""

from __future__ import annotations

CITY = "市应急指挥中心"
BRANCH = "公安分局"
STREETS = ("桂园", "黄贝", "东门", "翠竹", "南湖", "笋岗", "东湖", "莲塘", "东晓", "清水河")
SITES = (CITY, *(f"{street}街道" for street in STREETS), BRANCH)
"""The twelve that meet with the district: the city, ten street offices, one branch."""


def site_name(number: int) -> str:
    """Return the name of site ``number``, from 1 on; beyond the twelve they are counted."""
    turn, place = divmod(number - 1, len(SITES))
    return f"{SITES[place]} {turn + 1}" if turn else SITES[place]
