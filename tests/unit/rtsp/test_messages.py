from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError
from commandwall.rtsp.messages import Headers, Request, Response, parse_head


def test_a_request_as_it_goes_over_the_wire() -> None:
    request = Request("SET_PARAMETER", "rtsp://c/1", headers=Headers([("CSeq", "3")]), body=b"a: b")
    assert request.to_bytes() == (
        b"SET_PARAMETER rtsp://c/1 RTSP/1.0\r\nCSeq: 3\r\nContent-Length: 4\r\n\r\na: b"
    )


def test_a_response_has_its_standard_reason() -> None:
    assert Response(454).to_bytes() == b"RTSP/1.0 454 Session Not Found\r\n\r\n"
    assert str(Response(461)) == "461 Unsupported Transport"
    assert str(Response(299, "Fine")) == "299 Fine"


def test_headers_ignore_case_and_keep_order() -> None:
    headers = Headers([("WWW-Authenticate", "Basic"), ("www-authenticate", "Digest")])
    headers.add("CSeq", "1")
    assert headers.get("Www-Authenticate") == "Basic"
    assert headers.get_all("WWW-AUTHENTICATE") == ["Basic", "Digest"]
    assert "cseq" in headers
    assert headers.get("Session", "none") == "none"
    assert [name for name, _ in headers] == ["WWW-Authenticate", "www-authenticate", "CSeq"]


def test_nothing_can_be_smuggled_in_by_line_ends() -> None:
    request = Request("OPTIONS", "rtsp://c/\r\nX: 1", headers=Headers([("A", "b\r\nEvil: 1")]))
    assert request.to_bytes().count(b"\r\n") == 3


def test_values_are_not_in_repr() -> None:
    request = Request("OPTIONS", "*", headers=Headers([("Authorization", "Basic c2VjcmV0")]), body=b"secret")
    assert "c2VjcmV0" not in repr(request)
    assert "secret" not in repr(request)


def test_careless_heads_are_read() -> None:
    head = (
        b"RTSP/1.0  200\nCSeq : 7 \nno colon here\nSession:12;timeout=30\r\nTransport: RTP/AVP;\r\n unicast"
    )
    response = parse_head(head)
    assert isinstance(response, Response)
    assert (response.status, response.reason, response.cseq) == (200, "", 7)
    assert response.headers.get("Session") == "12;timeout=30"
    assert response.headers.get("Transport") == "RTP/AVP; unicast"


@pytest.mark.parametrize("text", ["", "x", "-1", "9" * 20, "²"])
def test_a_cseq_that_is_no_number_is_none(text: str) -> None:
    assert Response(200, headers=Headers([("CSeq", text)])).cseq is None


@pytest.mark.parametrize("head", [b"", b"RTSP/1.0 20 OK", b"RTSP/1.0 abc", b"PLAY rtsp://x"])
def test_other_start_lines_are_refused(head: bytes) -> None:
    with pytest.raises(ProtocolError, match="RTSP"):
        parse_head(head)


@given(st.binary(max_size=300))
def test_arbitrary_heads_raise_nothing_else(head: bytes) -> None:
    for start in (b"", b"RTSP/1.0 200 ", b"PLAY x RTSP/1.0\r\n"):
        try:
            message = parse_head(start + head)
        except ProtocolError:
            continue
        assert parse_head(message.to_bytes().partition(b"\r\n\r\n")[0]).cseq == message.cseq
