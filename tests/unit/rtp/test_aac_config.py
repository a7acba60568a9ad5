from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import UnsupportedError
from commandwall.rtp.aac_config import AacConfig, parse_audio_config, parse_mux_config
from commandwall.rtp.audio import AudioParameters


def aac(sample_rate: int, channels: int, extradata: str, core_hz: int = 0, samples: int = 1024) -> AacConfig:
    parameters = AudioParameters("aac", sample_rate, channels, bytes.fromhex(extradata))
    return AacConfig(parameters, core_hz or sample_rate, samples)


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("1190", aac(48000, 2, "1190")),
        ('"1408"', aac(16000, 1, "1408")),
        ("1414", aac(16000, 2, "1414", samples=960)),
        ("140856E500", aac(16000, 1, "140856e500")),  # as FFmpeg's encoder writes it: no SBR
        ("140856e5a8", aac(32000, 1, "140856e5a8", core_hz=16000)),  # SBR, told of behind the rest
        ("2b098800", aac(48000, 1, "2b098800", core_hz=24000)),  # SBR
        ("eb098800", aac(48000, 2, "eb098800", core_hz=24000)),  # and parametric stereo
        ("17801f400800", aac(16000, 1, "17801f4008")),  # a rate in figures
    ],
)
def test_audio_specific_configs(text: str, config: AacConfig) -> None:
    assert parse_audio_config(text) == config


def test_how_long_a_frame_lasts() -> None:
    assert parse_audio_config("1408").frame_ticks(16000) == 1024
    assert parse_audio_config("2b098800").frame_ticks(48000) == 2048


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("400028103fc0", aac(16000, 1, "1408")),
        ("400023203fc0", aac(48000, 2, "1190")),
        ("40002810adca00", aac(16000, 1, "140856e500")),  # as GStreamer writes it, which stops there
    ],
)
def test_stream_mux_configs(text: str, config: AacConfig) -> None:
    assert parse_mux_config(text) == config


@pytest.mark.parametrize("text", ["", "zz", "14", "f800", "1788", "1400", "2800", "1478", "1700000080"])
def test_audio_specific_configs_that_are_not_taken(text: str) -> None:
    with pytest.raises(UnsupportedError, match="AAC"):
        parse_audio_config(text)


@pytest.mark.parametrize("text", ["", "40", "c000281003fc0", "000028103fc0", "402028103fc0", "400028107fc0"])
def test_stream_mux_configs_that_are_not_taken(text: str) -> None:
    with pytest.raises(UnsupportedError, match="AAC"):
        parse_mux_config(text)


@given(st.binary(max_size=16))
def test_arbitrary_configs_raise_nothing_else(data: bytes) -> None:
    for parse in (parse_audio_config, parse_mux_config):
        with contextlib.suppress(UnsupportedError):
            config = parse(data.hex())
            again = parse_audio_config(config.parameters.extradata.hex())
            assert again == config
            assert config.frame_ticks(90000) > 0
