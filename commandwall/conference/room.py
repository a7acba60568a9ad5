"""The sound of one conference: its voices, its mixes and who listens to them."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

import numpy as np

from commandwall.base.clock import monotonic_ns
from commandwall.base.tasks import spawn
from commandwall.conference.intake import take_in
from commandwall.conference.level import SILENCE_DB
from commandwall.conference.listeners import Listeners
from commandwall.conference.loudest import NOBODY
from commandwall.conference.mixer import Mixer, moved
from commandwall.conference.resample import WINDOW, resample
from commandwall.conference.voice import Voice
from commandwall.ipc.sound_messages import SoundInput, SoundReport, VoiceFigures
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE
from commandwall.media.sound import Samples

_REPORT_TICKS = 10
_TIMED_TICKS = 50
_PER_MS = SAMPLE_RATE // 1000


@dataclass(slots=True)
class Member:
    """One voice of the conference, where it comes from and the task that reads it."""

    input: SoundInput
    voice: Voice
    reading: asyncio.Task[None]
    leaving: bool = False


class Room:
    """Mixes one conference. Belongs to the event loop; ``group`` owns the tasks that read voices."""

    def __init__(self, conference: str, group: asyncio.TaskGroup) -> None:
        self.conference = conference
        self.listeners = Listeners()
        self._group = group
        self._members: dict[str, Member] = {}
        self._rows: list[str] = []
        self._mixer = Mixer()
        self._speaking: frozenset[str] = frozenset()
        self._took_ns: deque[int] = deque(maxlen=_TIMED_TICKS)
        self._ticks = 0

    def arrange(self, inputs: tuple[SoundInput, ...], listeners: tuple[str, ...]) -> None:
        """Mix these voices for these listeners from now on; what stays the same goes on."""
        self.listeners.arrange(listeners)
        wanted = {each.participant: each for each in inputs}
        for name, member in self._members.items():
            if name not in wanted:
                member.leaving = True
                member.reading.cancel()
        for name, each in wanted.items():
            known = self._members.get(name)
            if known is None:
                self._members[name] = self._member(each, Voice())
            elif known.leaving or known.input.bus != each.bus:
                known.reading.cancel()
                self._members[name] = self._member(each, known.voice)
            else:
                known.input = each

    def tick(self, period: int) -> bool:
        """Mix and send the block of ``period``; return whether it is time to report."""
        began_ns = monotonic_ns()
        self._rearrange()
        blocks = self._blocks(float(period * FRAME_SAMPLES))
        members = [self._members[name] for name in self._rows]
        may = np.array([each.input.open and not each.leaving for each in members], bool)
        mixes = self._mixer.mix(blocks, may)
        without = {
            self._rows[owner]: mix
            for owner, mix in zip(self._mixer.owners, mixes[1:], strict=True)
            if owner != NOBODY
        }
        self.listeners.send(mixes[0], without, period)
        self._ticks += 1
        self._took_ns.append(monotonic_ns() - began_ns)
        return self._heard(may) or self._ticks % _REPORT_TICKS == 0

    def report(self, now: float, late_ticks: int) -> SoundReport:
        """Return how its voices do, ``now`` being in samples."""
        voices = tuple(self._figures(row, name, now) for row, name in enumerate(self._rows))
        tick_ms = sum(self._took_ns) / max(len(self._took_ns), 1) / 1e6
        encoded = self.listeners.encoded
        return SoundReport(self.conference, voices, self._ticks, late_ticks, round(tick_ms, 3), encoded)

    def end(self) -> None:
        """End the mixes and read no more voices."""
        self.listeners.end()
        for member in self._members.values():
            member.reading.cancel()

    def _member(self, each: SoundInput, voice: Voice) -> Member:
        reading = spawn(self._group, take_in(each.bus, voice), f"voice {each.participant}")
        return Member(each, voice, reading)

    def _rearrange(self) -> None:
        """Make rows of the voices that there are now; who has left goes when nothing of them is heard."""
        heard = {self._rows[row] for row in self._mixer.owners if row != NOBODY}
        for name in [name for name, each in self._members.items() if each.leaving and name not in heard]:
            del self._members[name]
        names = list(self._members)
        if names != self._rows:
            self._mixer.rearrange(moved(self._rows, names))
            self._rows = names

    def _blocks(self, now: float) -> Samples:
        """Return the next block of each voice (voices, ``FRAME_SAMPLES``)."""
        voices = [self._members[name].voice for name in self._rows]
        windows = np.empty((len(voices), WINDOW), np.float32)
        for row, voice in enumerate(voices):
            windows[row] = voice.window(now)
        places = np.array([voice.place for voice in voices])
        speeds = np.array([voice.speed for voice in voices])
        blocks, counts, places = resample(windows, places, speeds)
        for voice, count, place in zip(voices, counts.tolist(), places.tolist(), strict=True):
            voice.moved(count, place)
        return blocks

    def _heard(self, may: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
        """Return whether others speak than at the last tick."""
        rows = np.flatnonzero(self._mixer.activity.active & may)
        speaking = frozenset(self._rows[row] for row in rows)
        changed = speaking != self._speaking
        self._speaking = speaking
        return changed

    def _figures(self, row: int, name: str, now: float) -> VoiceFigures:
        voice = self._members[name].voice
        level_db = float(self._mixer.activity.level_db[row])
        return VoiceFigures(
            name,
            round(max(level_db, SILENCE_DB), 1),
            name in self._speaking,
            round(voice.delay / _PER_MS, 1),
            voice.concealed // _PER_MS,
            voice.fault(now),
        )
