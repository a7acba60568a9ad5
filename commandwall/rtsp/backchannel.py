"""The audio backchannel: sound to a camera's loudspeaker (ONVIF Streaming Specification section 5.3).

A camera shows its backchannel, an audio track that goes the other way, to who requires the extension
:data:`BACKCHANNEL`; it is set up and played as other tracks are, and then sent to.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress

from commandwall.base.clock import utc_ns
from commandwall.base.errors import UnsupportedError
from commandwall.model.camera import Transport
from commandwall.rtp.sender import RtpSender
from commandwall.rtp.source import RtpSource
from commandwall.rtsp.address import resolve_control
from commandwall.rtsp.dialogue import Dialogue
from commandwall.rtsp.life import SignsOfLife
from commandwall.rtsp.setup import SetUp, TrackPath
from commandwall.rtsp.steps import describe
from commandwall.rtsp.tracks import LoudspeakerTrack, choose_loudspeaker

BACKCHANNEL = "www.onvif.org/ver20/backchannel"


class Backchannel:
    """An open way to a loudspeaker. Made by ``RtspClient.talk``, which also ends it.

    ``codec`` is what the loudspeaker takes, as FFmpeg names it: ``pcm_mulaw`` or ``pcm_alaw``, 8 kHz,
    one channel. Belongs to the event loop's thread; costs one timer.
    """

    def __init__(self, dialogue: Dialogue, path: TrackPath, track: LoudspeakerTrack) -> None:
        self.codec = track.codec
        self._dialogue = dialogue
        self._path = path
        self._sender = RtpSender(track.format.payload_type, track.format.clock_hz)
        self._sent_ns = 0
        self._life = SignsOfLife(dialogue)
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self._life.interval_s, self._tick)

    def send(self, payload: bytes, pts_90k: int) -> None:
        """Send what begins at ``pts_90k`` and is to be heard now; with the first goes a sender report."""
        self._path.send_rtp(self._sender.packet(payload, pts_90k))
        self._sent_ns = utc_ns()
        if self._sender.packets == 1:
            self._report()

    async def closed(self) -> None:
        """Wait until nothing can be said any more, then raise the reason, as ``RtspSession.closed`` does."""
        raise await asyncio.shield(self._dialogue.connection.ended)

    def stop(self) -> None:
        """Stop the timer: TEARDOWN follows."""
        self._timer.cancel()

    def _tick(self) -> None:
        self._timer = self._loop.call_later(self._life.interval_s, self._tick)
        if self._sender.packets:
            self._report()
        self._life.give_if_due()

    def _report(self) -> None:
        self._path.send_rtcp(self._sender.report(self._sent_ns))


class _Feedback(RtpSource):
    """What a camera sends on a track that it listens to: receiver reports, of which nothing follows."""

    def on_rtp(self, data: bytes, start: int, end: int) -> None:
        """Pass over media, which does not belong here."""


async def establish_backchannel(dialogue: Dialogue, transport: Transport, stack: ExitStack) -> Backchannel:
    """Return the backchannel once the camera listens; what this opens is closed by ``stack``.

    Raises what ``RtspClient.talk`` names.
    """
    await dialogue.options()
    dialogue.required = BACKCHANNEL
    description, base = await describe(dialogue)
    track = choose_loudspeaker(description)
    path = await _set_up(dialogue, transport, stack, track, resolve_control(base, track.media.control))
    dialogue.url = resolve_control(base, description.control)
    await dialogue.call("PLAY", dialogue.url, ("Range", "npt=0.000-"))
    backchannel = Backchannel(dialogue, path, track)
    stack.callback(backchannel.stop)
    return backchannel


async def _set_up(
    dialogue: Dialogue, transport: Transport, stack: ExitStack, track: LoudspeakerTrack, url: str
) -> TrackPath:
    """Return the way to the loudspeaker: UDP if that is asked for and offered, else the connection."""
    feedback = _Feedback(track.format.clock_hz, dialogue.connection.end)
    if transport is Transport.UDP:
        with suppress(UnsupportedError):
            by_udp = SetUp(dialogue, Transport.UDP, stack)
            return await by_udp.track(url, track.media, feedback, sends=True)
    return await SetUp(dialogue, Transport.TCP, stack).track(url, track.media, feedback, sends=True)
