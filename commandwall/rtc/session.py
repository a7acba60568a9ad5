"""One session of the rtc process: a connection, and what it sends and takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

from aiortc import RTCRtpCodecCapability

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, monotonic_ns
from commandwall.base.errors import CommandwallError
from commandwall.ipc.rtc_messages import SessionFigures, StreamAt
from commandwall.rtc.broadcasts import Broadcasts
from commandwall.rtc.hooks import receive_into, send_from
from commandwall.rtc.intake import Intake
from commandwall.rtc.peer import Peer
from commandwall.rtc.picture import Picture
from commandwall.rtc.picture_intake import PictureIntake
from commandwall.rtc.receiver_reports import ReceiverReports
from commandwall.rtc.rungs import RungChoice
from commandwall.rtc.sound_queue import SoundQueue
from commandwall.rtc.voice_intake import VoiceIntake
from commandwall.rtp.audio import OPUS_CLOCK_HZ

SILENT_S = 10.0
"""A peer that sends neither pictures nor sound nor reports for so long is gone."""
MAX_PICTURE_BPS = 10_000_000

Preferences = list[RTCRtpCodecCapability]


class Session:
    """What one connection carries. Belongs to the event loop; its tasks to ``group``.

    What it holds is given back by ``resources``.
    """

    def __init__(self, name: str, peer: Peer, group: asyncio.TaskGroup, resources: AsyncExitStack) -> None:
        self.name = name
        self.peer = peer
        self.picture: Picture | None = None
        self.publishes: dict[str, Intake] = {}
        self._group = group
        self._resources = resources
        self._reports: dict[str, ReceiverReports] = {}
        self._choice = RungChoice(monotonic_ns() / NS_PER_S)
        self._sent_bytes = 0
        self._step: asyncio.Task[None] | None = None

    def send_picture(self, picture: Picture, preferences: Preferences) -> None:
        """Send ``picture``; before the peer's offer or answer."""
        self.picture = picture
        self._resources.callback(self._stay)
        sender = self.peer.sender("video", preferences)
        reports = self._reports["video"] = ReceiverReports(sender._ssrc, RTP_CLOCK_HZ)
        send_from(sender, picture.viewer, reports)

    def send_sound(self, source: StreamAt, broadcasts: Broadcasts, preferences: Preferences) -> None:
        """Send the sound of ``source``; before the peer's offer or answer."""
        broadcast = broadcasts.acquire(source, sound=True)
        self._resources.callback(broadcasts.release, source, broadcast)
        sound = SoundQueue(broadcast.join)
        self._resources.callback(broadcast.viewers.discard, sound)
        sender = self.peer.sender("audio", preferences)
        reports = self._reports["audio"] = ReceiverReports(sender._ssrc, OPUS_CLOCK_HZ)
        send_from(sender, sound, reports)

    def take_picture(self, stream: str, preferences: Preferences, on_live: Callable[[str], None]) -> None:
        """Publish what comes as ``stream``; ``on_live`` is called with its first key frame."""
        receiver = self.peer.receiver("video", preferences)
        intake = PictureIntake(receiver, lambda: on_live(stream), self.peer.end)
        receive_into(receiver, intake, MAX_PICTURE_BPS)
        pleading = self._group.create_task(intake.plead(), name=f"keys of {stream}")
        self._resources.callback(pleading.cancel)
        self.publishes[stream] = intake

    def take_sound(
        self, stream: str, preferences: Preferences, channels: int, on_live: Callable[[str], None]
    ) -> None:
        """Publish what comes as ``stream``; ``on_live`` is called with its first packet."""
        receiver = self.peer.receiver("audio", preferences)
        intake = VoiceIntake(channels, lambda: on_live(stream))
        receive_into(receiver, intake)
        self.publishes[stream] = intake

    def figures(self, passed_s: float) -> SessionFigures:
        """Return how it was in the last ``passed_s``.

        Ends it if its peer is silent, and sends another rung where its line wants that.
        """
        received = [intake.reception() for intake in self.publishes.values()]
        if received and monotonic_ns() - self._heard_ns() > SILENT_S * NS_PER_S:
            self.peer.end()
        reports = self._reports.values()
        losses = [each.loss_ratio for each in reports if each.loss_ratio is not None]
        losses += [each.lost / expected for each in received if (expected := each.packets + each.lost)]
        jitters = [each.jitter_s * 1000 for each in reports if each.jitter_s is not None]
        jitters += [each.jitter_ms for each in received if each.jitter_ms is not None]
        rtts = [each.rtt_s * 1000 for each in reports if each.rtt_s is not None]
        self._choose_rung(passed_s)
        return SessionFigures(
            self.name,
            rtt_ms=min(rtts, default=None),
            loss_ratio=max(losses, default=0.0),
            jitter_ms=max(jitters, default=None),
            bitrate_bps=int(sum(each.bytes for each in received) * 8 / passed_s),
            malformed=sum(each.malformed for each in received),
        )

    def _heard_ns(self) -> int:
        return max(intake.heard_ns for intake in self.publishes.values())

    def _choose_rung(self, passed_s: float) -> None:
        """Send what the peer's line carries, by what it reports."""
        if (picture := self.picture) is None:
            return
        sent, self._sent_bytes = picture.sent_bytes - self._sent_bytes, picture.sent_bytes
        reports = self._reports["video"]
        rung = self._choice.judge(
            monotonic_ns() / NS_PER_S,
            len(picture.rungs),
            reports.loss_ratio or 0.0,
            sent * 8 / passed_s,
            reports.allowed_bps,
        )
        if rung != picture.rung and not picture.switching:
            self._step = self._group.create_task(_go(picture, rung), name=f"rung of {self.name[:6]}")

    def _stay(self) -> None:
        """Wait for no other rung any more."""
        if self._step is not None:
            self._step.cancel()


async def _go(picture: Picture, rung: int) -> None:
    try:
        await picture.switch(picture.rungs, rung)
    except CommandwallError:
        return  # A rung without pictures; the one that is sent goes on.
