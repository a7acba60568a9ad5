from __future__ import annotations

import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext

from commandwall.media.g711 import _TABLES, G711_CODECS, G711_RATE, G711Encoder
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE
from commandwall.media.sound import Samples, SoundDecoder
from commandwall.model.access_unit import StreamInfo
from tests.unit.conference.line import tone
from tests.unit.conference.stage import tone_db

pytestmark = pytest.mark.parametrize("codec", G711_CODECS)


def through(codec: str, samples: Samples) -> Samples:
    """Return ``samples`` encoded and decoded again."""
    encoder = G711Encoder(codec)
    decoder = SoundDecoder(StreamInfo(codec, sample_rate=G711_RATE, channels=1))
    blocks = samples.reshape(-1, FRAME_SAMPLES)
    return np.concatenate([decoder.decode(encoder.encode(block)) for block in blocks])


def test_every_sample_is_coded_as_ffmpeg_reads_it(codec: str) -> None:
    context = av.CodecContext.create(codec, "r")
    assert isinstance(context, AudioCodecContext)
    context.sample_rate, context.layout = G711_RATE, "mono"
    read = context.decode(av.Packet(bytes(range(256))))[0].to_ndarray()[0].astype(int)
    samples = np.arange(1 << 16, dtype=np.uint16).view(np.int16).astype(int)
    errors = np.abs(read[_TABLES[codec]] - samples)
    assert (errors <= np.maximum(np.abs(samples) / 16, 16)).mean() > 0.99
    assert errors.max() <= 644  # where the loudest is clipped
    assert (np.sign(read[_TABLES[codec]]) * np.sign(samples) >= 0).all()


def test_a_voice_comes_through(codec: str) -> None:
    heard = through(codec, tone(700, 1.0))[SAMPLE_RATE // 4 :]
    assert abs(tone_db(heard, 700) - tone_db(tone(700, 1.0), 700)) < 0.5
    assert tone_db(heard, 1400) < -50


def test_what_8_khz_cannot_carry_is_not_folded_into_speech(codec: str) -> None:
    assert tone_db(through(codec, tone(5000, 1.0))[SAMPLE_RATE // 4 :], 3000) < -55


def test_a_packet_is_20_ms_and_the_loudest_is_clipped(codec: str) -> None:
    encoder = G711Encoder(codec)
    packets = [encoder.encode(np.full(FRAME_SAMPLES, 3.0, np.float32)) for _ in range(2)]
    assert [len(packet) for packet in packets] == [160, 160]
    assert set(packets[1]) == set(_TABLES[codec][[32767]].tobytes())
