from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError
from commandwall.model.picture_size import picture_size


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_the_size_is_read_from_the_header(suffix: str) -> None:
    _, data = cv2.imencode(suffix, np.zeros((90, 160, 3), np.uint8))
    assert picture_size(data.tobytes(), field="body") == (160, 90)


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 60_000, 60_000)
    with pytest.raises(InvalidError, match="million pixels"):
        picture_size(bomb, field="body")


@given(st.binary(max_size=64), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff\xe0"]))
def test_anything_else_is_no_picture(data: bytes, begin: bytes) -> None:
    try:
        width, height = picture_size(begin + data, field="body")
    except InvalidError as error:
        assert error.field == "body"
    else:
        assert width > 0 and height > 0
