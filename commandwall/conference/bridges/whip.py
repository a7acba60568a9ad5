"""A WHIP/WHEP server as a foreign conference (RFC 9725, draft-ietf-wish-whep): one offer each way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import aiohttp

from commandwall import __version__
from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    NotFoundError,
    ProtocolError,
    UnavailableError,
)
from commandwall.base.readable import readable
from commandwall.base.sentence import Sentence
from commandwall.base.tasks import Backoff, run_until_first
from commandwall.conference.bridges.bridge import SENDS, TAKES, Flow, Leg, Media, until_over, until_stood
from commandwall.conference.bridges.reaching import unreachable

_ANSWER_S = 10.0
_LEAVE_S = 0.5
_AGAIN_S = (0.3, 0.5, 1.0, 2.0)
_MAX_ANSWER_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one direction is asked for: the URL, and the bearer token it wants (``""``: none)."""

    url: str
    token: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """Where that is, for people: the URL may hold secrets in its path or its query."""
        return urlsplit(self.url).netloc


class WhipBridge:
    """Publishes to ``whip`` and watches ``whep``; implements :class:`Bridge`. ``None``: not that way.

    Where nobody sends yet there is nothing to watch, and nobody would ever begin if all waited for that: what
    is published stays, and the other way is asked for again, alone.
    """

    def __init__(self, whip: Endpoint | None, whep: Endpoint | None) -> None:
        self._whip, self._whep = whip, whep

    async def run(self, media: Media, tell: Callable[[str], None]) -> None:
        """Keep both ways going; see :class:`Bridge`."""
        match self._whip, self._whep:
            case Endpoint() as whip, Endpoint() as whep:
                async with session(whip, SENDS, media) as leg:
                    await run_until_first(until_over(leg), _keep_watching(whep, media, tell, leg.stood))
            case Endpoint() as whip, None:
                await _keep(whip, SENDS, media, tell)
            case None, Endpoint() as whep:
                await _keep(whep, TAKES, media, tell)


async def _keep(endpoint: Endpoint, flow: Flow, media: Media, tell: Callable[[str], None]) -> None:
    """Keep the only way going."""
    async with session(endpoint, flow, media) as leg:
        await until_stood(leg)
        tell("")
        await until_over(leg)


async def _keep_watching(
    endpoint: Endpoint, media: Media, tell: Callable[[str], None], sent: Callable[[], Awaitable[None]]
) -> None:
    """Watch whenever there is something to; raises what is no matter of waiting.

    Nothing is told before what is ``sent`` goes.
    """
    backoff = Backoff(_AGAIN_S)
    while True:
        try:
            async with session(endpoint, TAKES, media) as leg:
                await until_stood(leg)
                await sent()
                tell("")
                backoff.reset()
                await leg.over()
        except (NotFoundError, UnavailableError) as error:
            await sent()
            absent = isinstance(error, NotFoundError)
            tell(Sentence("nobody sends a picture there") if absent else error.sentence)
        await asyncio.sleep(backoff.next_s())


@asynccontextmanager
async def session(endpoint: Endpoint, flow: Flow, media: Media) -> AsyncIterator[Leg]:
    """Yield a connection that ``endpoint`` answered; it is deleted there at the end.

    Raises :class:`AccessRefusedError`, :class:`NotFoundError`, :class:`UnavailableError` or
    :class:`ConnectionLostError` as the server answers, and what ``media`` raises.
    """
    headers = {"User-Agent": f"commandwall/{__version__}"}
    if endpoint.token:
        headers["Authorization"] = f"Bearer {endpoint.token}"
    timeout = aiohttp.ClientTimeout(total=_ANSWER_S)
    leg = await media.offer(flow)
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as http:
            answer, resource = await _ask(http, endpoint, leg.sdp)
            try:
                await leg.accept(answer)
                yield leg
            finally:
                await _leave(http, resource)
    finally:
        leg.end()


async def _ask(http: aiohttp.ClientSession, endpoint: Endpoint, offer: str) -> tuple[str, str]:
    """Return the answer to ``offer`` and the address of the session that was made."""
    headers = {"Content-Type": "application/sdp"}
    try:
        async with http.post(endpoint.url, data=offer, headers=headers, allow_redirects=False) as response:
            _check(response, endpoint.place)
            answer = await _body(response, endpoint.place)
            resource = _resource(endpoint.url, response.headers.get("Location", ""))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise unreachable(endpoint.place, error) from None
    return answer, resource


def _resource(url: str, location: str) -> str:
    """Return the address of the session that the server at ``url`` says is at ``location``.

    ``""`` for what is no URL, and for another server, since the token goes to nobody but the one that it is
    for; what was posted to is no session either.
    """
    try:
        resource = urljoin(url, location)
        same_server = urlsplit(resource)[:2] == urlsplit(url)[:2]
    except ValueError:
        return ""
    return resource if same_server and resource != url else ""


async def _body(response: aiohttp.ClientResponse, place: str) -> str:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _MAX_ANSWER_BYTES:
            raise ProtocolError("{place} sends an answer without end", place=place)
    return body.decode(errors="replace")


def _check(response: aiohttp.ClientResponse, place: str) -> None:
    """Raise what a refusal comes to. The body of one is the server's and may quote the token: not said."""
    match response.status:
        case 200 | 201:
            if response.content_type != "application/sdp":
                raise ProtocolError(
                    "{place} answers with {type}, not with SDP",
                    place=place,
                    type=readable(response.content_type, 80),
                )
        case 401 | 403:
            raise AccessRefusedError("{place} does not take the token; ask for a new one", place=place)
        case 404:
            raise NotFoundError("{place} has no such conference or participant", place=place)
        case 409 | 429 | 503:
            raise UnavailableError(
                "{place} does not serve now (status {status})", place=place, status=response.status
            )
        case status:
            raise CommandwallError("{place} refuses with status {status}", place=place, status=status)


async def _leave(http: aiohttp.ClientSession, resource: str) -> None:
    """Delete the session; a server that is gone has ended it."""
    if not resource:
        return
    try:
        async with asyncio.timeout(_LEAVE_S), http.delete(resource, allow_redirects=False):
            pass
    except (aiohttp.ClientError, TimeoutError, OSError):
        pass
