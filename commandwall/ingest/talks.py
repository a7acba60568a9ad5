"""What is said at loudspeakers: each has a task that opens the way to it and hands on sound from a bus."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from commandwall.base.errors import CommandwallError, NotFoundError, UnsupportedError
from commandwall.base.tasks import Backoff, run_until_first, spawn
from commandwall.ingest.camera_session import request_of
from commandwall.ingest.feed_set import FeedSet
from commandwall.ingest.lifecycle import REFUSALS, reason_of, unforeseen
from commandwall.ingest.rtp_loudspeaker import open_rtp_loudspeaker
from commandwall.ipc.packets import BusAddress, Subscription
from commandwall.ipc.talk_messages import StopTalk, TalkChanged, TalkTo
from commandwall.model.access_unit import AccessUnit
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.talk import RtpAddress, SpeakerCodec, TalkState
from commandwall.rtsp.client import RtspClient

log = logging.getLogger(__name__)

RETRY_S = (0.5, 1.0, 2.0, 5.0)
_SOUND_RETRY_S = 0.2
_FINAL = REFUSALS | {ReasonCode.NO_LOUDSPEAKER, ReasonCode.NOT_FOUND}


class Loudspeaker(Protocol):
    """An open way to a loudspeaker. Implemented by RTSP backchannels and by addresses that take RTP."""

    codec: str

    def send(self, payload: bytes, pts_90k: int) -> None:
        """Send what begins at ``pts_90k`` and is to be heard now."""

    async def closed(self) -> None:
        """Wait until nothing can be said any more, then raise the reason."""


class Talks:
    """All that is said by this worker. Belongs to its event loop; ``group`` owns the tasks."""

    def __init__(self, feeds: FeedSet, group: asyncio.TaskGroup, post: Callable[[TalkChanged], None]) -> None:
        self._feeds = feeds
        self._group = group
        self._post = post
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def take(self, message: TalkTo | StopTalk) -> None:
        """Say at a loudspeaker what is asked for, in place of what was said there before, or nothing more."""
        if (task := self._tasks.pop(message.id, None)) is not None:
            task.cancel()
        if isinstance(message, TalkTo):
            self._tasks[message.id] = spawn(self._group, self._keep_talking(message), f"talk to {message.id}")

    def close(self) -> None:
        """End all that is said."""
        for task in self._tasks.values():
            task.cancel()

    async def _keep_talking(self, talk: TalkTo) -> None:
        """Talk until cancelled; through interruptions, but not to what has no loudspeaker."""
        backoff, logged = Backoff(RETRY_S), Reason()
        self._post(TalkChanged(talk.id, TalkState.OPENING, Reason()))
        while True:
            try:
                async with self._open(talk) as loudspeaker:
                    self._post(TalkChanged(talk.id, TalkState.TALKING, Reason()))
                    backoff.reset()
                    await run_until_first(loudspeaker.closed(), _say(talk.sound, loudspeaker))
            except CommandwallError as error:
                reason = _reason(error)
                if reason.code in _FINAL:
                    self._post(TalkChanged(talk.id, TalkState.REFUSED, reason))
                    return
                self._post(TalkChanged(talk.id, TalkState.LOST, reason))
            except Exception as error:  # One loudspeaker must not end all that this worker does.
                if (reason := unforeseen(error)) != logged:  # once, and not at every try
                    log.exception("talk to %s", talk.id)
                    logged = reason
                self._post(TalkChanged(talk.id, TalkState.LOST, reason))
            await asyncio.sleep(backoff.next_s())

    def _open(self, talk: TalkTo) -> AbstractAsyncContextManager[Loudspeaker]:
        target = talk.target
        if isinstance(target, RtpAddress):
            return open_rtp_loudspeaker(target)
        feed = self._feeds.find(target.camera, target.stream)
        if feed is None:
            raise NotFoundError("camera {id!r} is not received; its loudspeaker neither", id=target.camera)
        return RtspClient.talk(request_of(feed.spec))


async def _say(sound: BusAddress, loudspeaker: Loudspeaker) -> None:
    """Hand on what comes from ``sound`` for ever; while nobody publishes it, there is silence."""
    name = sound.stream if loudspeaker.codec == SpeakerCodec.OPUS else f"{sound.stream}/{loudspeaker.codec}"
    while True:
        try:
            subscription = await Subscription.open(Path(sound.packet_path), name)
        except OSError:
            await asyncio.sleep(_SOUND_RETRY_S)
            continue
        try:
            async for record in subscription.records():
                if isinstance(record, AccessUnit):
                    loudspeaker.send(record.data, record.pts_90k)
        finally:
            subscription.close()
        await asyncio.sleep(_SOUND_RETRY_S)


def _reason(error: CommandwallError) -> Reason:
    if isinstance(error, UnsupportedError):
        return Reason.of(ReasonCode.NO_LOUDSPEAKER, error.sentence)
    return reason_of(error)
