"""How single values of the configuration are written, and what is said of one that is not right.

What is raised is a ``ValueError`` with words for people, as pydantic wants it.
"""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from commandwall.base.hosts import can_be_host
from commandwall.base.sentence import Sentence
from commandwall.model.layout import AUTO
from commandwall.settings.site import Address

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LAYOUT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_STUN = re.compile(r"stuns?:([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?")
_PREFIX = re.compile(r"[^\s+#/$][^\s+#]*")


def _text_of_number(value: Any) -> Any:
    """Take a whole number for the text that it was written as: ``layout: 1``."""
    return str(value) if type(value) is int else value


def _count(value: Any) -> int | None:
    if value == "auto":
        return None
    if type(value) is not int or not 1 <= value <= 256:
        raise ValueError("must be auto or a whole number from 1 to 256")
    return value


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("must be 1 to 64 letters, digits, dots, dashes or underscores (a-z A-Z 0-9 . - _)")
    return value


def _cell_id(value: str) -> str:
    if len(value.split()) != 1 or value == ".":
        raise ValueError("must be one word without spaces, and not a dot")
    return value


def _layout_id(value: str) -> str:
    if value == AUTO:
        raise ValueError("auto is the layout that is chosen by itself; take another name")
    if not _LAYOUT_ID.fullmatch(value):
        raise ValueError("must be 1 to 64 letters, digits, dots, dashes, underscores or plus signs")
    return value


def _prefix(value: str) -> str:
    if not _PREFIX.fullmatch(value) or value.endswith("/"):
        raise ValueError("must be an MQTT topic without spaces, + and #, not beginning or ending with /")
    return value


def _position(value: tuple[float, float]) -> tuple[float, float]:
    latitude, longitude = value
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("must be [latitude, longitude] in degrees, latitude first")
    return value


def _monitor(value: Any) -> int | str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    if type(value) is not int or not 0 <= value <= 63:
        raise ValueError("must be the number of a monitor, from 0, or its name")
    return value


def _address(value: Any) -> Any:
    """Return ``HOST:PORT`` or ``[IPV6]:PORT`` as an :class:`Address`."""
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    bare = host.removeprefix("[").removesuffix("]")
    bracketed = len(host) - len(bare) == 2
    if not colon or not bare or bracketed != (":" in bare) or not port.isascii() or not port.isdigit():
        raise ValueError('must be "HOST:PORT", like "127.0.0.1:8080" or "[::1]:8080"')
    if int(port) > 65535:
        raise ValueError("has a port above 65535")
    return Address(bare, int(port))


def _url(value: str, schemes: tuple[str, ...], form: str) -> str:
    """Return ``value`` if it is a URL of these schemes; what is wrong never quotes it (passwords)."""
    try:
        parts = urlsplit(value)
        host, port, user = parts.hostname, parts.port, "@" in parts.netloc
    except ValueError:
        raise ValueError(Sentence("is not a URL; write {form}", form=Sentence(form))) from None
    if user:
        raise ValueError("must not carry a user or password; put them under credentials and name that entry")
    if parts.scheme not in schemes or not host or port == 0 or re.search(r"\s", value):
        raise ValueError(Sentence("must be {form}", form=Sentence(form)))
    if not can_be_host(host):
        raise ValueError("has a host that is neither a name nor an IP address")
    return value


def _rtsp_url(value: str) -> str:
    return _url(value, ("rtsp", "rtsps"), "rtsp://HOST[:PORT]/PATH or rtsps://HOST[:PORT]/PATH")


def _http_url(value: str) -> str:
    return _url(value, ("http", "https"), "http://HOST[:PORT]/PATH or https://HOST[:PORT]/PATH")


def _mqtt_url(value: str) -> str:
    return _url(value, ("mqtt", "mqtts"), "mqtt://HOST[:PORT] or mqtts://HOST[:PORT]")


def _websocket_url(value: str) -> str:
    return _url(value, ("ws", "wss"), "ws://HOST[:PORT][/PATH] or wss://HOST[:PORT][/PATH]")


def _stun_url(value: str) -> str:
    if not _STUN.fullmatch(value):
        raise ValueError(Sentence("must be {form}", form="stun:HOST[:PORT]"))
    return value


def _some(value: Any) -> Any:
    if value is not None and not value:
        raise ValueError("must not be empty; leave it out or add an entry")
    return value


Text = Annotated[
    str,
    BeforeValidator(_text_of_number),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
Id = Annotated[Text, AfterValidator(_id)]
CellId = Annotated[Text, AfterValidator(_cell_id)]
LayoutId = Annotated[Text, AfterValidator(_layout_id)]
Listen = Annotated[Address, BeforeValidator(_address)]
Count = Annotated[int | None, BeforeValidator(_count)]
Position = Annotated[tuple[float, float], AfterValidator(_position)]
Monitor = Annotated[int | str, BeforeValidator(_monitor)]
RtspUrl = Annotated[Text, AfterValidator(_rtsp_url)]
HttpUrl = Annotated[Text, AfterValidator(_http_url)]
MqttUrl = Annotated[Text, AfterValidator(_mqtt_url)]
WebSocketUrl = Annotated[Text, AfterValidator(_websocket_url)]
StunUrl = Annotated[Text, AfterValidator(_stun_url)]
MqttPrefix = Annotated[Text, AfterValidator(_prefix)]
NotEmpty = AfterValidator(_some)
"""Refuses what is there but empty."""
