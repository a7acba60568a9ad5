"""Calls to one ONVIF device: SOAP over HTTP, signed in by UsernameToken and by HTTP digest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit, urlunsplit
from xml.etree.ElementTree import Element

import aiohttp
from yarl import URL

from commandwall.base.auth import ClientAuthenticator, Credentials, parse_challenges
from commandwall.base.clock import NS_PER_S, utc_ns
from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    ProtocolError,
    UnavailableError,
    UntrustedError,
)
from commandwall.base.sentence import Sentence
from commandwall.base.trust import SYSTEM_TRUST, Trust, tls_context
from commandwall.onvif.markup import instant
from commandwall.onvif.soap import CONTENT_TYPE, envelope, payload, username_token

MAX_ANSWER_BYTES = 1 << 20
_TIMEOUT_S = 5.0
_CHUNK_BYTES = 1 << 16


class OnvifClient:
    """A connection to the device at ``url`` (its device service); an async context manager.

    Every request carries a UsernameToken in the device's own time; a device that wants HTTP digest
    instead gets that as well (ONVIF Core 5.9.1 allows either), but never Basic: the password would be in
    it. ``trust`` is for devices that speak HTTPS. Errors name the step and the host. Belongs to one event
    loop.
    """

    def __init__(
        self,
        url: str,
        user: str = "",
        password: str = "",
        trust: Trust = SYSTEM_TRUST,
        *,
        timeout_s: float = _TIMEOUT_S,
        now_utc_ns: Callable[[], int] = utc_ns,
    ) -> None:
        self.url = url
        self._user = user
        self._password = password
        self._trust = trust
        self._now_utc_ns = now_utc_ns
        self._ahead_s = 0.0
        self._authenticator = ClientAuthenticator(Credentials(user, password)) if user else None
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout_s))

    async def __aenter__(self) -> OnvifClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    @property
    def host(self) -> str:
        """The device, as messages name it."""
        return urlsplit(self.url).netloc

    def reach(self, address: str) -> str:
        """Return where the service is that the device says is at ``address``.

        A device that gives another host than the one it was reached by is behind address
        translation, or wants our credentials sent elsewhere: only the path is believed then.
        """
        try:
            theirs, ours = urlsplit(address), urlsplit(self.url)
            if (
                theirs.scheme in ("http", "https")
                and theirs.hostname == ours.hostname
                and "@" not in theirs.netloc
            ):
                return address
        except ValueError:
            return self.url
        return urlunsplit((ours.scheme, ours.netloc, theirs.path or ours.path, theirs.query, ""))

    async def take_time(self) -> None:
        """Learn how far the device's clock is ahead: a UsernameToken of another time is refused.

        A device that tells its time to nobody is taken to be right. Raises as :meth:`call` does.
        """
        body = "<tds:GetSystemDateAndTime/>"
        try:
            answer = await self.call(self.url, body, "GetSystemDateAndTime", anonymous=True)
        except AccessRefusedError:
            return
        theirs_s = instant(answer, ".//tt:UTCDateTime")
        if theirs_s is not None:
            self._ahead_s = theirs_s - self._now_utc_ns() / NS_PER_S

    async def call(self, url: str, body: str, step: str, *, anonymous: bool = False) -> Element:
        """Send ``body`` to the service at ``url`` and return what its answer holds.

        Raises AccessRefusedError, UnsupportedError, InvalidError or UnavailableError as the device
        says, UntrustedError for its certificate, ConnectionLostError when it does not answer within
        5 s, ProtocolError for garbage.
        """
        header = ""
        if self._user and not anonymous:
            at_utc_s = self._now_utc_ns() / NS_PER_S + self._ahead_s
            header = username_token(self._user, self._password, at_utc_s)
        try:
            status, data = await self._post(URL(url), envelope(body, header))
            return _answer(status, data)
        except aiohttp.ClientConnectorCertificateError as error:
            why = getattr(error.certificate_error, "verify_message", "certificate is not trusted")
            raise UntrustedError(
                "{step}: {host}: {why}; add the certificate to ingest.tls.ca, or set"
                " tls_verify: false for this camera",
                step=step,
                host=self.host,
                why=why,
            ) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: an address that is none
            why = "does not answer in time" if isinstance(error, TimeoutError) else "cannot be reached"
            raise ConnectionLostError(
                "{step}: {host} {why}; check the address and the cable",
                step=step,
                host=self.host,
                why=Sentence(why),
            ) from None
        except CommandwallError as error:
            raise type(error)("{step}: {host}: {error}", step=step, host=self.host, error=error) from None

    async def _post(self, url: URL, data: bytes) -> tuple[int, bytes]:
        """Send ``data``, and once more, signed in, where the device asks for HTTP digest."""
        status, answer, offered = await self._send(url, data)
        digests = [challenge for challenge in parse_challenges(offered) if challenge.scheme == "digest"]
        if status == 401 and self._authenticator is not None and self._authenticator.accept(digests):
            status, answer, _ = await self._send(url, data)
        return status, answer

    async def _send(self, url: URL, data: bytes) -> tuple[int, bytes, list[str]]:
        """Return (status, body, values of WWW-Authenticate)."""
        headers = {"Content-Type": CONTENT_TYPE, "Accept-Encoding": "identity"}
        if self._authenticator and (signed := self._authenticator.authorise("POST", url.raw_path_qs)):
            headers["Authorization"] = signed
        if self._session.closed:
            raise ConnectionError  # While others were using it; aiohttp would raise RuntimeError.
        believed = tls_context(self._trust) if url.scheme == "https" else True
        async with self._session.post(
            url, data=data, headers=headers, allow_redirects=False, ssl=believed
        ) as response:
            answer = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
                answer += chunk
                if len(answer) > MAX_ANSWER_BYTES:
                    raise ProtocolError(
                        "HTTP: the answer is longer than {most} bytes",
                        most=MAX_ANSWER_BYTES,
                    )
            return response.status, bytes(answer), response.headers.getall("WWW-Authenticate", [])


def _answer(status: int, data: bytes) -> Element:
    """Return what an answer holds; faults come with the statuses 400 and 500, as pages in HTML do."""
    if status == 401:
        raise AccessRefusedError("wrong user or password; check credentials")
    if status == 200 and data:
        return payload(data)
    if status in (400, 500):
        with suppress(ProtocolError):
            return payload(data)
    raise UnavailableError("HTTP {status}; is this the address of the ONVIF device service?", status=status)
