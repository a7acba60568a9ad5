"""XML as devices send it, read without anything that could grow or reach out."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from commandwall.base.errors import ProtocolError

NAMESPACES: dict[str, str] = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "wsu": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
    "wsa": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "wsd": "http://schemas.xmlsoap.org/ws/2005/04/discovery",
    "dn": "http://www.onvif.org/ver10/network/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "ter": "http://www.onvif.org/ver10/error",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
}
"""The prefixes of ONVIF's own documents, in what is sent and in the paths that are looked up."""

MAX_DEPTH = 64
_YEARS = range(1970, 3000)


def parse_xml(data: bytes) -> Element:
    """Return the root of a UTF-8 document; names are ``{namespace}local``.

    Raises ProtocolError for what is not well-formed, is nested more than 64 deep, or has a document
    type: SOAP forbids one (SOAP 1.2 part 1, section 5), and entities, which could expand to
    gigabytes or name files, can only come from there.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate("utf-8", "}")
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise ProtocolError("XML: nested more than {most} deep", most=MAX_DEPTH)
        builder.start(_clark(name), {_clark(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_clark(name))

    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ProtocolError("XML: {error}", error=error) from None
    root: Element = builder.close()
    return root


def _clark(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse_doctype(*_: object) -> None:
    raise ProtocolError("XML: has a document type, which SOAP forbids")


def local(node: Element) -> str:
    """Return the name of ``node`` without its namespace."""
    return node.tag.rpartition("}")[2]


def find(node: Element, path: str) -> Element | None:
    """Return the first element at ``path`` (``tt:Position/tt:Zoom``) below ``node``."""
    return node.find(path, NAMESPACES)


def find_all(node: Element, path: str) -> list[Element]:
    """Return every element at ``path`` below ``node``."""
    return node.findall(path, NAMESPACES)


def text(node: Element, path: str) -> str:
    """Return the text at ``path`` without surrounding space; empty when it is not there."""
    return (node.findtext(path, "", NAMESPACES) or "").strip()


def number(value: str | None) -> float:
    """Return ``value`` as a number, 0 where it is none: devices leave figures empty."""
    try:
        parsed = float(value or 0)
    except ValueError:
        return 0.0
    return parsed if abs(parsed) < 1e12 else 0.0


def instant(node: Element, path: str) -> float | None:
    """Return the ``tt:DateTime`` at ``path``, which is UTC, in seconds since 1970, if it is one."""
    found = find(node, path)
    if found is None:
        return None
    parts = [
        text(found, field)
        for field in (
            "tt:Date/tt:Year", "tt:Date/tt:Month", "tt:Date/tt:Day",
            "tt:Time/tt:Hour", "tt:Time/tt:Minute", "tt:Time/tt:Second",
        )
    ]  # fmt: skip
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    year, month, day, hour, minute, second = map(int, parts)
    if year not in _YEARS:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None
