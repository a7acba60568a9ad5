from __future__ import annotations

import pytest
from av.codec.hwaccel import hwdevices_available

from commandwall.base.errors import UnavailableError
from commandwall.media.backend import CPU, DEVICES, DecodeBackend
from commandwall.media.decoder import VideoDecoder
from commandwall.media.tryout import choose, probe
from commandwall.model.decoding import DecodeChoice
from tests.unit.media.streams import luma_of, stream

NOWHERE = DecodeBackend(DecodeChoice.CUDA, "no such device")
STANDING_IN = DecodeBackend(DecodeChoice.VAAPI)
"""A device as far as anybody can see from outside; libavcodec decodes in its place."""


def test_the_processor_passes_the_trial() -> None:
    probe(CPU)


def test_what_this_ffmpeg_does_not_know_is_named_in_both_languages() -> None:
    with pytest.raises(UnavailableError, match="cuda does not decode here") as caught:
        probe(NOWHERE)
    assert "cuda 无法解码" in caught.value.zh


@pytest.mark.parametrize("backend", DEVICES, ids=lambda backend: backend.choice)
def test_a_device_passes_or_is_refused_with_a_reason(backend: DecodeBackend) -> None:
    try:
        probe(backend)
    except UnavailableError as error:
        assert str(error).startswith(f"{backend.choice.value} does not decode here: ")
    else:
        assert backend.device_type in hwdevices_available()


def test_wrong_pictures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commandwall.media.tryout._LUMAS", (30, 30, 200))
    units = tuple(stream(frames=3))
    monkeypatch.setattr("commandwall.media.tryout._units", lambda: units)
    with pytest.raises(UnavailableError, match="come out wrong"):
        probe(STANDING_IN)


def test_pictures_that_are_held_back_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VideoDecoder, "decode", lambda self, unit: [])
    with pytest.raises(UnavailableError, match="too late"):
        probe(STANDING_IN)


def test_auto_takes_the_first_that_works_and_complains_of_none() -> None:
    assert choose(DecodeChoice.AUTO, [NOWHERE, STANDING_IN]) == (STANDING_IN, None)
    assert choose(DecodeChoice.AUTO, [NOWHERE]) == (CPU, None)


def test_who_is_asked_for_by_name_and_does_not_work_is_told_of() -> None:
    backend, refusal = choose(DecodeChoice.CUDA, [NOWHERE, STANDING_IN])
    assert backend is CPU and refusal is not None and "cuda" in str(refusal)
    assert choose(DecodeChoice.VAAPI, [NOWHERE, STANDING_IN]) == (STANDING_IN, None)


def test_the_processor_is_taken_without_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commandwall.media.tryout.probe", lambda backend: 1 / 0)
    assert choose(DecodeChoice.CPU) == (CPU, None)


def test_a_device_that_does_not_take_a_codec_leaves_it_to_the_processor() -> None:
    """Without a device even its creation fails; with one, motion JPEG is decoded beside it."""
    (picture,) = VideoDecoder("h264", backend=STANDING_IN).decode(stream()[0])
    assert abs(float(picture.planes().y.mean()) - luma_of(0)) < 3
