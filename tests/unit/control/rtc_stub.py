"""The control of an rtc process that never runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.errors import CommandwallError
from commandwall.control.rtc import RtcControl
from commandwall.ipc.channel import Received
from commandwall.ipc.messages import Message
from commandwall.ipc.rtc_messages import SessionAnswer, SessionChanged, SessionPhase
from commandwall.settings.site import RtcSettings
from commandwall.workers.worker import Worker


class RtcStub:
    """What the process is ``asked`` (and answers with ``answer``) and ``told``, and what it says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[Message] = []
        self.told: list[Message] = []
        self.answer: Message | CommandwallError | TimeoutError = SessionAnswer("v=0 answer")

        async def call(worker: Worker, message: Message, timeout_s: float = 5.0) -> Received:
            self.asked.append(message)
            if isinstance(self.answer, CommandwallError | TimeoutError):
                raise self.answer
            return Received(self.answer, b"", 1)

        monkeypatch.setattr(Worker, "call", call)
        monkeypatch.setattr(Worker, "post", lambda worker, message: self.told.append(message))
        self.rtc = RtcControl(RtcSettings(("stun:10.0.0.1",)), Path("/run/rtc.packets"))

    def says(self, message: Message) -> None:
        """Let the process say ``message``."""
        self.rtc._hear(self.rtc.worker, Received(message, b"", 0))

    def goes(self, session: str, phase: SessionPhase) -> None:
        """Let a session be so far."""
        self.says(SessionChanged(session, phase))
