from __future__ import annotations

import pytest

from commandwall.model.pace import stalled_after_s


@pytest.mark.parametrize(("gap_s", "stalled_s"), [(0.0, 3.0), (0.04, 3.0), (1.0, 3.0), (10.0, 30.0)])
def test_a_slow_stream_is_given_time(gap_s: float, stalled_s: float) -> None:
    assert stalled_after_s(gap_s) == stalled_s
