"""The requests of one RTSP session in words: each step, its answer, and what a refusal means."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from commandwall.base.auth import ClientAuthenticator, Credentials, parse_challenges
from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    MovedError,
    NotFoundError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
)
from commandwall.base.sentence import Sentence
from commandwall.rtp.quirks import Quirk
from commandwall.rtsp.address import Address
from commandwall.rtsp.connection import RtspConnection
from commandwall.rtsp.headers import DEFAULT_SESSION_TIMEOUT_S, parse_methods, parse_session
from commandwall.rtsp.messages import Headers, Response

USER_AGENT = "commandwall"
MAX_TRIES = 3

_REFUSALS: Mapping[int, tuple[type[CommandwallError], str]] = {
    403: (AccessRefusedError, "the camera does not let this user in"),
    404: (NotFoundError, "the camera has no stream at this path"),
    453: (UnavailableError, "the camera takes no more sessions"),
    454: (UnavailableError, "the camera forgot the session"),
    461: (UnsupportedError, "the camera does not offer this transport; try another"),
    503: (UnavailableError, "the camera is busy"),
    551: (UnsupportedError, "the camera does not have what is required for this"),
}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each step may take, in seconds; ``teardown_s`` bounds the end of a session.

    DESCRIBE has ``describe_s``: servers that fetch a stream on demand, as the share does, answer it with
    the first key frame in hand, or after 10 s with 503.
    """

    connect_s: float = 5.0
    answer_s: float = 5.0
    describe_s: float = 12.0
    teardown_s: float = 1.0


class Dialogue:
    """Requests on one connection, with the session id and the credentials they need.

    ``methods`` is what the server says it has (empty: it does not say), ``url`` where requests for
    the whole session go, ``required`` the extension of RTSP that the server must have for them (RFC
    2326 section 12.32, ``""``: none); all are set by the steps. ``quirks`` is what was borne so far.
    """

    def __init__(
        self,
        connection: RtspConnection,
        address: Address,
        credentials: Credentials | None,
        timeouts: Timeouts,
    ) -> None:
        self.connection = connection
        self.url = address.url
        self.methods: frozenset[str] = frozenset()
        self.required = ""
        self.quirks: set[Quirk] = set()
        self.session_timeout_s = DEFAULT_SESSION_TIMEOUT_S
        self._path = address.path
        self._session = ""
        self._timeouts = timeouts
        self._user = credentials.user if credentials else ""
        self._authenticator = ClientAuthenticator(credentials) if credentials else None
        self._sign_of_life: asyncio.Future[Response] | None = None

    async def call(self, method: str, url: str, *headers: tuple[str, str]) -> Response:
        """Send a request, answer challenges, and return the answer if it is 2xx.

        Raises what ``RtspClient.open`` names, and MovedError; every message begins with the method.
        """
        response = await self._exchange(method, url, headers)
        status = response.status
        if 200 <= status < 300:
            self._keep_session(response)
            return response
        if 300 <= status < 400:
            raise MovedError(f"{method}: {response}", response.headers.get("Location").strip())
        kind, words = _REFUSALS.get(status, (UnavailableError if status >= 500 else ProtocolError, ""))
        if not words:
            raise kind(f"{method}: {response}")
        where = f" (path {self._path!a})" if status == 404 else ""
        raise kind(
            "{method}: {response}: {words}{where}",
            method=method,
            response=response,
            words=Sentence(words),
            where=where,
        )

    async def options(self) -> None:
        """Ask what the server can do; a server that does not like the question is not asked again."""
        response = await self._exchange("OPTIONS", self.url, ())
        if response.status != 200:
            self.quirks.add(Quirk.OPTIONS_REFUSED)
        self.methods = parse_methods(response.headers.get("Public"))

    async def _exchange(self, method: str, url: str, headers: tuple[tuple[str, str], ...]) -> Response:
        for tries in range(1, MAX_TRIES + 1):
            wait_s = self._timeouts.describe_s if method == "DESCRIBE" else self._timeouts.answer_s
            response = await self.connection.call(method, url, self._headers(method, url, headers), wait_s)
            if response.status != 401:
                return response
            challenges = parse_challenges(response.headers.get_all("WWW-Authenticate"))
            if self._authenticator is None:
                raise AccessRefusedError(
                    "{method}: 401: the camera asks for a user and a password; none are set", method=method
                )
            if not self._authenticator.accept(challenges):
                raise AccessRefusedError(
                    "{method}: 401: the camera offers no way to sign in that is known here", method=method
                )
            if tries > 1 and not any(challenge.stale for challenge in challenges):
                break
        raise AccessRefusedError(
            "{method}: 401 after credentials were sent: wrong password for user {user!r}, or no such user on"
            " the camera",
            method=method,
            user=self._user,
        )

    def _headers(self, method: str, url: str, extra: tuple[tuple[str, str], ...]) -> Headers:
        headers = Headers([("User-Agent", USER_AGENT), *extra])
        if self.required:
            headers.add("Require", self.required)
        if self._session:
            headers.add("Session", self._session)
        authorization = self._authenticator.authorise(method, url) if self._authenticator else None
        if authorization:
            headers.add("Authorization", authorization)
        return headers

    def _keep_session(self, response: Response) -> None:
        """Take the session id of the newest answer: some cameras change it between SETUP and PLAY."""
        session = parse_session(response.headers.get("Session"))
        if session.id:
            if self._session not in ("", session.id):
                self.quirks.add(Quirk.SESSION_CHANGES)
            self._session = session.id
            if "timeout" in response.headers.get("Session").lower():
                self.session_timeout_s = session.timeout_s

    def keep_alive(self, done: Callable[[Response], None]) -> None:
        """Send a sign of life by what the server offers, and call ``done`` with its answer.

        GET_PARAMETER if it is offered, else SET_PARAMETER, else OPTIONS (RFC 2326 section 10.8).
        One that was not answered until the next is waited for no longer, and OPTIONS is sent from then on.
        """
        if self._sign_of_life is not None and self._sign_of_life.cancel():
            self.methods = frozenset()
        offered = (name for name in ("GET_PARAMETER", "SET_PARAMETER") if name in self.methods)
        method = next(offered, "OPTIONS")
        future = self.connection.ask(method, self.url, self._headers(method, self.url, ()))
        self._sign_of_life = future
        future.add_done_callback(lambda answered: None if answered.cancelled() else done(answered.result()))

    def take_challenge(self, response: Response) -> bool:
        """Take the new nonce in a 401 to a sign of life, for the next one; return whether there is one."""
        challenges = parse_challenges(response.headers.get_all("WWW-Authenticate"))
        return self._authenticator is not None and self._authenticator.accept(challenges)

    async def tear_down(self) -> None:
        """End the session on the camera, if there is one; wait for the answer, but not long.

        A nonce that became stale while the stream played is renewed.
        """
        if not self._session or not self.connection.open:
            return
        self.connection.sinks.clear()
        with suppress(CommandwallError, TimeoutError):
            async with asyncio.timeout(self._timeouts.teardown_s):
                await self._exchange("TEARDOWN", self.url, ())
