"""RTSP URLs: where to connect, and where the tracks of a description are (RFC 2326 appendix C.1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from commandwall.base.errors import InvalidError, UnsupportedError

DEFAULT_PORT = 554


@dataclass(frozen=True, slots=True)
class Address:
    """Where a stream is. ``path`` is for people: it lacks the query, where cameras take passwords."""

    host: str
    port: int
    url: str
    path: str


def parse_address(url: str) -> Address:
    """Take an rtsp URL apart.

    Raises InvalidError if it cannot be used or carries credentials, UnsupportedError for schemes
    other than rtsp. No message repeats the URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidError("not a URL", field="url") from error
    if parts.scheme.lower() != "rtsp":
        raise UnsupportedError(f"URLs begin with rtsp://, not {parts.scheme[:10]!a}")
    if "@" in parts.netloc:
        raise InvalidError("user and password go into credentials, not into the URL", field="url")
    if not parts.hostname or not url.isprintable() or " " in url:
        raise InvalidError("there is no host in the URL, or there are spaces in it", field="url")
    return Address(parts.hostname, port or DEFAULT_PORT, url, parts.path or "/")


def base_url(request_url: str, content_base: str, content_location: str) -> str:
    """Return what controls are relative to: Content-Base, else Content-Location, else the request's URL.

    A base without a scheme, which some cameras send, is not one and is passed over.
    """
    for candidate in (content_base.strip(), content_location.strip()):
        if candidate.lower().startswith("rtsp://") and "@" not in candidate:
            return candidate
    return request_url


def resolve_control(base: str, control: str) -> str:
    """Return the URL of a track or session from its ``a=control``.

    As cameras and players do it, a relative control is appended to the base behind a slash,
    query and all, not resolved as RFC 3986 has it.
    """
    if control.lower().startswith("rtsp://"):
        return control
    if control in ("", "*"):
        return base
    return f"{base.rstrip('/')}/{control.lstrip('/')}"
