"""The loudspeakers of simulated cameras: whoever talks to one by its backchannel finds it in a WAV file."""

from __future__ import annotations

import struct
from pathlib import Path
from urllib.parse import urlsplit

from commandwall.base.errors import ProtocolError
from commandwall.rtp.packet import parse_header
from commandwall.rtsp.backchannel import BACKCHANNEL
from commandwall.rtsp.headers import TransportSpec, parse_transports
from commandwall.rtsp.messages import Headers, Request, Response
from commandwall.rtsp.sdp import MediaDescription, RtpFormat, SessionDescription, build_sdp, parse_sdp
from commandwall.rtsp.server_connection import Connection, Server
from commandwall.rtsp.server_session import Session
from simulators.faults.book import stream_at

SAMPLE_RATE = 8000
FORMATS = (RtpFormat(8, "PCMA", SAMPLE_RATE), RtpFormat(0, "PCMU", SAMPLE_RATE))
"""What the loudspeakers take, by preference."""

HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sI")
_WAV_FORMATS = {0: 7, 8: 6}
_SILENCE = {0: b"\xff", 8: b"\xd5"}
_UNKNOWN = 0xFFFFFFFF
"""The length in the header of a file that grows."""
_LONGEST_GAP = SAMPLE_RATE
_CONTROL = "loudspeaker"
_CHANNELS = 8, 9


class Loudspeaker:
    """Writes what comes in one session to ``file`` as it comes: G.711, silence where packets miss."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("wb", buffering=0)
        self._payload_type = -1
        self._next = 0

    def hear(self, packet: bytes) -> None:
        """Play an RTP packet; what is none, or no G.711, is not heard."""
        try:
            header = parse_header(packet)
        except ProtocolError:
            return
        if self._payload_type < 0 and header.payload_type in _WAV_FORMATS:
            self._payload_type, self._next = header.payload_type, header.timestamp
            self._file.write(_wav_header(_WAV_FORMATS[header.payload_type]))
        if header.payload_type != self._payload_type:
            return
        missing = (header.timestamp - self._next) & 0xFFFFFFFF
        if missing > _LONGEST_GAP:  # one that is late, or another clock
            missing = 0
        payload = packet[header.start : header.end]
        self._file.write(_SILENCE[self._payload_type] * missing + payload)
        self._next = (header.timestamp + len(payload)) & 0xFFFFFFFF

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _wav_header(codec: int) -> bytes:
    shape = 18, codec, 1, SAMPLE_RATE, SAMPLE_RATE, 1, 8, 0
    return HEADER.pack(b"RIFF", _UNKNOWN, b"WAVE", b"fmt ", *shape, b"data", _UNKNOWN)


class TalkingConnection(Connection):
    """A client of a camera that has a loudspeaker; ``folder`` is where what it plays goes, by its number.

    The track of the loudspeaker is in the description for those only who require it, as ONVIF's Streaming
    Specification (section 5.3) has it, and is taken over TCP.
    """

    def __init__(self, server: Server, folder: Path) -> None:
        super().__init__(server)
        self._folder = folder
        self._required = False
        self._loudspeaker: Loudspeaker | None = None
        self._channel = -1

    def _end_session(self) -> None:
        super()._end_session()
        self._silence()

    def _silence(self) -> None:
        if self._loudspeaker is not None:
            self._loudspeaker.close()
            self._loudspeaker = None

    async def _answer(self, request: Request) -> Response:
        self._required = request.headers.get("Require") == BACKCHANNEL
        if self._required:
            others = [(name, value) for name, value in request.headers if name.lower() != "require"]
            request = Request(request.method, request.url, headers=Headers(others), body=request.body)
        return await super()._answer(request)

    async def _describe(self, request: Request) -> Response:
        response = await super()._describe(request)
        if response.status == 200 and self._required:
            known = parse_sdp(response.body)
            track = MediaDescription("audio", FORMATS, _CONTROL, attributes=(("sendonly", ""),))
            media = (*known.media, track)
            response.body = build_sdp(SessionDescription(media, known.control, known.name, known.attributes))
        return response

    async def _setup(self, request: Request) -> Response:
        path, _, control = urlsplit(request.url).path.rpartition("/")
        if control != _CONTROL:
            return await super()._setup(request)
        spec = next((each for each in parse_transports(request.headers.get("Transport")) if each.tcp), None)
        place = stream_at(path)
        if spec is None or place is None:
            return Response(461 if spec is None else 404)
        self._silence()
        self._loudspeaker = Loudspeaker(self._folder / f"{place[0]:04}.wav")
        self._channel = (spec.interleaved or _CHANNELS)[0]
        if self.session is None:
            self.session = Session(path, ())
        answered = TransportSpec(True, spec.interleaved or _CHANNELS)
        return Response(
            200, headers=Headers([("Transport", str(answered)), self._session_field(self.session)])
        )

    def _on_frame(self, channel: int, data: bytes, start: int, end: int) -> None:
        if channel == self._channel and self._loudspeaker is not None:
            self._loudspeaker.hear(data[start:end])
