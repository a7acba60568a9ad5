"""RTSP requests and responses (RFC 2326 sections 4-7): what they hold, and how they are written.

Reading them from a byte stream is ``parser.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from commandwall.base.errors import ProtocolError
from commandwall.base.readable import readable

VERSION = "RTSP/1.0"
_STATUS_LINES = ("RTSP/", "HTTP/")
MAX_REASON_CHARS = 80

REASONS = {
    200: "OK",
    301: "Moved Permanently",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    415: "Unsupported Media Type",
    451: "Parameter Not Understood",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    457: "Invalid Range",
    459: "Aggregate Operation Not Allowed",
    461: "Unsupported Transport",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "RTSP Version Not Supported",
    551: "Option Not Supported",
}
"""Reason phrases of RFC 2326 section 7.1.1."""


class Headers:
    """Header fields in the order they came; names compare without case, values as they are."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields = [(name, _one_line(value)) for name, value in fields]

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of ``name``, or ``default``."""
        wanted = name.lower()
        return next((value for have, value in self._fields if have.lower() == wanted), default)

    def get_all(self, name: str) -> list[str]:
        """Return every value of ``name``, in order."""
        wanted = name.lower()
        return [value for have, value in self._fields if have.lower() == wanted]

    def add(self, name: str, value: str) -> None:
        """Append a field, whether or not there is one of that name."""
        self._fields.append((name, _one_line(value)))

    def __contains__(self, name: str) -> bool:
        wanted = name.lower()
        return any(have.lower() == wanted for have, _ in self._fields)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def __repr__(self) -> str:
        """Return the names only: values may carry credentials."""
        return f"Headers({', '.join(name for name, _ in self._fields)})"


@dataclass(slots=True)
class Message:
    """What requests and responses share."""

    headers: Headers = field(default_factory=Headers, kw_only=True)
    body: bytes = field(default=b"", kw_only=True, repr=False)

    @property
    def cseq(self) -> int | None:
        """The sequence number that joins a response to its request, or ``None``."""
        text = self.headers.get("CSeq").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None

    def _encode(self, start_line: str) -> bytes:
        lines = [start_line, *(f"{name}: {value}" for name, value in self.headers)]
        if self.body and "Content-Length" not in self.headers:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + self.body


@dataclass(slots=True)
class Request(Message):
    """A request (section 6). ``url`` is absolute, or ``*``; it never carries credentials."""

    method: str
    url: str

    def to_bytes(self) -> bytes:
        """Return the message as it goes over the wire; Content-Length is added for a body."""
        return self._encode(f"{self.method} {_one_line(self.url)} {VERSION}")


@dataclass(slots=True)
class Response(Message):
    """A response (section 7)."""

    status: int
    reason: str = ""

    def to_bytes(self) -> bytes:
        """Return the message as it goes over the wire; Content-Length is added for a body."""
        return self._encode(f"{VERSION} {self.status} {self.reason or REASONS.get(self.status, 'Unknown')}")

    def __str__(self) -> str:
        return f"{self.status} {self.reason or REASONS.get(self.status, '')}".rstrip()


def parse_head(head: bytes) -> Request | Response:
    """Parse the start line and the header fields in ``head`` (without the empty line at its end).

    Lenient where cameras are known to be careless: bare line feeds, space around names and values,
    folded lines, a missing reason phrase, bytes that are not UTF-8. Lines without a colon are left
    out. An HTTP status line is one too: web servers answer on ports that are taken for RTSP.
    Raises ProtocolError for a start line that is neither a request's nor a status line.
    """
    start, *rest = head.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n")
    headers = Headers(_fields(rest))
    words = start.split(None, 2)
    if len(words) >= 2 and words[0].startswith(_STATUS_LINES):
        if not (len(words[1]) == 3 and words[1].isascii() and words[1].isdigit()):
            raise ProtocolError(f"an RTSP status line has no three-digit status: {start[:40]!a}")
        return Response(
            int(words[1]), readable(words[2], MAX_REASON_CHARS) if len(words) == 3 else "", headers=headers
        )
    if len(words) == 3 and words[2].startswith("RTSP/"):
        return Request(words[0], words[1], headers=headers)
    raise ProtocolError(f"an RTSP message begins with neither a request nor a status line: {start[:40]!a}")


def _fields(lines: list[str]) -> Iterator[tuple[str, str]]:
    name, value = "", ""
    for line in lines:
        if line[:1] in (" ", "\t") and name:
            value = f"{value} {line.strip()}"
            continue
        if name:
            yield name, value
        name, _, value = (part.strip() for part in line.partition(":"))
        if ":" not in line:
            name = ""
    if name:
        yield name, value


def _one_line(text: str) -> str:
    """Return ``text`` with line ends made spaces, so that no value can start a header of its own."""
    return text.replace("\r", " ").replace("\n", " ") if "\n" in text or "\r" in text else text
