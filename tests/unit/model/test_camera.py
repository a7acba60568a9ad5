"""Cameras and the sources that name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError
from commandwall.model.camera import Camera, StreamAddress, StreamName, feed_id
from commandwall.model.source import EMPTY, Source, SourceKind

MAIN, SUB = StreamAddress("rtsp://h/main"), StreamAddress("rtsp://h/sub")


@pytest.mark.parametrize(
    ("main", "sub", "steady"),
    [(MAIN, SUB, StreamName.SUB), (None, SUB, StreamName.SUB), (MAIN, None, StreamName.MAIN)],
)
def test_the_sub_stream_is_received_always_where_there_is_one(
    main: StreamAddress | None, sub: StreamAddress | None, steady: StreamName
) -> None:
    camera = Camera("dm-1", "东门 01", "dongmen", main, sub)
    assert camera.steady is steady
    assert camera.address(steady) is not None
    assert (camera.address(StreamName.MAIN), camera.address(StreamName.SUB)) == (main, sub)


def test_a_feed_is_named_by_camera_and_stream() -> None:
    assert feed_id("dm-1", StreamName.SUB) == "dm-1/sub"


@given(st.text(min_size=1))
def test_a_camera_as_a_source_reads_back(name: str) -> None:
    source = Source(SourceKind.CAMERA, name)
    assert Source.parse(str(source)) == source


def test_nothing_as_a_source_reads_back() -> None:
    assert Source.parse("none") is EMPTY
    assert str(EMPTY) == "none"


@pytest.mark.parametrize(
    "text", ["", "camera", "camera:", "dm-1", "none:x", "screen:", "movie:a", "CAMERA:a"]
)
def test_what_is_no_source_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(InvalidError, match="write camera:ID, data:ID, screen:ID, conf") as caught:
        Source.parse(text, field="sources[3]")
    assert caught.value.field == "sources[3]"
