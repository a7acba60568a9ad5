"""Serves simulated devices by HTTP: ``/onvif/NUMBER/SERVICE``; ``/onvif/SERVICE`` is the first one."""

from __future__ import annotations

import base64
import calendar
import hmac
import ssl
import time
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from aiohttp import web

from commandwall.base.auth import ServerAuthenticator
from commandwall.base.errors import ProtocolError
from commandwall.onvif.markup import local, parse_xml, text
from commandwall.onvif.soap import CONTENT_TYPE, digest, envelope, payload
from simulators.onvif.device import Device
from simulators.onvif.operations import FaultError, answer

_OPEN_TO_ALL = {"GetSystemDateAndTime"}
_FRESH_S = 60.0


class OnvifServer:
    """Serves ``devices`` at ``host:port`` (0: a free one); an async context manager.

    With ``passwords`` (by user) requests must carry a UsernameToken that is fresh by the device's
    clock or, with ``http_digest``, HTTP digest instead. With ``tls`` they come by HTTPS.
    """

    def __init__(
        self,
        devices: Sequence[Device],
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        passwords: Mapping[str, str] | None = None,
        http_digest: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._devices = {device.number: device for device in devices}
        self._host = host
        self._tls = tls
        self._passwords = passwords or {}
        self._digest = ServerAuthenticator("onvif", self._passwords) if http_digest else None
        app = web.Application()
        app.router.add_post(r"/onvif/{number:\d+}/{service}", self._serve)
        app.router.add_post("/onvif/{service}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self.port = port

    async def __aenter__(self) -> OnvifServer:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self.port, ssl_context=self._tls).start()
        self.port = self._runner.addresses[0][1]
        for number, device in self._devices.items():
            device.address = (
                f"{'https' if self._tls else 'http'}://{self._host}:{self.port}/onvif/{number:04}"
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        device = self._devices.get(int(request.match_info.get("number", min(self._devices))))
        if device is None:
            raise web.HTTPNotFound
        data = await request.read()
        try:
            wanted = payload(data)
        except ProtocolError as error:
            return _message(400, _fault("Sender", "ter:WellFormed", str(error)))
        if local(wanted) not in _OPEN_TO_ALL and self._passwords:
            refused = self._refuse(device, request, parse_xml(data))
            if refused is not None:
                return refused
        try:
            return _message(200, answer(device, request.match_info["service"], wanted))
        except FaultError as error:
            return _message(400, _fault("Sender", f"ter:{error.code}", str(error)))

    def _refuse(self, device: Device, request: web.Request, root: Element) -> web.Response | None:
        """Return what turns a request away, ``None`` when it is signed in."""
        if self._digest is not None:
            challenges = self._digest.refuse("POST", request.headers.get("Authorization", ""))
            if challenges is None:
                return None
            response = web.Response(status=401)
            for challenge in challenges:
                response.headers.add("WWW-Authenticate", challenge)
            return response
        if self._knows(device, root):
            return None
        return _message(400, _fault("Sender", "ter:NotAuthorized", "Sender not authorized"))

    def _knows(self, device: Device, root: Element) -> bool:
        token = "s:Header/wsse:Security/wsse:UsernameToken"
        given, nonce = text(root, f"{token}/wsse:Password"), text(root, f"{token}/wsse:Nonce")
        created = text(root, f"{token}/wsu:Created")
        password = self._passwords.get(text(root, f"{token}/wsse:Username"))
        try:
            made_s = calendar.timegm(time.strptime(created, "%Y-%m-%dT%H:%M:%SZ"))
            expected = digest(base64.b64decode(nonce, validate=True), created, password or "")
        except ValueError:
            return False
        fresh = abs(made_s - time.time() - device.ahead_s) <= _FRESH_S
        return fresh and password is not None and hmac.compare_digest(expected.encode(), given.encode())


def _fault(code: str, subcode: str, words: str) -> str:
    return (
        f"<s:Fault><s:Code><s:Value>s:{code}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode>"
        f'</s:Code><s:Reason><s:Text xml:lang="en">{escape(words)}</s:Text></s:Reason></s:Fault>'
    )


def _message(status: int, body: str) -> web.Response:
    return web.Response(status=status, body=envelope(body), headers={"Content-Type": CONTENT_TYPE})
