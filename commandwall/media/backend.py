"""Decode backends: who does the decoding, the processor or a device.

Pictures of a device are downloaded as NV12. What a device does not take (a profile, motion JPEG)
libavcodec decodes on the processor, stream by stream, unless the backend is ``strict``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import av
from av.codec.hwaccel import HWAccel
from av.video.codeccontext import VideoCodecContext

from commandwall.model.decoding import DecodeChoice


@dataclass(frozen=True, slots=True)
class DecodeBackend:
    """One way to decode. ``device_type`` is FFmpeg's name of the kind of device, "" for the processor."""

    choice: DecodeChoice
    device_type: str = ""
    options: dict[str, object] = field(default_factory=dict)
    strict: bool = False

    def context(self, codec: str) -> VideoCodecContext:
        """Return a context for ``codec`` that is not open yet.

        Raises ``av.FFmpegError`` when the device cannot be had.
        """
        device = None
        if self.device_type:
            device = HWAccel(self.device_type, None, not self.strict, dict(self.options))
        return cast("VideoCodecContext", av.CodecContext.create(codec, "r", device))


CPU = DecodeBackend(DecodeChoice.CPU)
DEVICES = (
    # One context of the driver for all decoders of a process, instead of one each.
    DecodeBackend(DecodeChoice.CUDA, "cuda", {"primary_ctx": "1"}),
    DecodeBackend(DecodeChoice.VAAPI, "vaapi"),
)
