"""RTSP URLs: where to connect, and where the tracks of a description are (RFC 2326 appendix C.1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from commandwall.base.errors import InvalidError, UnsupportedError
from commandwall.base.hosts import can_be_host

_SCHEMES = ("rtsp", "rtsps")
_PREFIXES = tuple(f"{scheme}://" for scheme in _SCHEMES)
_PORTS = {"rtsp": 554, "rtsps": 322}
_TUNNEL_PORTS = {"rtsp": 80, "rtsps": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a stream is. ``path`` is for people: it lacks the query, where cameras take passwords.

    ``host`` is a name or an IP address without brackets; a link-local one has its zone
    (``fe80::1%eth0``). ``tls`` says that the connection is encrypted from its first byte on.
    """

    host: str
    port: int
    url: str
    path: str
    tls: bool = False

    @property
    def where(self) -> str:
        """Host and port in words, for messages."""
        return f"{self.host} port {self.port}"


def parse_address(url: str, *, tunnel: bool = False) -> Address:
    """Take an rtsp or rtsps URL apart.

    Without a port it is 554 or 322 (RFC 7826 section 4.2); for a ``tunnel`` through HTTP, 80 or 443.
    Raises InvalidError if it cannot be used or carries credentials, UnsupportedError for other
    schemes. No message repeats the URL.
    """
    try:
        parts = urlsplit(url)
        host, port = unquote(parts.hostname or ""), parts.port
    except ValueError as error:
        raise InvalidError("not a URL", field="url") from error
    if parts.scheme not in _SCHEMES:
        raise UnsupportedError(f"URLs begin with rtsp:// or rtsps://, not {parts.scheme[:10]!a}")
    if "@" in parts.netloc:
        raise InvalidError("user and password go into credentials, not into the URL", field="url")
    if not host or not url.isprintable() or " " in url:
        raise InvalidError("there is no host in the URL, or there are spaces in it", field="url")
    if not can_be_host(host):
        raise InvalidError("the host in the URL is neither a name nor an IP address", field="url")
    port = port or (_TUNNEL_PORTS if tunnel else _PORTS)[parts.scheme]
    return Address(host, port, url, parts.path or "/", parts.scheme == "rtsps")


def base_url(request_url: str, content_base: str, content_location: str) -> str:
    """Return what controls are relative to: Content-Base, else Content-Location, else the request's URL.

    A base without a scheme, which some cameras send, is not one and is passed over.
    """
    for candidate in (content_base.strip(), content_location.strip()):
        if candidate.lower().startswith(_PREFIXES) and "@" not in candidate:
            return candidate
    return request_url


def resolve_control(base: str, control: str) -> str:
    """Return the URL of a track or session from its ``a=control``.

    As cameras and players do it, a relative control is appended to the base behind a slash,
    query and all, not resolved as RFC 3986 has it.
    """
    if control.lower().startswith(_PREFIXES):
        return control
    if control in ("", "*"):
        return base
    return f"{base.rstrip('/')}/{control.lstrip('/')}"
