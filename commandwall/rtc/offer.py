"""Offers and trickled candidates (RFC 8829, RFC 8840): read, checked, and made safe for aiortc.

What comes is a stranger's. Whatever is not an offer that can be answered is refused here, in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiortc import RTCIceCandidate, RTCRtpCodecCapability
from aiortc.codecs import get_capabilities, is_rtx
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.sdp import (
    H264Profile,
    MediaDescription,
    SessionDescription,
    candidate_from_sdp,
    parse_h264_profile_level_id,
)

from commandwall.base.errors import InvalidError

MAX_OFFER_BYTES = 64 << 10
_MAX_CANDIDATES = 64
_PARSER_RAISES = (ValueError, LookupError, AssertionError, AttributeError, StopIteration)
"""What aiortc's parser was seen to raise for broken text; it declares nothing."""
_MIME_TYPES = {"h264": "video/h264", "hevc": "video/h265"}
_NAMES = {"h264": "H.264", "hevc": "H.265"}
_DECODERS_TAKE = (
    H264Profile.PROFILE_HIGH,
    H264Profile.PROFILE_CONSTRAINED_HIGH,
    H264Profile.PROFILE_MAIN,
    H264Profile.PROFILE_BASELINE,
    H264Profile.PROFILE_CONSTRAINED_BASELINE,
)
"""Profiles from the most able decoder down: each of them decodes what stands below it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer with one video section, of a peer that ``sends`` a picture or wants one.

    ``sdp`` is what aiortc is given of it.
    """

    sdp: str
    sends: bool
    codecs: tuple[RTCRtpCodecParameters, ...]


def parse_offer(text: str, *, sends: bool) -> Offer:
    """Return the offer in ``text``, of a peer that ``sends`` a picture or wants one.

    Raises :class:`InvalidError` saying what is wrong with it.
    """
    if len(text) > MAX_OFFER_BYTES:
        raise _broken("it is longer than 64 KiB")
    sdp = _without_remote_work(text)
    try:
        description = SessionDescription.parse(sdp)
    except _PARSER_RAISES as error:
        raise _broken(f"{type(error).__name__} {error}") from None
    video = [media for media in description.media if media.kind == "video"]
    if len(video) != 1:
        raise InvalidError(
            "the offer has {count} video sections; one is taken", count=len(video), field="sdp"
        )
    for media in description.media:
        _check_media(media)
    wanted = ("sendonly", "sendrecv") if sends else ("recvonly", "sendrecv")
    if (video[0].direction or "sendrecv") not in wanted:
        raise InvalidError("the video section must be {direction}", direction=wanted[0], field="sdp")
    return Offer(sdp, sends, tuple(video[0].rtp.codecs))


def preferences(offer: Offer, codec: str, profile_level_id: str = "") -> list[RTCRtpCodecCapability]:
    """Return what the answer is to name: how ``offer`` takes ``codec`` (as FFmpeg names it).

    With a profile the first choice is one that decodes it; without, the offer's own order stands.
    Raises :class:`InvalidError` when the offer has no such codec.
    """
    ours = get_capabilities("video").codecs
    offered = [theirs for theirs in offer.codecs if theirs.mimeType.lower() == _MIME_TYPES.get(codec)]
    if codec == "h264":
        profiles = [profile for theirs in offered if (profile := _profile_of(theirs)) is not None]
        profiles = list(dict.fromkeys(profiles))
        if profile_level_id:
            profiles = [_best(profiles, _profile(profile_level_id))] if profiles else []
        matching = [each for profile in profiles for each in ours if _is_h264(each, profile)]
    else:
        matching = [each for each in ours if offered and each.mimeType.lower() == _MIME_TYPES.get(codec)]
    if not matching:
        raise _not_offered(offer, codec)
    return [*matching, *(each for each in ours if is_rtx(each))]


def parse_candidates(fragment: str) -> list[RTCIceCandidate]:
    """Return the candidates in a trickle fragment (RFC 8840), as far as they are of use here.

    Raises :class:`InvalidError` for what is no fragment.
    """
    mid, candidates = "0", []
    for line in fragment.splitlines():
        name, _, value = line.strip().partition(":")
        if name == "a=mid":
            mid = value
        elif name == "a=candidate" and _is_address(line):
            try:
                candidate = candidate_from_sdp(value)
            except _PARSER_RAISES:
                raise InvalidError("not a candidate: {line!r}", line=line[:80], field="sdp") from None
            candidate.sdpMid = mid
            candidates.append(candidate)
    if len(candidates) > _MAX_CANDIDATES:
        raise InvalidError("more than {most} candidates", most=_MAX_CANDIDATES, field="sdp")
    return candidates


def fragment_user(fragment: str) -> str:
    """Return the ICE user name in a trickle fragment; another one than the offer's restarts ICE."""
    lines = (line.strip() for line in fragment.splitlines())
    return next((line.partition(":")[2] for line in lines if line.startswith("a=ice-ufrag:")), "")


def _without_remote_work(text: str) -> str:
    """Return ``text`` without candidates that are names, and without the end of candidates.

    Browsers hide their addresses behind mDNS names, which would have to be asked for by multicast;
    their own checks tell the address. So there is no end of candidates before those come.
    """
    lines = [line for line in text.splitlines() if not line.startswith("a=end-of-candidates")]
    kept = [line for line in lines if not line.startswith("a=candidate:") or _is_address(line)]
    if sum(line.startswith("a=candidate:") for line in kept) > _MAX_CANDIDATES:
        raise InvalidError("more than {most} candidates", most=_MAX_CANDIDATES, field="sdp")
    return "".join(f"{line}\r\n" for line in kept)


def _is_address(candidate: str) -> bool:
    words = candidate.split()
    return len(words) < 5 or not words[4].lower().endswith(".local")


def _check_media(media: MediaDescription) -> None:
    if media.kind not in ("video", "audio"):
        raise InvalidError(
            "the offer has a section {kind!r}; video and audio are taken", kind=media.kind, field="sdp"
        )
    if not media.rtp.muxId:
        raise _broken("a section lacks a=mid")
    if media.ice is None or not media.ice.usernameFragment or not media.ice.password:
        raise _broken("a section lacks a=ice-ufrag or a=ice-pwd")
    if media.dtls is None or not media.dtls.fingerprints:
        raise _broken("a section lacks a=fingerprint or a=setup")
    if not media.rtcp_mux:
        raise _broken("a section lacks a=rtcp-mux")


def _broken(why: str) -> InvalidError:
    return InvalidError("this is not an offer that can be answered: {why}", why=why[:120], field="sdp")


def _not_offered(offer: Offer, codec: str) -> InvalidError:
    names = dict.fromkeys(each.name for each in offer.codecs if not is_rtx(each))
    offered = ", ".join(names)[:80] or "-"
    if offer.sends:
        return InvalidError(
            "the offer has {offered}, but no H.264 of packetization-mode 1; share from a browser with it",
            offered=offered,
            field="sdp",
        )
    return InvalidError(
        "the picture is {codec}, which the offer does not have ({offered}); use a browser that takes it",
        codec=_NAMES[codec],
        offered=offered,
        field="sdp",
    )


def _profile(profile_level_id: str) -> H264Profile:
    """Return the profile; what is unknown counts as the one that needs the most able decoder."""
    try:
        return parse_h264_profile_level_id(profile_level_id)[0]
    except ValueError:
        return H264Profile.PROFILE_HIGH


def _profile_of(codec: RTCRtpCodecParameters | RTCRtpCodecCapability) -> H264Profile | None:
    """Return the profile of an offered H.264, ``None`` for one that is not taken (RFC 6184)."""
    if str(codec.parameters.get("packetization-mode", "0")) != "1":
        return None
    try:
        return parse_h264_profile_level_id(str(codec.parameters.get("profile-level-id", "42E01F")))[0]
    except ValueError:
        return None


def _best(offered: Sequence[H264Profile], profile: H264Profile) -> H264Profile:
    """Return the offered profile to name for a stream of ``profile``: the same, else a more able one.

    Where there is none the most able: decoders of today take more than browsers say.
    """
    if profile in offered:
        return profile
    return min(
        offered,
        key=lambda each: _DECODERS_TAKE.index(each) if each in _DECODERS_TAKE else len(_DECODERS_TAKE),
    )


def _is_h264(capability: RTCRtpCodecCapability, profile: H264Profile) -> bool:
    return capability.mimeType.lower() == "video/h264" and _profile_of(capability) is profile
