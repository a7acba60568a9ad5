"""Recordings of conferences: the process that writes them, and the list of what there is."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from commandwall.base.clock import NS_PER_S, utc_iso
from commandwall.base.errors import HeldError, NotFoundError, UnavailableError
from commandwall.base.sentence import Sentence
from commandwall.control.kept import KeptRecords
from commandwall.control.mishaps import Mishaps
from commandwall.control.state import Publish
from commandwall.ipc.channel import Received
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.recording_messages import EndRecording, RecordingEnded, StartRecording
from commandwall.workers.worker import Worker

log = logging.getLogger(__name__)

FOLDER = "recordings"


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """One recording as it is kept; without ``ended_utc_s`` its file is being written, or was cut off."""

    id: str
    conference: str
    name: str
    started_utc_s: float
    ended_utc_s: float | None = None
    fault: str = ""
    fault_zh: str = ""


@dataclass(frozen=True, slots=True)
class RecordingDocument:
    """One recording as the API shows it; ``size`` in bytes; ``fault``: why it ended against all wishes."""

    id: str
    conference: str
    name: str
    started_at: str
    ended_at: str | None
    size: int
    fault: str
    fault_zh: str


@dataclass(frozen=True, slots=True)
class RecordingEvent:
    """What an event ``recording`` carries."""

    recording: RecordingDocument


class Recordings:
    """All recordings, and those that go on. Belongs to the control plane's event loop.

    Files lie in ``directory``, which only the daemon's user can read. A process that died begins another
    file: Matroska is whole up to where it was cut off.
    """

    def __init__(
        self,
        directory: Path,
        records: KeptRecords[RecordingRecord],
        publish: Publish,
        utc_s: Callable[[], float],
    ) -> None:
        self._directory = directory
        self._records = records
        self._publish = publish
        self._utc_s = utc_s
        self._running: dict[str, StartRecording] = {}
        self._finishing: set[str] = set()
        self._watchers: list[Callable[[str], None]] = []
        self._mishaps = Mishaps(log)
        self.worker = Worker(
            "recording",
            "recording",
            "commandwall.recording.worker",
            on_ready=self._ready,
            on_message=self._hear,
            on_down=self._down,
            on_demand=True,
        )

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Call ``watcher`` with the conference whose recording ended although nobody wished that."""
        self._watchers.append(watcher)

    def restore(self) -> None:
        """Say of what was cut off by the end of the daemon when it ended."""
        for record in tuple(self._records.all().values()):
            if record.ended_utc_s is None:
                found = self._found(record.id)
                ended_s = record.started_utc_s if found is None else found.st_mtime
                self._records.put(record.id, replace(record, ended_utc_s=ended_s))

    def all(self) -> list[RecordingDocument]:
        """Return all recordings, the newest first."""
        return [self._document(record) for record in reversed([*self._records.all().values()])]

    def file(self, recording: str) -> Path:
        """Return the file of a recording; raises :class:`NotFoundError`."""
        if recording not in self._records.all() or self._found(recording) is None:
            raise NotFoundError("there is no recording {id!r}", id=recording)
        return self._file(recording)

    def delete(self, recording: str) -> None:
        """Delete a recording and its file.

        Raises :class:`NotFoundError`, :class:`HeldError` while it is being written, and
        :class:`UnavailableError` when the disk refuses.
        """
        if recording not in self._records.all():
            raise NotFoundError("there is no recording {id!r}", id=recording)
        if recording in self._finishing or any(order.id == recording for order in self._running.values()):
            raise HeldError("this recording is being written; stop it first")
        try:
            self._file(recording).unlink(missing_ok=True)
        except OSError as error:
            raise UnavailableError(
                "the recording cannot be deleted: {strerror}", strerror=error.strerror
            ) from error
        self._records.drop(recording)

    def start(self, conference: str, name: str, picture: BusAddress, sound: BusAddress) -> None:
        """Record a conference, unless it is recorded already; without a folder for it, it ends at once."""
        if conference in self._running:
            return
        now_s = self._utc_s()
        stamp = utc_iso(int(now_s) * NS_PER_S)[:19].translate({ord("-"): None, ord(":"): None})
        taken = self._records.all()
        recording = f"{conference}-{stamp}"
        while recording in taken:
            recording += "b"
        order = StartRecording(recording, str(self._file(recording)), picture, sound)
        self._running[conference] = order
        self._put(RecordingRecord(recording, conference, name, now_s))
        try:
            self._directory.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            log.error("recording %s cannot be begun: %s", recording, error)
            self._failed(
                recording,
                Sentence(
                    "{folder}: {strerror}; let the daemon's user write there",
                    folder=self._directory,
                    strerror=error.strerror,
                ),
            )
            return
        self.worker.want()
        self.worker.post(order)

    def stop(self, conference: str) -> None:
        """Finish the recording of a conference, which has ended when its file is whole.

        One that is not recorded is not.
        """
        order = self._running.pop(conference, None)
        if order is None:
            return
        if self.worker.ready:
            self._finishing.add(order.id)
            self.worker.post(EndRecording(order.id))
        else:  # No process writes it.
            self._end(order.id, Sentence(""))

    def _end(self, recording: str, fault: Sentence) -> None:
        record = self._records.all()[recording]
        self._put(replace(record, ended_utc_s=self._utc_s(), fault=str(fault), fault_zh=fault.zh))

    def _ready(self, worker: Worker) -> None:
        for order in self._running.values():
            worker.post(order)

    def _hear(self, _: Worker, received: Received) -> None:
        match received.message:
            case RecordingEnded(recording, fault, fault_zh):
                if fault:
                    log.error("recording %s ended: %s", recording, fault)
                if recording in self._finishing:
                    self._finished(recording, Sentence.of(fault, fault_zh))
                elif fault:
                    self._failed(recording, Sentence.of(fault, fault_zh))

    def _finished(self, recording: str, fault: Sentence) -> None:
        self._finishing.remove(recording)
        self._end(recording, fault)

    def _failed(self, recording: str, fault: Sentence) -> None:
        for conference, order in tuple(self._running.items()):
            if order.id == recording:
                del self._running[conference]
                self._end(recording, fault)
                for watcher in self._watchers:
                    watcher(conference)

    def _down(self, worker: Worker) -> None:
        """Let the next process begin other files: it would write over these.

        One that was to end has finished them, and no other follows; that they ended is for :meth:`stop`.
        """
        cut_off = Sentence(
            "the recording process was killed as it finished the file; its last second may be missing"
        )
        for recording in tuple(self._finishing):
            self._finished(recording, Sentence("") if worker.draining else cut_off)
        if worker.draining:
            return
        for conference, order in tuple(self._running.items()):
            del self._running[conference]
            record = self._records.all()[order.id]
            self._end(order.id, Sentence("the recording process was killed; it goes on in another file"))
            self.start(conference, record.name, order.picture, order.sound)

    def _put(self, record: RecordingRecord) -> None:
        self._records.put(record.id, record)
        self._publish("recording", RecordingEvent(self._document(record)))

    def _document(self, record: RecordingRecord) -> RecordingDocument:
        found, ended_s = self._found(record.id), record.ended_utc_s
        return RecordingDocument(
            record.id,
            record.conference,
            record.name,
            utc_iso(int(record.started_utc_s * NS_PER_S)),
            None if ended_s is None else utc_iso(int(ended_s * NS_PER_S)),
            0 if found is None else found.st_size,
            record.fault,
            record.fault_zh,
        )

    def _found(self, recording: str) -> os.stat_result | None:
        """Return what the disk knows of a file, ``None`` for none.

        A disk that does not say counts as one without it, and the log says so once: the list of recordings
        must not keep the daemon from starting.
        """
        found = None
        with self._mishaps.of(f"recording {recording}"):
            try:
                found = self._file(recording).stat()
            except FileNotFoundError:
                pass
            except OSError as error:
                raise UnavailableError(
                    "its file cannot be read: {strerror}", strerror=error.strerror
                ) from error
        return found

    def _file(self, recording: str) -> Path:
        return self._directory / f"{recording}.mkv"
