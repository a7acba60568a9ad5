"""Offers and trickled candidates (RFC 8829, RFC 8840): read, checked, and made safe for aiortc.

What comes is a stranger's. Whatever is not an offer that can be answered is refused here, in words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from commandwall.base.readable import readable
from commandwall.base.sentence import Sentence

MAX_OFFER_BYTES = 64 << 10
_MAX_CANDIDATES = 64
_MOST_LINES = {"": 1000, "m=": 8, "a=candidate:": _MAX_CANDIDATES, "a=rtpmap:": 128, "a=rtcp-fb:": 256}
"""So many lines that begin like this. aiortc gives every codec all feedback for ``*``, which took 30 s for an
offer of 64 KiB, and every section sockets of its own. Browsers offer two sections in 250 lines."""
_PARSER_RAISES = (ValueError, LookupError, AssertionError, AttributeError, StopIteration)
"""What aiortc's parser was seen to raise for broken text; it declares nothing."""
_OPUS = "audio/opus"
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
    """What a peer offers or answers: ``sdp`` is what aiortc is given of it.

    ``codecs`` are those of the sections that are taken, by their kind: ``video``, ``audio``; ``left`` are
    the kinds of sections that are not, and are answered as inactive.
    """

    sdp: str
    sends: bool
    codecs: Mapping[str, tuple[RTCRtpCodecParameters, ...]]
    left: tuple[str, ...]


def parse_offer(text: str, *, sends: bool, kinds: Collection[str] = ("video",)) -> Offer:
    """Return the offer in ``text``, of a peer that ``sends`` the ``kinds`` wanted or wants them.

    One of several kinds will do. Raises :class:`InvalidError` saying what is wrong with it.
    """
    sdp, description = parse_description(text)
    wanted = ("sendonly", "sendrecv") if sends else ("recvonly", "sendrecv")
    codecs: dict[str, tuple[RTCRtpCodecParameters, ...]] = {}
    for kind in kinds:
        found = [media for media in description.media if media.kind == kind]
        if len(found) > 1 or (not found and len(kinds) == 1):
            raise _wrong_number(kind, len(found))
        for media in found:
            if (media.direction or "sendrecv") in wanted:
                codecs[kind] = tuple(media.rtp.codecs)
    if not codecs:
        raise _none_usable(description, wanted[0], kinds)
    left = tuple(media.kind for media in description.media if media.kind not in codecs)
    return Offer(sdp, sends, codecs, left)


def parse_description(text: str) -> tuple[str, SessionDescription]:
    """Return ``text`` as aiortc may be given it, and parsed; raises :class:`InvalidError`."""
    if len(text) > MAX_OFFER_BYTES:
        raise _broken("it is longer than 64 KiB")
    sdp = _without_remote_work(text)
    try:
        description = SessionDescription.parse(sdp)
    except _PARSER_RAISES as error:
        raise _broken(readable(f"{type(error).__name__} {error}", 120)) from None
    for media in description.media:
        _check_media(media)
    return sdp, description


def picture_preferences(offer: Offer, codec: str, profile_level_id: str = "") -> list[RTCRtpCodecCapability]:
    """Return what the answer is to name: how ``offer`` takes ``codec`` (as FFmpeg names it).

    With a profile the first choice is one that decodes it; without, the offer's own order stands.
    Raises :class:`InvalidError` when the offer has no such codec.
    """
    ours = get_capabilities("video").codecs
    mime_type = _MIME_TYPES.get(codec)
    offered = [theirs for theirs in offer.codecs["video"] if theirs.mimeType.lower() == mime_type]
    if codec == "h264":
        profiles = [profile for theirs in offered if (profile := _profile_of(theirs)) is not None]
        profiles = list(dict.fromkeys(profiles))
        if profile_level_id:
            profiles = [_best(profiles, _profile(profile_level_id))] if profiles else []
        matching = [each for profile in profiles for each in ours if _is_h264(each, profile)]
    else:
        matching = [each for each in ours if offered and each.mimeType.lower() == mime_type]
    if not matching:
        raise _not_offered(offer, codec)
    return [*matching, *(each for each in ours if is_rtx(each))]


def sound_preferences(offer: Offer) -> list[RTCRtpCodecCapability]:
    """Return Opus, which is all the sound that is taken; raises :class:`InvalidError` without it."""
    if not any(theirs.mimeType.lower() == _OPUS for theirs in offer.codecs["audio"]):
        raise InvalidError(
            "the offer has sound as {offered}, but no Opus; join with a browser or terminal that has it",
            offered=_names(offer.codecs["audio"]),
            field="sdp",
        )
    return our_sound()


def our_sound() -> list[RTCRtpCodecCapability]:
    """Return what is offered by this end for sound."""
    return [each for each in get_capabilities("audio").codecs if each.mimeType.lower() == _OPUS]


def our_pictures(codec: str, profile_level_id: str = "") -> list[RTCRtpCodecCapability]:
    """Return what is offered by this end for pictures of ``codec``, its own profile first."""
    ours = get_capabilities("video").codecs
    matching = [each for each in ours if each.mimeType.lower() == _MIME_TYPES[codec]]
    if profile_level_id:
        profile = _profile(profile_level_id)
        matching.sort(key=lambda each: _profile_of(each) is not profile)
    return [*matching, *(each for each in ours if is_rtx(each))]


def is_stereo(offer: Offer) -> bool:
    """Return whether who offers sound sends two channels of it (RFC 7587, ``sprop-stereo``)."""
    return any(str(theirs.parameters.get("sprop-stereo", 0)) == "1" for theirs in offer.codecs["audio"])


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
    for begins, most in _MOST_LINES.items():
        if sum(line.startswith(begins) for line in kept) > most:
            raise _broken(Sentence("more than {most} lines of {begins}", most=most, begins=begins or "SDP"))
    return "".join(f"{line}\r\n" for line in kept)


def _is_address(candidate: str) -> bool:
    words = candidate.split()
    return len(words) < 5 or not words[4].lower().endswith(".local")


def _check_media(media: MediaDescription) -> None:
    if media.kind not in ("video", "audio"):
        raise InvalidError(
            "the offer has a section {kind!r}; video and audio are taken", kind=media.kind[:40], field="sdp"
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
    return InvalidError("this is not an offer that can be answered: {why}", why=why, field="sdp")


def _wrong_number(kind: str, count: int) -> InvalidError:
    return InvalidError(
        "the offer has {count} {kind} sections; one is taken", count=count, kind=kind, field="sdp"
    )


def _none_usable(description: SessionDescription, direction: str, kinds: Collection[str]) -> InvalidError:
    there = [media.kind for media in description.media if media.kind in kinds]
    if not there:
        return InvalidError("the offer has neither picture nor sound; offer one of them", field="sdp")
    return InvalidError(
        "the {kind} section must be {direction}", kind=there[0], direction=direction, field="sdp"
    )


def _names(codecs: Sequence[RTCRtpCodecParameters]) -> str:
    return readable(", ".join(dict.fromkeys(each.name for each in codecs if not is_rtx(each))), 80) or "-"


def _not_offered(offer: Offer, codec: str) -> InvalidError:
    offered = _names(offer.codecs["video"])
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
