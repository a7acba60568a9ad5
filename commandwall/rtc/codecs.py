"""What is offered and taken: H.264 of every profile and H.265, with retransmission, and Opus."""

from __future__ import annotations

from typing import Any

from aiortc.codecs import CODECS
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from commandwall.base.clock import RTP_CLOCK_HZ

_H264 = {"level-asymmetry-allowed": "1", "packetization-mode": "1"}
_H264_LEVEL_5_2 = "34"
_H264_PROFILES = ("42e0", "4200", "4d00", "6400", "640c")
_FIRST_PAYLOAD_TYPE = 97
_OPUS = {"minptime": "10", "useinbandfec": "1"}
"""RFC 7587: packets of 20 ms (which all send unless told otherwise), each with what the one before needs."""


def set_up_codecs() -> None:
    """Put them in the place of aiortc's; other sound stays, so that an offer of it can be answered at all."""
    CODECS["video"][:] = _video()
    for codec in CODECS["audio"]:
        if codec.mimeType == "audio/opus":
            codec.parameters = dict(_OPUS)


def _video() -> list[RTCRtpCodecParameters]:
    """Return the codecs of pictures, each with retransmission.

    The level is the highest there is, since whatever comes is passed on; browsers take the level for
    a limit of what they may send.
    """
    formats: list[tuple[str, dict[str, Any]]] = [
        ("video/H264", {**_H264, "profile-level-id": profile + _H264_LEVEL_5_2}) for profile in _H264_PROFILES
    ]
    formats.append(("video/H265", {}))
    feedback = CODECS["video"][0].rtcpFeedback
    codecs = []
    for number, (mime_type, parameters) in enumerate(formats):
        payload_type = _FIRST_PAYLOAD_TYPE + 2 * number
        codecs += [
            RTCRtpCodecParameters(
                mimeType=mime_type,
                clockRate=RTP_CLOCK_HZ,
                payloadType=payload_type,
                rtcpFeedback=list(feedback),
                parameters=parameters,
            ),
            RTCRtpCodecParameters(
                mimeType="video/rtx",
                clockRate=RTP_CLOCK_HZ,
                payloadType=payload_type + 1,
                parameters={"apt": payload_type},
            ),
        ]
    return codecs
