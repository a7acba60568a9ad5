"""Decoders that are out of work, kept for the next stream.

To free a decoder with its pictures takes 1.7 ms, to have a new one ready 0.7 ms (640x360): for a
switch of 64 tiles that was as much as decoding all their first pictures.
"""

from __future__ import annotations

import logging
from collections import deque

import av

from commandwall.media.backend import CPU, DecodeBackend
from commandwall.media.decoder import VideoDecoder
from commandwall.model.wall import DecodeLevel

log = logging.getLogger(__name__)

_Kind = tuple[str, DecodeLevel]


class DecoderPark:
    """Hands out decoders of ``backend`` and takes them back, at most ``most`` of a kind. Any thread.

    A device that takes no more streams, or is gone, leaves those that come to the processor.
    """

    def __init__(self, backend: DecodeBackend = CPU, most: int = 256) -> None:
        self._backend = backend
        self._most = most
        self._refused = False
        self._parked: dict[_Kind, deque[VideoDecoder]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._parked.values()))

    def take(self, codec: str, level: DecodeLevel) -> VideoDecoder:
        """Return a decoder that knows nothing yet; raises :class:`UnsupportedError` for an unknown codec."""
        try:
            return self._parked[codec, level].pop()
        except (KeyError, IndexError):
            return self._new(codec, level)

    def _new(self, codec: str, level: DecodeLevel) -> VideoDecoder:
        try:
            return VideoDecoder(codec, level, self._backend)
        except av.FFmpegError as error:
            if self._backend is CPU:
                raise
            if not self._refused:
                self._refused = True
                name = self._backend.choice.value
                log.warning("%s refused a stream (%s); the processor decodes what it refuses", name, error)
            return VideoDecoder(codec, level)

    def put(self, decoder: VideoDecoder) -> None:
        """Take ``decoder`` back, which nobody uses any more; it forgets its stream.

        Only H.264 is kept: where H.265 has a hole, memory shows as it was, of another camera then.
        """
        if decoder.reorders or decoder.codec != "h264":
            return
        decoder.forget()
        self._parked.setdefault((decoder.codec, decoder.level), deque(maxlen=self._most)).append(decoder)

    def thin_out(self) -> None:
        """Free the first parked decoder of each kind. Called once a second: memory is given back slowly."""
        for parked in self._parked.values():
            if parked:
                parked.popleft()
