from __future__ import annotations

import pytest

from tests.bench.metrics import Metrics

PAGE = """\
# HELP commandwall_camera_frames_total Frames received.
# TYPE commandwall_camera_frames_total counter
commandwall_camera_frames_total{area="dongmen",camera="cam-1"} 120.0
commandwall_camera_frames_total{area="dongmen",camera="cam-2"} 30.0
commandwall_camera_frames_total{area="buji \\"east\\"",camera="cam-3"} 50.0
# HELP commandwall_wall_switch_live_seconds Command to all live.
# TYPE commandwall_wall_switch_live_seconds histogram
commandwall_wall_switch_live_seconds_bucket{le="0.5",wall="main"} 3.0
commandwall_wall_switch_live_seconds_bucket{le="+Inf",wall="main"} 4.0
commandwall_wall_switch_live_seconds_count{wall="main"} 4.0
commandwall_wall_switch_live_seconds_sum{wall="main"} 1.75
"""


@pytest.fixture
def page() -> Metrics:
    return Metrics.parse(PAGE)


def test_counters_are_summed_over_what_is_not_named(page: Metrics) -> None:
    assert page.total("commandwall_camera_frames_total") == 200
    assert page.total("commandwall_camera_frames_total", area="dongmen") == 150
    assert page.total("commandwall_camera_frames_total", camera="cam-3", area='buji "east"') == 50


def test_only_what_was_asked_for_is_read() -> None:
    page = Metrics.parse(PAGE, "commandwall_camera")
    assert set(page.samples) == {"commandwall_camera_frames_total"}
    assert page.total("commandwall_camera_frames_total") == 200


def test_labels_that_nothing_has_give_nothing(page: Metrics) -> None:
    assert list(page.values("commandwall_camera_frames_total", camera="cam-9")) == []


def test_histograms_have_count_and_sum(page: Metrics) -> None:
    assert page.total("commandwall_wall_switch_live_seconds_count", wall="main") == 4
    assert page.total("commandwall_wall_switch_live_seconds_sum", wall="main") == 1.75


def test_an_unknown_metric_is_an_error(page: Metrics) -> None:
    with pytest.raises(KeyError):
        page.total("commandwall_nothing_total")


def test_text_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid labels"):
        Metrics.parse("commandwall_camera_up{camera='x'} often\n")
