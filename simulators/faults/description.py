"""Faults in the SDP that a camera answers DESCRIBE with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from commandwall.rtsp.messages import Headers, Response
from simulators.faults.fault import Fault


@dataclass
class Sdp(Fault):
    """Rewrites the SDP: drops lines, replaces by regular expression, adds lines, ends lines otherwise.

    ``drop`` are beginnings of lines; in the values of ``replace``, ``{base}`` is the stream's URL
    with a slash at its end; ``add`` are whole lines, behind the last.
    """

    kind = "sdp"
    drop: list[str] = field(default_factory=list)
    replace: dict[str, str] = field(default_factory=dict)
    add: list[str] = field(default_factory=list)
    ending: str = "\r\n"

    def answer(self, method: str, response: Response) -> Response:
        """Rewrite the body of the answer to DESCRIBE."""
        if method != "DESCRIBE" or not response.body:
            return response
        base = response.headers.get("Content-Base")
        lines = [
            self._rewritten(line, base)
            for line in response.body.decode().splitlines()
            if not any(line.startswith(beginning) for beginning in self.drop)
        ]
        _set_body(response, "".join(line + self.ending for line in [*lines, *self.add]).encode())
        return response

    def _rewritten(self, line: str, base: str) -> str:
        for pattern, words in self.replace.items():
            line = re.sub(pattern, words.replace("{base}", base), line)
        return line


@dataclass
class WrongLength(Fault):
    """Says that the SDP is longer than it is by ``by`` bytes; shorter, where that is negative."""

    kind = "wrong_length"
    by: int

    def answer(self, method: str, response: Response) -> Response:
        """Write the wrong number."""
        if method == "DESCRIBE" and response.body:
            _set_length(response, len(response.body) + self.by)
        return response


def _set_body(response: Response, body: bytes) -> None:
    response.body = body
    _set_length(response, len(body))


def _set_length(response: Response, length: int) -> None:
    kept = [(name, value) for name, value in response.headers if name != "Content-Length"]
    response.headers = Headers([*kept, ("Content-Length", str(length))])


KINDS: tuple[type[Fault], ...] = (Sdp, WrongLength)
