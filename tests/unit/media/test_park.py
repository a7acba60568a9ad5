from __future__ import annotations

import pytest

from commandwall.media.backend import DecodeBackend
from commandwall.media.park import DecoderPark
from commandwall.model.decoding import DecodeChoice
from commandwall.model.wall import DecodeLevel
from tests.unit.media.streams import luma_of, stream

LEVEL = DecodeLevel.NODEBLOCK


def test_a_decoder_that_is_put_back_is_taken_again_for_its_kind_only() -> None:
    park = DecoderPark()
    decoder = park.take("h264", LEVEL)
    park.put(decoder)
    assert park.take("hevc", LEVEL) is not decoder and park.take("h264", DecodeLevel.FULL) is not decoder
    assert park.take("h264", LEVEL) is decoder
    assert park.take("h264", LEVEL) is not decoder


def test_nothing_of_the_stream_before_comes_out() -> None:
    park = DecoderPark()
    decoder = park.take("h264", LEVEL)
    for unit in stream(width=256, height=128)[:7]:
        decoder.decode(unit)
    park.put(decoder)
    assert park.take("h264", LEVEL) is decoder
    units = stream(frames=12, gop=12)
    pictures = [picture for unit in units for picture in decoder.decode(unit)]
    assert [picture.unit for picture in pictures] == list(units)
    for number, picture in enumerate(pictures):
        assert (picture.width, picture.height, picture.damaged) == (128, 96, False)
        assert abs(float(picture.planes().y.mean()) - luma_of(number)) < 3


def test_a_decoder_that_has_seen_b_frames_is_not_kept() -> None:
    park = DecoderPark()
    decoder = park.take("h264", LEVEL)
    for unit in stream(b_frames=2)[:7]:
        decoder.decode(unit)
    park.put(decoder)
    assert len(park) == 0


def test_a_picture_outlives_the_decoder_it_came_from() -> None:
    park = DecoderPark()
    decoder = park.take("h264", LEVEL)
    (picture,) = decoder.decode(stream()[0])
    park.put(decoder)
    for unit in stream()[10:]:
        decoder.decode(unit)
    assert abs(float(picture.planes().y.mean()) - luma_of(0)) < 3


def test_damage_is_forgotten_and_the_number_is_bounded() -> None:
    park = DecoderPark(most=2)
    decoders = [park.take("h264", LEVEL) for _ in range(3)]
    for decoder in decoders:
        park.put(decoder)
    assert len(park) == 2
    park.thin_out()
    assert len(park) == 1 and park.take("h264", LEVEL) is decoders[-1]
    park.thin_out()
    assert len(park) == 0


def test_what_a_device_refuses_the_processor_decodes_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    park = DecoderPark(DecodeBackend(DecodeChoice.CUDA, "no such device"))
    for _ in range(2):
        (picture,) = park.take("h264", LEVEL).decode(stream()[0])
        assert abs(float(picture.planes().y.mean()) - luma_of(0)) < 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "cuda refused a stream" in caplog.text
