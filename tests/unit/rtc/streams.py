"""Small H.264 streams, a publisher of one on a packet bus, and an offer as browsers write it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from commandwall.base.errors import NotFoundError
from commandwall.ipc.packets import PacketServer, Subscriber
from commandwall.media.encoder import H264Encoder, RawPicture
from commandwall.model.access_unit import AccessUnit, StreamInfo

OPUS = StreamInfo("opus", sample_rate=48000, channels=1)
INFO = StreamInfo("h264", 64, 64, 25.0)
OFFER = """v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 105 106 107
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2113937151 7f1c9a5e.local 51000 typ host
a=candidate:2 1 udp 2113937151 10.1.1.9 51001 typ host
a=ice-ufrag:EsAw
a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
a=ice-options:trickle
a=fingerprint:sha-1 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0
a=setup:actpass
a=mid:0
a=recvonly
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:102 H264/90000
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:104 H264/90000
a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f
a=rtpmap:105 rtx/90000
a=fmtp:105 apt=104
a=rtpmap:106 H264/90000
a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f
a=rtpmap:107 rtx/90000
a=fmtp:107 apt=106
a=end-of-candidates
""".replace("\n", "\r\n")


def units(count: int, size: int = 64) -> list[AccessUnit]:
    """Return ``count`` pictures at 25 a second; the first is a key frame."""
    encoder, picture = H264Encoder(size, size, 25), RawPicture(size, size)
    made = []
    for number in range(count):
        for plane in picture.planes:
            plane[:] = 60 + number % 150
        data, key = encoder.encode(picture, number * 3600, key=number == 0)
        made.append(AccessUnit(data, number * 3600, key))
    return made


class Publisher:
    """A source of any stream, and what was asked of it. There is no stream ``nothing``.

    A stream is ``info``, unless it is one of the ``others``, as ``mix`` is, which is sound.
    """

    def __init__(self, info: StreamInfo = INFO) -> None:
        self.info = info
        self.others = {"mix": OPUS}
        self.subscribers: dict[Subscriber, str] = {}
        self.keys_asked = 0
        self.greeting: list[AccessUnit] = []

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        if stream == "nothing":
            raise NotFoundError("nothing is not there")
        subscriber.describe(self.others.get(stream, self.info))
        for unit in () if stream == "mix" else self.greeting:
            subscriber.push(unit)
        self.subscribers[subscriber] = stream

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        self.subscribers.pop(subscriber, None)

    def request_key(self, stream: str) -> None:
        self.keys_asked += 1

    def push(self, *pictures: AccessUnit, stream: str = "head/a") -> None:
        for subscriber, of in self.subscribers.items():
            for unit in pictures if of == stream else ():
                subscriber.push(unit)

    @asynccontextmanager
    async def serve(self, path: Path) -> AsyncIterator[None]:
        async with PacketServer(path, self):
            yield


async def until(condition: object) -> None:
    """Wait until ``condition()`` is true."""
    assert callable(condition)
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)
