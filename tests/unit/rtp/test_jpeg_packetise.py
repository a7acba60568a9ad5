from __future__ import annotations

import contextlib
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.jpeg import JpegFormat
from commandwall.rtp.jpeg_packetise import packetise_jpeg

Picture = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
SAMPLING = {"4:2:0": 0x221111, "4:2:2": 0x211111, "4:4:4": 0x111111}


def gradient(width: int, height: int) -> Picture:
    rows, columns = np.arange(height)[:, np.newaxis], np.arange(width)
    planes = (rows * 3 + columns, rows + columns * 2, rows * 2 - columns)
    return np.stack(planes, axis=2).astype(np.uint8)


def written(width: int, height: int, *options: int) -> bytes:
    """Return a JPEG file as libjpeg writes it, with ``options`` of OpenCV."""
    return cv2.imencode(".jpg", gradient(width, height), options)[1].tobytes()


def of_ffmpeg() -> bytes:
    """Return a JPEG file as FFmpeg writes it: one quantisation table for all components."""
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 96, 64, "yuvj420p"
    encoder.time_base, encoder.options = Fraction(1, 25), {"huffman": "default"}
    frame = av.VideoFrame.from_ndarray(gradient(96, 64), format="bgr24").reformat(format="yuvj420p")
    return bytes((encoder.encode(frame) + encoder.encode(None))[0])


def rebuilt(payloads: list[bytes]) -> bytes:
    fmt = JpegFormat({})
    for payload in payloads:
        fmt.push(payload, 0, len(payload))
    return fmt.take()[0]


def decode(image: bytes) -> Picture:
    picture = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8, copy=False)


@pytest.mark.parametrize("sampling", ["4:2:0", "4:2:2"])
@pytest.mark.parametrize("interval", [0, 5])
@pytest.mark.parametrize("mtu", [200, 1400, 65_000])
def test_what_is_packetised_is_put_together_again(sampling: str, interval: int, mtu: int) -> None:
    options = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLING[sampling], cv2.IMWRITE_JPEG_RST_INTERVAL, interval)
    image = written(160, 128, *options)
    payloads = packetise_jpeg(image, mtu)
    assert all(0 < len(payload) <= mtu for payload in payloads)
    assert np.array_equal(decode(rebuilt(payloads)), decode(image))
    assert (b"\xff\xdd" in rebuilt(payloads)) is (interval > 0)


def test_one_table_serves_all_components() -> None:
    image = of_ffmpeg()
    assert image.count(b"\xff\xdb") == 1
    assert np.array_equal(decode(rebuilt(packetise_jpeg(image))), decode(image))


def test_sides_are_told_in_blocks_of_eight() -> None:
    fmt = JpegFormat({})
    (payload,) = packetise_jpeg(written(90, 50), 65_000)
    fmt.push(payload, 0, len(payload))
    assert (fmt.parameters.width, fmt.parameters.height) == (96, 56)


FILE = written(96, 64)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (written(96, 64, cv2.IMWRITE_JPEG_OPTIMIZE, 1), "Huffman tables of its own"),
        (written(96, 64, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLING["4:4:4"]), "sampling 111111 cannot"),
        (written(2048, 64), "2048x64 with sampling 221111 cannot be sent by RTP"),
        (written(96, 64, cv2.IMWRITE_JPEG_PROGRESSIVE, 1), "not a baseline one"),
        (FILE.replace(b"\xff\xdb", b"\xff\xe5"), "quantisation tables"),
    ],
    ids=["huffman", "sampling", "size", "progressive", "tables"],
)
def test_what_rtp_cannot_carry_is_said(image: bytes, words: str) -> None:
    with pytest.raises(UnsupportedError, match=words):
        packetise_jpeg(image)


@pytest.mark.parametrize(
    "image", [b"", b"\x00\x00\x00\x01\x67", b"\xff\xd8", b"\xff\xd8\xff\xdb\x00\x00", FILE[:300]]
)
def test_what_is_no_picture_is_an_error(image: bytes) -> None:
    with pytest.raises(ProtocolError):
        packetise_jpeg(image)


@given(st.data())
def test_nothing_but_the_projects_errors_is_raised(data: st.DataObject) -> None:
    image = bytearray(FILE)
    for position in data.draw(st.lists(st.integers(0, 700), max_size=5)):
        image[position] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError, UnsupportedError):
        assert packetise_jpeg(bytes(image))
