"""Choosing who decodes: a device is not believed but tried, with pictures that are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import av
from av.codec.hwaccel import hwdevices_available

from commandwall.base.clock import RTP_CLOCK_HZ
from commandwall.base.errors import CommandwallError, ProtocolError, UnavailableError
from commandwall.media.backend import CPU, DEVICES, DecodeBackend
from commandwall.media.decoder import VideoDecoder
from commandwall.media.encoder import H264Encoder, RawPicture
from commandwall.model.access_unit import AccessUnit
from commandwall.model.decoding import DecodeChoice

_WIDTH, _HEIGHT, _FPS = 320, 192, 25
"""Larger than the smallest picture of any device."""
_LUMAS = (160, 90, 120)
_TOLERANCE = 4


class Chosen(NamedTuple):
    """The backend that is used, and why not the one that was asked for; ``None`` where it is."""

    backend: DecodeBackend
    refusal: CommandwallError | None


def choose(choice: DecodeChoice, devices: Iterable[DecodeBackend] = DEVICES) -> Chosen:
    """Return the backend for ``choice``; the processor where no device can be had.

    ``auto`` is the first of ``devices`` that works; that there is none is no refusal. Takes up to a
    second for each device.
    """
    refusal: CommandwallError | None = None
    for backend in devices:
        if choice in (DecodeChoice.AUTO, backend.choice):
            try:
                probe(backend)
            except UnavailableError as error:
                refusal = error
            else:
                return Chosen(backend, None)
    return Chosen(CPU, None if choice is DecodeChoice.AUTO else refusal)


def probe(backend: DecodeBackend) -> None:
    """Decode a few pictures with ``backend``; raises :class:`UnavailableError` saying what is in the way."""
    name = backend.choice.value
    if backend.device_type and backend.device_type not in hwdevices_available():
        raise UnavailableError("{name} does not decode here: this FFmpeg is built without it", name=name)
    try:
        decoder = VideoDecoder("h264", backend=replace(backend, strict=True))
        pictures = [picture for unit in _units() for picture in decoder.decode(unit)]
    except (av.FFmpegError, ProtocolError) as error:
        raise UnavailableError("{name} does not decode here: {error}", name=name, error=str(error)) from error
    lumas = [float(picture.planes().y.mean()) for picture in pictures]
    if len(lumas) < len(_LUMAS):
        raise UnavailableError("{name} does not decode here: pictures come out too late", name=name)
    if any(abs(luma - sent) > _TOLERANCE for luma, sent in zip(lumas, _LUMAS, strict=True)):
        raise UnavailableError("{name} does not decode here: pictures come out wrong", name=name)


def _units() -> Iterable[AccessUnit]:
    """Yield a short stream: pictures of one shade of gray each."""
    encoder, raw = H264Encoder(_WIDTH, _HEIGHT, _FPS), RawPicture(_WIDTH, _HEIGHT)
    for number, luma in enumerate(_LUMAS):
        for plane, value in zip(raw.planes, (luma, 128, 128), strict=True):
            plane[:] = value
        pts_90k = number * RTP_CLOCK_HZ // _FPS
        data, key = encoder.encode(raw, pts_90k, key=number == 0)
        yield AccessUnit(data, pts_90k, key)
