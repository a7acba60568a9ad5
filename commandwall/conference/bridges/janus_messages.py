"""The messages of the Janus API as they come, checked: what is wrong or strange in them stays out.

https://janus.conf.meetecho.com/docs/rest.html describes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.base.readable import readable

_MAX_REASON_CHARS = 120
_MAX_CODE = 1_000_000
_HANGUPS = ("hangup", "detached", "timeout")


@dataclass(frozen=True, slots=True)
class JanusMessage:
    """One message: its ``kind`` (``janus``), its ``transaction`` (``""``: none), and all that it says.

    ``sender`` is the handle that it is about, ``None`` for the session as a whole.
    """

    kind: str
    transaction: str
    sender: int | None
    said: Mapping[str, Any]

    @property
    def answers(self) -> bool:
        """Whether it is an answer, and more than an acknowledgement."""
        return self.kind in ("success", "event")

    @property
    def hangs_up(self) -> bool:
        """Whether it says that a handle or the session is over."""
        return self.kind in _HANGUPS

    @property
    def reason(self) -> str:
        """Why it hangs up."""
        reason = self.said.get("reason")
        return readable(reason, _MAX_REASON_CHARS) if isinstance(reason, str) else self.kind


@dataclass(frozen=True, slots=True)
class JanusAnswer:
    """What a plugin said: its ``data``, and the SDP of a ``jsep`` beside it (``""``: none)."""

    data: Mapping[str, Any]
    sdp: str = ""


class JanusRefusalError(CommandwallError):
    """Raised when Janus or a plugin answers with an error; ``code`` is its number, 0 if it has none."""

    def __init__(self, code: object, reason: object) -> None:
        self.code = code if type(code) is int and 0 <= code < _MAX_CODE else 0
        why = readable(reason, _MAX_REASON_CHARS) if isinstance(reason, str) else ""
        super().__init__("Janus refuses ({code}): {reason}", code=self.code, reason=why)


def parse_message(text: str, place: str) -> JanusMessage:
    """Return the message in ``text``, which came from ``place``; raises :class:`ProtocolError`."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ProtocolError("{place} does not speak the Janus API", place=place)
    kind, transaction, sender = (said.get(name) for name in ("janus", "transaction", "sender"))
    if not isinstance(kind, str) or not (sender is None or type(sender) is int):
        raise ProtocolError("{place} does not speak the Janus API", place=place)
    return JanusMessage(kind, transaction if isinstance(transaction, str) else "", sender, said)


def plugin_answer(message: JanusMessage) -> JanusAnswer:
    """Return what the plugin says; raises :class:`JanusRefusalError` and :class:`ProtocolError`."""
    plugin, jsep = message.said.get("plugindata"), message.said.get("jsep")
    data = plugin.get("data") if isinstance(plugin, dict) else None
    if not isinstance(data, dict):
        raise ProtocolError("Janus answers without data")
    if "error_code" in data:
        raise JanusRefusalError(data["error_code"], data.get("error"))
    sdp = jsep.get("sdp") if isinstance(jsep, dict) else None
    return JanusAnswer(data, sdp if isinstance(sdp, str) else "")


def refusal(message: JanusMessage) -> JanusRefusalError:
    """Return what an error of the core comes to."""
    error = message.said.get("error")
    fields = error if isinstance(error, dict) else {}
    return JanusRefusalError(fields.get("code"), fields.get("reason"))


def id_of(message: JanusMessage) -> int:
    """Return the id of what was created; raises :class:`ProtocolError`."""
    data = message.said.get("data")
    number = data.get("id") if isinstance(data, dict) else None
    if type(number) is not int:
        raise ProtocolError("Janus answers without an id")
    return number
