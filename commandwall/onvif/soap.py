"""SOAP 1.2 envelopes, their WS-Security header, and what a fault means (ONVIF Core, sections 5.8 and 5.9)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import UTC, datetime
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    InvalidError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
)
from commandwall.base.sentence import Sentence
from commandwall.onvif.markup import NAMESPACES, local, parse_xml

CONTENT_TYPE = "application/soap+xml; charset=utf-8"
_XMLNS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_REFUSED = {"NotAuthorized", "FailedAuthentication", "FailedCheck", "InvalidSecurity", "InvalidSecurityToken"}
_UNSUPPORTED = {"ActionNotSupported", "OptionalActionNotImplemented", "UnknownAction", "NoSuchService"}
_INVALID = {"InvalidArgVal", "InvalidArgs", "TagMismatch"}
_MAX_WORDS = 200


def envelope(body: str, header: str = "") -> bytes:
    """Return a message with this XML in its body and header; both may use the usual prefixes."""
    head = f"<s:Header>{header}</s:Header>" if header else ""
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{declaration}<s:Envelope {_XMLNS}>{head}<s:Body>{body}</s:Body></s:Envelope>".encode()


def username_token(user: str, password: str, at_utc_s: float, nonce: bytes | None = None) -> str:
    """Return the WS-Security header of a request made at ``at_utc_s`` by the device's clock.

    The password itself is not in it (UsernameToken Profile 1.0, section 3.1: PasswordDigest).
    """
    nonce = secrets.token_bytes(16) if nonce is None else nonce
    created = datetime.fromtimestamp(at_utc_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        '<wsse:Security s:mustUnderstand="1"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(user)}</wsse:Username>"
        f'<wsse:Password Type="{_WSS}-username-token-profile-1.0#PasswordDigest">'
        f"{digest(nonce, created, password)}</wsse:Password>"
        f'<wsse:Nonce EncodingType="{_WSS}-soap-message-security-1.0#Base64Binary">'
        f"{base64.b64encode(nonce).decode()}</wsse:Nonce>"
        f"<wsu:Created>{created}</wsu:Created>"
        "</wsse:UsernameToken></wsse:Security>"
    )


def digest(nonce: bytes, created: str, password: str) -> str:
    """Return the PasswordDigest of UsernameToken Profile 1.0: Base64(SHA-1(nonce + created + password))."""
    data = nonce + created.encode() + password.encode()
    return base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def payload(data: bytes) -> Element:
    """Return the one element in the body of a message.

    Raises what a fault in there means: AccessRefusedError, UnsupportedError, InvalidError or, for
    anything else, UnavailableError; ProtocolError when it is no message.
    """
    root = parse_xml(data)
    body = next((part for part in root if local(part) == "Body"), None)
    if local(root) != "Envelope" or body is None:
        raise ProtocolError("SOAP: the answer is not a SOAP envelope with a body")
    if len(body) == 0:
        raise ProtocolError("SOAP: the body of the answer is empty")
    if local(body[0]) == "Fault":
        raise _fault(body[0])
    return body[0]


def _fault(fault: Element) -> CommandwallError:
    """Return the error of a fault; SOAP 1.1 devices call its parts ``faultcode`` and ``faultstring``."""
    codes = {
        (part.text or "").strip().rpartition(":")[2]
        for part in fault.iter()
        if local(part) in ("Value", "faultcode")
    }
    words = next(
        (
            " ".join((part.text or "").split())
            for part in fault.iter()
            if local(part) in ("Text", "faultstring")
        ),
        "",
    )
    named = ", ".join(sorted(codes - {"Sender", "Receiver"}))
    said = Sentence("the device says {words!r} ({codes})", words=words[:_MAX_WORDS], codes=named)
    if codes & _REFUSED:
        return AccessRefusedError("wrong user or password, or the user lacks the right; check credentials")
    if codes & _UNSUPPORTED:
        return UnsupportedError(said)
    return InvalidError(said) if codes & _INVALID else UnavailableError(said)
