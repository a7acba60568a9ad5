"""What ONVIF devices answer, up to the camera that is put together; a zero byte ends each document."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from yarl import URL

from commandwall.base.errors import CommandwallError
from commandwall.onvif.camera import cameras_of
from commandwall.onvif.client import OnvifClient
from commandwall.onvif.discovery import Discovered, matches
from commandwall.onvif.media import main_and_sub, stream_url
from commandwall.onvif.soap import envelope

WORDS = (
    b"<tds:GetServicesResponse>",
    b"<tt:UTCDateTime><tt:Date><tt:Year>2026</tt:Year>",
    b"<tr2:Profiles token='a'><tr2:Configurations><tr2:VideoEncoder><tt:Encoding>H264</tt:Encoding>",
    b"<trt:Profiles token='a'><tt:VideoEncoderConfiguration>",
    b"<tt:Resolution><tt:Width>1e11</tt:Width>",
    b"<tptz:PTZNode token='a'>",
    b"<s:Fault><s:Code><s:Value>ter:NotAuthorized</s:Value>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&#x202e;",
    b"<![CDATA[",
    b"rtsp://[",
    b"\x00",
)
_PREFIXES = envelope("").partition(b"<s:Body>")[0]
_BODY_ENDS = b"</s:Body></s:Envelope>"


def check(data: bytes) -> list[Discovered]:
    _run(_find_out(_Device(data.split(b"\0"))))
    return matches(data)


async def _find_out(device: _Device) -> None:
    """Do what is done with a camera that is added, and with one that is moved."""
    for camera in await cameras_of(device):
        main, _ = main_and_sub(camera.profiles)
        if main is not None:
            url = await stream_url(device, camera.services, main)
            assert url.startswith("rtsp://") and url.isprintable()
        if camera.ptz is not None:
            await camera.ptz.presets()
            await camera.ptz.position()
        if camera.imaging is not None:
            await camera.imaging.settings()


class _Device(OnvifClient):
    """A client without a network: the documents are the answers, in the order in which it asks.

    What is no whole envelope stands for its body.
    """

    def __init__(self, documents: list[bytes]) -> None:
        self.url = "http://camera/onvif/device_service"
        self._user = self._password = "x"
        self._now_utc_ns = lambda: 0
        self._ahead_s = 0.0
        self._documents = iter(documents)

    async def _post(self, url: URL, data: bytes) -> tuple[int, bytes]:
        document = next(self._documents, b"")
        whole = document.startswith((b"<?xml", b"<s:Envelope")) or not document
        return 200, document if whole else _PREFIXES + b"<s:Body>" + document + _BODY_ENDS


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run ``work``, which never waits."""
    try:
        work.send(None)
    except StopIteration:
        return
    except CommandwallError as error:
        assert str(error).isprintable() and error.zh.isprintable() and len(str(error)) <= 400
