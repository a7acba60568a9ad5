from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.control.crew import Crew, crew_for
from commandwall.settings.site import IngestSettings

AUTO = IngestSettings()


@pytest.mark.parametrize(
    ("cameras", "cores", "crew"),
    [
        (0, 1, Crew(1, 1, 1)),
        (100, 1, Crew(1, 1, 1)),
        (64, 2, Crew(1, 2, 2)),
        (65, 2, Crew(2, 2, 1)),
        (400, 2, Crew(2, 2, 1)),
        (1000, 2, Crew(2, 2, 1)),
        (64, 8, Crew(1, 8, 8)),
        (200, 16, Crew(2, 8, 8)),
        (400, 32, Crew(4, 8, 8)),
        (1000, 32, Crew(5, 8, 7)),
    ],
)
def test_there_are_as_many_as_the_cameras_and_the_cores_deserve(cameras: int, cores: int, crew: Crew) -> None:
    assert crew_for(AUTO, cameras, cores) == crew


@given(st.integers(0, 5000), st.integers(1, 256))
def test_by_itself_it_leaves_no_core_idle(cameras: int, cores: int) -> None:
    crew = crew_for(AUTO, cameras, cores)
    assert crew.busy_cores(cores) == cores and crew.workers <= cores


def test_what_is_set_is_kept_to() -> None:
    assert crew_for(IngestSettings(3, 1), 400, 16) == Crew(3, 1, 1)
    assert crew_for(IngestSettings(decode_threads=1), 64, 4) == Crew(1, 1, 1)
    assert crew_for(IngestSettings(workers=1), 400, 16) == Crew(1, 8, 8)
    assert Crew(1, 8, 8).busy_cores(16) == 8
