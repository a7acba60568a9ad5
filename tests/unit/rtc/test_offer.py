from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError
from commandwall.rtc import hooks
from commandwall.rtc.offer import (
    fragment_user,
    is_stereo,
    our_pictures,
    our_sound,
    parse_candidates,
    parse_offer,
    picture_preferences,
    sound_preferences,
)
from tests.unit.rtc.streams import OFFER


@pytest.fixture(autouse=True, scope="module")
def codecs() -> None:
    hooks.install()


def profiles(sdp: str, codec: str, profile: str) -> list[object]:
    chosen = picture_preferences(parse_offer(sdp, sends=False), codec, profile)
    return [each.parameters["profile-level-id"] for each in chosen if each.mimeType == "video/H264"]


def test_what_would_make_work_at_third_parties_is_left_out() -> None:
    offer = parse_offer(OFFER, sends=False)
    assert ".local" not in offer.sdp and "10.1.1.9" in offer.sdp
    assert "a=end-of-candidates" not in offer.sdp


@pytest.mark.parametrize(
    ("profile", "named"),
    [
        ("42C01E", "42e034"),
        ("640028", "640034"),
        ("4D0028", "640034"),
        ("ffffff", "640034"),
        ("42001F", "640034"),
    ],
)
def test_the_answer_names_a_profile_that_decodes_the_stream(profile: str, named: str) -> None:
    assert profiles(OFFER, "h264", profile) == [named]


def test_where_only_less_is_offered_that_is_named() -> None:
    assert profiles(OFFER.replace("64001f", "42e01f"), "h264", "640028") == ["42e034"]


def test_every_profile_of_who_sends_is_taken_in_his_order() -> None:
    offer = parse_offer(OFFER.replace("recvonly", "sendonly"), sends=True)
    chosen = [each for each in picture_preferences(offer, "h264") if each.mimeType == "video/H264"]
    assert [each.parameters["profile-level-id"] for each in chosen] == ["42e034", "640034"]


@pytest.mark.parametrize(
    ("replaced", "by", "sends", "word"),
    [
        ("packetization-mode=1", "packetization-mode=0", False, "the picture is H.264.*VP8, H264"),
        ("packetization-mode=1", "packetization-mode=0", True, "no H.264 of packetization-mode 1"),
    ],
)
def test_an_offer_without_the_codec_is_refused_by_name(
    replaced: str, by: str, sends: bool, word: str
) -> None:
    text = OFFER.replace(replaced, by).replace("recvonly", "sendrecv")
    with pytest.raises(InvalidError, match=word):
        picture_preferences(parse_offer(text, sends=sends), "h264", "" if sends else "42C01E")


def test_h265_is_for_those_who_offer_it() -> None:
    with pytest.raises(InvalidError, match=r"the picture is H\.265"):
        picture_preferences(parse_offer(OFFER, sends=False), "hevc")
    offer = parse_offer(OFFER.replace("VP8", "H265"), sends=False)
    assert [each.mimeType for each in picture_preferences(offer, "hevc")] == ["video/H265", "video/rtx"]


@pytest.mark.parametrize(
    ("replaced", "by", "word"),
    [
        ("m=video", "m=audio", "0 video sections"),
        ("a=recvonly", "a=sendonly", "must be recvonly"),
        ("a=mid:0\r\n", "", "a=mid"),
        ("a=ice-ufrag:EsAw\r\n", "", "a=ice-ufrag"),
        ("a=setup:actpass\r\n", "", "a=setup"),
        ("a=rtcp-mux\r\n", "", "a=rtcp-mux"),
        ("a=fmtp:97", "a=fmtp:99", "StopIteration"),
        ("m=video 9", "m=video x", "AssertionError"),
        ("a=end-of-candidates", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "'application'"),
        ("a=candidate:2", "a=candidate:2 1 udp 1 10.0.0.1 9 typ host\r\n" * 65 + "a=candidate:2", "64"),
        ("a=rtcp-mux", "a=x\r\n" * 30_000, "64 KiB"),
        ("a=rtcp-mux", "a=x\r\na=rtcp-mux\r\n" * 500, "1000 lines of SDP"),
        ("a=rtcp-mux", "a=rtcp-mux\r\n" + "a=rtcp-fb:* x\r\n" * 256, "256 lines of a=rtcp-fb"),
        ("a=rtcp-mux", "a=rtcp-mux\r\n" + "a=rtpmap:9 x/1\r\n" * 128, "128 lines of a=rtpmap"),
        ("v=0", "v=0\r\n" + "m=audio 9 A 0\r\n" * 8, "8 lines of m="),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(replaced: str, by: str, word: str) -> None:
    with pytest.raises(InvalidError, match=word) as caught:
        parse_offer(OFFER.replace(replaced, by), sends=False)
    assert caught.value.field == "sdp"


BOTH = ("video", "audio")
SOUND = """m=audio 9 UDP/TLS/RTP/SAVPF 111 0
c=IN IP4 0.0.0.0
a=ice-ufrag:EsAw
a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
a=fingerprint:sha-1 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0
a=setup:actpass
a=mid:1
a=recvonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1;sprop-stereo=1
a=rtpmap:0 PCMU/8000
""".replace("\n", "\r\n")


def test_sound_is_taken_beside_a_picture_or_alone() -> None:
    both = parse_offer(OFFER + SOUND, sends=False, kinds=BOTH)
    assert (set(both.codecs), both.left) == ({"video", "audio"}, ())
    (chosen,) = sound_preferences(both)
    assert (chosen.mimeType, chosen.parameters["useinbandfec"]) == ("audio/opus", "1")
    assert [each.mimeType for each in our_sound()] == ["audio/opus"]
    alone = parse_offer(OFFER.replace("a=recvonly", "a=inactive") + SOUND, sends=False, kinds=BOTH)
    assert (set(alone.codecs), alone.left) == ({"audio"}, ("video",))
    unwanted = parse_offer(OFFER + SOUND, sends=False)
    assert (set(unwanted.codecs), unwanted.left) == ({"video"}, ("audio",))


@pytest.mark.parametrize(
    ("told", "stereo"), [("sprop-stereo=1", True), ("sprop-stereo=0", False), ("x=1", False)]
)
def test_channels_are_what_the_sender_says(told: str, stereo: bool) -> None:
    offer = parse_offer(OFFER + SOUND.replace("sprop-stereo=1", told), sends=False, kinds=BOTH)
    assert is_stereo(offer) is stereo


def test_a_site_without_opus_is_told_what_it_lacks() -> None:
    offer = parse_offer(OFFER + SOUND.replace("opus", "G722"), sends=False, kinds=BOTH)
    with pytest.raises(InvalidError, match=r"sound as G722, PCMU, but no Opus") as refused:
        sound_preferences(offer)
    assert refused.value.field == "sdp"
    assert "但没有 Opus" in refused.value.zh


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (OFFER + SOUND + SOUND.replace("mid:1", "mid:2"), "2 audio sections"),
        (OFFER.replace("a=recvonly", "a=sendonly"), "video section must be recvonly"),
        ("v=0\r\n", "neither picture nor sound"),
    ],
)
def test_of_two_kinds_one_must_be_usable(text: str, word: str) -> None:
    with pytest.raises(InvalidError, match=word) as refused:
        parse_offer(text, sends=False, kinds=BOTH)
    assert refused.value.zh != str(refused.value)


def test_this_end_offers_its_own_profile_first() -> None:
    high, *others = our_pictures("h264", "640028")
    assert high.parameters["profile-level-id"] == "640034"
    assert {each.mimeType for each in others} == {"video/H264", "video/rtx"}
    assert our_pictures("h264")[0].parameters["profile-level-id"] == "42e034"


@given(st.integers(0, len(OFFER) - 1), st.integers(0, 40), st.text(max_size=20))
def test_a_broken_offer_is_an_offer_or_refused(at: int, cut: int, put: str) -> None:
    try:
        offer = parse_offer(OFFER[:at] + put + OFFER[at + cut :], sends=False)
        picture_preferences(offer, "h264", "42C01E")
    except InvalidError:
        return


def test_candidates_are_read_and_names_left_out() -> None:
    fragment = (
        "a=ice-ufrag:EsAw\r\na=mid:1\r\n"
        "a=candidate:1 1 udp 1 abc.local 9 typ host\r\na=candidate:2 1 udp 1 10.1.1.9 9 typ host\r\n"
        "a=end-of-candidates\r\n"
    )
    (candidate,) = parse_candidates(fragment)
    assert (candidate.ip, candidate.sdpMid) == ("10.1.1.9", "1")
    assert fragment_user(fragment) == "EsAw"


@pytest.mark.parametrize("line", ["a=candidate:", "a=candidate:1 1 udp x 10.1.1.9 9 typ host"])
def test_what_is_no_candidate_is_refused(line: str) -> None:
    with pytest.raises(InvalidError, match="not a candidate"):
        parse_candidates(line)


def test_candidates_without_end_are_refused() -> None:
    with pytest.raises(InvalidError, match="64"):
        parse_candidates("a=candidate:2 1 udp 1 10.1.1.9 9 typ host\r\n" * 65)
