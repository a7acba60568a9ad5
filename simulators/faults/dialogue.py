"""Faults in what is said: requests that get no answer, a wrong one, or one too many."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from commandwall.rtsp.headers import parse_session
from commandwall.rtsp.messages import Headers, Request, Response
from simulators.faults.fault import Fault
from simulators.faults.packet import Packet

_SIGNS_OF_LIFE = ("OPTIONS", "GET_PARAMETER", "SET_PARAMETER")
_BEFORE_YES = 5
"""So many packets come between TEARDOWN and its answer."""


@dataclass
class Silent(Fault):
    """Never answers ``method`` of a URL that ends in ``url_end``; each means any where it is empty."""

    kind = "silent"
    method: str = ""
    url_end: str = ""

    def request(self, request: Request) -> Request | None:
        """Let nothing reach what would answer it."""
        meant = self.method in ("", request.method) and request.url.endswith(self.url_end)
        return None if meant else request


@dataclass
class HangUp(Fault):
    """Closes the connection when ``method`` is asked."""

    kind = "hang_up"
    method: str

    def request(self, request: Request) -> Request | None:
        """Break the connection instead of answering."""
        if request.method != self.method:
            return request
        self.line.reset()
        return None


@dataclass
class Status(Fault):
    """Answers ``method`` with ``status``, and ``location`` where it is a redirect."""

    kind = "status"
    method: str
    status: int
    location: str = ""

    def answer(self, method: str, response: Response) -> Response:
        """Put the other answer in its place."""
        if method != self.method:
            return response
        where = [("Location", self.location)] if self.location else []
        return Response(self.status, headers=Headers([("CSeq", response.headers.get("CSeq")), *where]))


@dataclass
class Unauthorised(Fault):
    """Answers everything but OPTIONS with 401 and a new nonce, whatever the client sends."""

    kind = "unauthorised"
    stale: bool = False
    """Whether it says each time that the credentials were right and only the nonce is old."""

    def answer(self, method: str, response: Response) -> Response:
        """Ask for credentials again."""
        if method == "OPTIONS":
            return response
        stale = ", stale=true" if self.stale else ""
        challenge = f'Digest realm="camera", nonce="{secrets.token_hex(8)}"{stale}'
        fields = [("CSeq", response.headers.get("CSeq")), ("WWW-Authenticate", challenge)]
        return Response(401, headers=Headers(fields))


@dataclass
class Header(Fault):
    """Sends the header ``name`` of the answer to ``method`` as ``value``, or leaves it out without one."""

    kind = "header"
    method: str
    name: str
    value: str = ""

    def answer(self, method: str, response: Response) -> Response:
        """Replace the header; in its value ``{base}`` is what Content-Base was, ``{was}`` what it was."""
        if method == self.method:
            base, was = (response.headers.get(name) for name in ("Content-Base", self.name))
            kept = [(name, value) for name, value in response.headers if name.lower() != self.name.lower()]
            response.headers = Headers(kept)
            if self.value:
                response.headers.add(self.name, self.value.replace("{base}", base).replace("{was}", was))
        return response


@dataclass
class SessionChange(Fault):
    """Names another session in its answer to PLAY, and knows only that one from then on."""

    kind = "session_change"

    def __post_init__(self) -> None:
        self._given = ""
        self._real = ""

    def request(self, request: Request) -> Request:
        """Know the new session, and forget the old one."""
        if self._given and "Session" in request.headers:
            known = parse_session(request.headers.get("Session")).id == self._given
            _set_session(request, self._real if known else "forgotten")
        return request

    def answer(self, method: str, response: Response) -> Response:
        """Name the new session."""
        if method == "PLAY" and not self._given and "Session" in response.headers:
            self._real = parse_session(response.headers.get("Session")).id
            self._given = secrets.token_hex(4)
        if self._given and "Session" in response.headers:
            _set_session(response, self._given)
        return response


@dataclass
class CountsOnly(Fault):
    """Lists every sign of life, refuses all but ``method`` with 400, and goes where that one stays away.

    It says that a session lasts ``timeout_s``, and breaks the connection half as long after that.
    """

    kind = "counts_only"
    method: str
    timeout_s: int = 4

    def __post_init__(self) -> None:
        self._alive_s = 0.0
        self._forgotten = False

    def request(self, request: Request) -> Request:
        """Note a sign of life that counts."""
        if request.method == self.method:
            self._alive_s = self.line.playing_s
        return request

    def answer(self, method: str, response: Response) -> Response:
        """Refuse the other signs of life, and say how long the session lasts."""
        if method in _SIGNS_OF_LIFE and method != self.method:
            return Response(400, headers=Headers([("CSeq", response.headers.get("CSeq"))]))
        if "Session" in response.headers:
            session = parse_session(response.headers.get("Session")).id
            _set_session(response, f"{session};timeout={self.timeout_s}")
        return response

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Break the connection when the session is forgotten."""
        if not self._forgotten and self.line.playing_s - self._alive_s > 1.5 * self.timeout_s:
            self._forgotten = True
            self.line.reset()
        return [] if self._forgotten else packets


@dataclass
class EarlyMedia(Fault):
    """Answers PLAY only after ``packets`` packets of media."""

    kind = "early_media"
    packets: int = 30

    def __post_init__(self) -> None:
        self._held: Response | None = None

    def answer(self, method: str, response: Response) -> Response | None:
        """Keep the answer."""
        if method != "PLAY" or response.status != 200:
            return response
        self._held = response
        return None

    def carry(self, packets: list[Packet]) -> list[Packet]:
        """Give the answer out when enough was sent."""
        self.packets -= len(packets)
        if self.packets <= 0 and self._held is not None:
            self.line.put(self._held.to_bytes())
            self._held = None
        return packets


@dataclass
class Deaf(Fault):
    """Says yes to TEARDOWN, some packets later, and goes on sending until the connection is closed.

    With ``after_s`` it falls silent then, which brings the TEARDOWN about, and sends again from that on.
    """

    kind = "sends_after_teardown"

    def __post_init__(self) -> None:
        self._asked = False
        self._answer: Response | None = None
        self._packets = _BEFORE_YES

    def request(self, request: Request) -> Request | None:
        """Keep it from whoever sends."""
        if request.method != "TEARDOWN":
            return request
        self._asked = True
        self._answer = Response(200, headers=Headers([("CSeq", request.headers.get("CSeq"))]))
        return None

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Send nothing while it is silent."""
        return [] if self.after_s and self.due and not self._asked else packets

    def carry(self, packets: list[Packet]) -> list[Packet]:
        """Say yes behind the packets that follow TEARDOWN."""
        if self._answer is not None:
            self._packets -= len(packets)
            if self._packets <= 0:
                self.line.put(self._answer.to_bytes())
                self._answer = None
        return packets


def _set_session(message: Request | Response, session: str) -> None:
    kept = [(name, value) for name, value in message.headers if name.lower() != "session"]
    message.headers = Headers([*kept, ("Session", session)])


KINDS: tuple[type[Fault], ...] = (
    Silent, HangUp, Status, Unauthorised, Header, SessionChange, CountsOnly, EarlyMedia, Deaf,
)  # fmt: skip
