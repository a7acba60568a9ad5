from __future__ import annotations

import base64
import re

import pytest

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    InvalidError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
)
from commandwall.onvif.markup import local, parse_xml, text
from commandwall.onvif.soap import digest, envelope, payload, username_token

SOAP_1_1 = (
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault>'
    b"<faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault></e:Body></e:Envelope>"
)


def fault(subcode: str, words: str = "no") -> bytes:
    return envelope(
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode>"
        f"</s:Code><s:Reason><s:Text>{words}</s:Text></s:Reason></s:Fault>"
    )


def test_the_digest_is_that_of_the_onvif_programmers_guide() -> None:
    nonce = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    assert digest(nonce, "2010-09-16T07:50:45Z", "userpassword") == "tuOSpGlFlIXsozq4HFNeeGeFLEI="


def test_a_token_holds_user_and_time_and_never_the_password() -> None:
    message = envelope("<tds:GetServices/>", username_token("a<&>b", "s3cret<&", 1284623445, b"n" * 16))
    root = parse_xml(message)
    token = "s:Header/wsse:Security/wsse:UsernameToken"
    assert text(root, f"{token}/wsse:Username") == "a<&>b"
    assert text(root, f"{token}/wsu:Created") == "2010-09-16T07:50:45Z"
    assert b"s3cret" not in message


def test_no_two_tokens_are_the_same() -> None:
    nonces = {re.search("<wsse:Nonce[^>]*>(.*?)<", username_token("u", "p", 0))[1] for _ in range(8)}  # type: ignore[index]
    assert len(nonces) == 8


def test_the_payload_is_what_is_in_the_body() -> None:
    assert local(payload(envelope("<tds:GetServicesResponse/>"))) == "GetServicesResponse"


@pytest.mark.parametrize("data", [b"<html/>", envelope(""), b"<Envelope/>", b"not found"])
def test_what_is_no_message_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        payload(data)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (fault("ter:NotAuthorized"), AccessRefusedError),
        (fault("wsse:FailedAuthentication"), AccessRefusedError),
        (fault("ter:ActionNotSupported"), UnsupportedError),
        (fault("ter:InvalidArgVal"), InvalidError),
        (fault("ter:Action"), UnavailableError),
        (SOAP_1_1, UnavailableError),
    ],
)
def test_faults_become_our_errors(data: bytes, error: type[CommandwallError]) -> None:
    with pytest.raises(error):
        payload(data)


def test_the_words_of_a_fault_are_kept_short_and_on_one_line() -> None:
    with pytest.raises(UnavailableError) as caught:
        payload(fault("ter:Action", "a\n b" + "x" * 1000))
    assert "a bxx" in str(caught.value)
    assert len(str(caught.value)) < 300
