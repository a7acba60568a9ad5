from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.codec import MAX_UNIT_BYTES
from commandwall.rtp.h264 import H264Format
from commandwall.rtp.h264_packetise import h264_fmtp, packetise_h264
from commandwall.rtp.nal_format import parse_sprop
from tests.unit.rtp.packets import PPS, SPS, annexb, delta, idr

SPROP = {"sprop-parameter-sets": f"{base64.b64encode(SPS).decode()},{base64.b64encode(PPS).decode()}"}
OTHER_SPS = bytes.fromhex("67640028acd940780227e5c044000003000400000300c83c60c658")


def push(fmt: H264Format, *payloads: bytes) -> H264Format:
    for payload in payloads:
        fmt.push(payload, 0, len(payload))
    return fmt


def stap(*nals: bytes) -> bytes:
    return b"\x78" + b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)


def fragments(nal: bytes, size: int) -> list[bytes]:
    return packetise_h264(annexb(nal), size + 2)


def test_a_single_nal_unit_is_a_delta_frame() -> None:
    fmt = push(H264Format({}), delta())
    assert fmt.pending
    assert fmt.take() == (annexb(delta()), False)
    assert not fmt.pending


def test_parameter_sets_of_the_sdp_stand_before_every_key_frame() -> None:
    fmt = H264Format(SPROP)
    assert (fmt.parameters.width, fmt.parameters.height) == (640, 360)
    for _ in range(2):
        assert push(fmt, idr()).take() == (annexb(SPS, PPS, idr()), True)
        assert push(fmt, delta()).take() == (annexb(delta()), False)


def test_a_picture_among_the_parameter_sets_of_the_sdp_is_passed_over() -> None:
    pictures = ",".join(base64.b64encode(nal).decode() for nal in (SPS, delta(), PPS, idr()))
    fmt = H264Format({"sprop-parameter-sets": pictures})
    assert not fmt.pending
    assert push(fmt, delta()).take() == (annexb(delta()), False)
    assert push(fmt, idr()).take() == (annexb(SPS, PPS, idr()), True)


def test_parameter_sets_in_band_and_aggregated() -> None:
    fmt = push(H264Format({}), b"\x09\xf0", stap(SPS, PPS, b"\x06\x05\x01\x80"), idr(), b"\x0c\xff")
    assert fmt.take() == (annexb(SPS, PPS, b"\x06\x05\x01\x80", idr()), True)


def test_parameter_sets_alone_are_no_picture() -> None:
    fmt = push(H264Format({}), SPS, PPS)
    assert not fmt.pending
    assert push(fmt, idr()).take() == (annexb(SPS, PPS, idr()), True)


def test_changed_parameter_sets_replace_the_old_ones() -> None:
    fmt = push(H264Format(SPROP), OTHER_SPS + b"\x00\x00", idr())
    assert fmt.take() == (annexb(OTHER_SPS, PPS, idr()), True)
    assert (fmt.parameters.width, fmt.parameters.height) == (1920, 1080)


def test_changed_picture_parameters_are_not_kept_back_until_a_key_frame() -> None:
    other = b"\x68\xea\x3c\x80"
    assert push(H264Format(SPROP), other, delta()).take() == (annexb(SPS, other, delta()), False)


def test_fragments_are_put_together() -> None:
    fmt = push(H264Format(SPROP), *fragments(idr(1000), 100))
    assert fmt.take() == (annexb(SPS, PPS, idr(1000)), True)


def test_fragmented_parameter_sets_are_kept() -> None:
    fmt = push(H264Format({}), *fragments(SPS, 10), PPS, idr())
    assert fmt.take() == (annexb(SPS, PPS, idr()), True)


def test_several_slices_make_one_picture() -> None:
    second = b"\x41\x60" + b"\x33" * 9
    assert push(H264Format({}), delta(), second).take() == (annexb(delta(), second), False)


def test_intra_slices_behind_parameter_sets_are_a_key_frame() -> None:
    intra = b"\x41\x88" + b"\x5a" * 20
    fmt = push(H264Format({}), SPS, PPS, intra)
    assert fmt.take() == (annexb(SPS, PPS, intra), True)
    assert push(fmt, intra).take() == (annexb(intra), False)
    assert push(fmt, SPS, delta()).take() == (annexb(delta()), False)
    assert push(fmt, intra).take() == (annexb(intra), False)


def test_intra_slices_behind_a_loss_are_no_key_frame() -> None:
    fmt = push(H264Format({}), SPS, PPS)
    fmt.lose()
    assert push(fmt, b"\x41\x88" + b"\x5a" * 20).take()[1] is False


def unsure(fmt: H264Format, *payloads: bytes) -> bool:
    """Push a key frame; return whether its parameter sets are doubted."""
    push(fmt, *payloads)
    doubted = fmt.unsure
    assert fmt.take()[1]
    assert not fmt.unsure
    return doubted


def test_a_key_frame_without_all_parameter_sets_is_doubted() -> None:
    assert unsure(H264Format({}), idr())
    assert unsure(H264Format({}), SPS, idr())
    assert unsure(H264Format({}), PPS, idr())
    assert not unsure(H264Format({}), SPS, PPS, idr())
    assert not unsure(H264Format(SPROP), idr())


def test_parameter_sets_that_come_with_key_frames_are_expected_behind_a_loss() -> None:
    fmt = push(H264Format({}), SPS, PPS, idr())
    fmt.take()
    fmt.lose()
    assert unsure(fmt, idr())
    fmt.lose()
    assert unsure(fmt, PPS, b"\x06\x05\x01\x80", idr())
    fmt.lose()
    assert not unsure(fmt, SPS, PPS, idr())
    assert not unsure(fmt, idr()), "nothing was lost: they are the same still"
    fmt.lose()
    assert not unsure(fmt, idr()), "they come no longer with key frames"


def test_a_loss_is_no_doubt_where_parameter_sets_come_in_the_sdp_only() -> None:
    fmt = H264Format(SPROP)
    for _ in range(3):
        fmt.lose()
        assert not unsure(fmt, idr())


def test_a_lost_fragment_drops_its_nal_unit_only() -> None:
    fmt = H264Format(SPROP)
    parts = fragments(delta(500), 100)
    push(fmt, delta(7), *parts[:2])
    fmt.lose()
    push(fmt, *parts[3:])
    assert fmt.take() == (annexb(delta(7)), False)


def test_a_picture_that_lost_everything_is_not_pending_and_leaves_no_key_mark() -> None:
    fmt = push(H264Format(SPROP), fragments(idr(500), 100)[0])
    fmt.lose()
    assert not fmt.pending
    assert push(fmt, delta()).take() == (annexb(delta()), False)


def test_joining_in_the_middle_of_a_nal_unit_is_no_error() -> None:
    fmt = push(H264Format({}), *fragments(idr(500), 100)[2:])
    assert not fmt.pending


def test_a_missing_end_bit_is_borne() -> None:
    *rest, last = fragments(delta(500), 100)
    without_end = bytes((last[0], last[1] & ~0x40)) + last[2:]
    assert push(H264Format({}), *rest, without_end).take() == (annexb(delta(500)), False)
    assert push(H264Format({}), *rest, without_end, delta(3)).take() == (annexb(delta(500), delta(3)), False)


def test_start_codes_in_a_payload_are_taken_out() -> None:
    fmt = push(H264Format({}), annexb(SPS, PPS, idr()))
    assert fmt.take() == (annexb(SPS, PPS, idr()), True)


def test_empty_payloads_are_passed_over() -> None:
    assert push(H264Format({}), b"", delta(), b"").take() == (annexb(delta()), False)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"\x7c", "fragment is cut short"),
        (b"\x78\x00\x09\x41", "aggregation packet is cut short"),
        (b"\x79\x00\x00", "type 25"),
        (b"\x00\x11\x22", "type 0"),
        (b"\x78\x00\x01\x7c", "NAL unit of type 28"),
        (b"\x67\x42", "too early"),
        (b"\x67" + b"\x11" * 2000, "2001 bytes"),
        (b"\x68\x00\x04\x10\x80", "the number"),
    ],
)
def test_broken_payloads_are_named(payload: bytes, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        push(H264Format({}), payload)


def test_a_fragment_without_a_beginning_is_an_error_when_nothing_was_lost() -> None:
    fmt = push(H264Format({}), delta())
    fmt.take()
    with pytest.raises(ProtocolError, match="without its beginning"):
        push(fmt, fragments(delta(500), 100)[1])


def test_an_access_unit_cannot_grow_without_end() -> None:
    fmt = H264Format({})
    piece = delta(60_000)
    with pytest.raises(ProtocolError, match="larger than"):
        for _ in range(MAX_UNIT_BYTES // 60_000 + 2):
            push(fmt, piece)
    assert not fmt.pending


@pytest.mark.parametrize(
    ("payload", "first"),
    [
        (idr(), True),
        (SPS, True),
        (stap(SPS, PPS), True),
        (annexb(SPS), True),
        (b"\x00\x00\x01" + idr(), True),
        (annexb(b"\x41\x40\x00"), False),
        (b"\x00\x00\x00\x01", False),
        (b"\x41\x40\x00", False),
        (b"\x7c\x85\x88\x00", True),
        (b"\x7c\x05\x88\x00", False),
        (b"\x7c\x85\x08\x00", False),
        (b"", False),
        (b"\x7c", False),
    ],
)
def test_first_packets_of_access_units_are_known(payload: bytes, first: bool) -> None:
    assert H264Format({}).begins(payload, 0, len(payload)) is first


def test_interleaved_mode_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="packetization-mode"):
        H264Format({"packetization-mode": "2"})


def test_sprop_is_read_leniently() -> None:
    text = base64.b64encode(SPS).decode()
    assert parse_sprop(f" {text.rstrip('=')} ,,a, {base64.b64encode(PPS).decode()}") == [SPS, PPS]
    broken = H264Format({"sprop-parameter-sets": "Z0I="})
    assert broken.parameters.width == 0


def test_fmtp_of_a_key_frame() -> None:
    fmtp = h264_fmtp(annexb(SPS, PPS, idr()))
    assert fmtp == {"packetization-mode": "1", "profile-level-id": "4D401E", **SPROP}
    assert h264_fmtp(annexb(delta())) == {"packetization-mode": "1"}


SLICES = st.binary(min_size=2, max_size=400).filter(lambda body: b"\x00\x00" not in body and body[-1] != 0)


@given(st.lists(SLICES.map(b"\x41".__add__), min_size=1, max_size=5), st.integers(3, 200))
def test_what_is_packetised_is_put_together_again(nals: list[bytes], mtu: int) -> None:
    unit = annexb(*nals)
    payloads = packetise_h264(unit, mtu)
    assert all(0 < len(payload) <= mtu for payload in payloads)
    assert push(H264Format({}), *payloads).take() == (unit, False)


@given(
    st.lists(
        st.tuples(
            st.sampled_from((0x00, 0x41, 0x65, 0x67, 0x68, 0x78, 0x7C)), st.binary(max_size=40), st.booleans()
        )
    )
)
def test_arbitrary_payloads_raise_nothing_else(payloads: list[tuple[int, bytes, bool]]) -> None:
    fmt = H264Format({})
    for kind, body, lost in payloads:
        payload = bytes((kind,)) + body
        if lost:
            fmt.lose()
        fmt.begins(payload, 0, len(payload))
        try:
            fmt.push(payload, 0, len(payload))
        except (ProtocolError, UnsupportedError):
            continue
        if fmt.pending and len(body) % 3 == 0:
            assert fmt.take()[0].startswith(b"\x00\x00\x00\x01")
