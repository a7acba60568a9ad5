"""What is said at the loudspeakers of the street: one conference or one person at each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from commandwall.base.errors import HeldError
from commandwall.control.roles import Principal
from commandwall.control.speakers import Speakers
from commandwall.control.state import CameraBoard, Publish
from commandwall.control.talk_documents import TalkDocument, TalkEvent
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.talk_messages import CameraTarget, TalkChanged, TalkTo
from commandwall.model.camera import StreamName
from commandwall.model.conference.state import Conference
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.talk import Loudspeaker, LoudspeakerKind, RtpAddress, TalkState


class Lines(Protocol):
    """Who says it. Implemented by :class:`Feeds`, whose workers have the cameras."""

    def talk(self, talk: TalkTo) -> None:
        """Say at a loudspeaker what ``talk`` names until the end."""

    def end_talk(self, name: str) -> None:
        """Say nothing more there."""

    def watch_talks(self, watcher: Callable[[TalkChanged], None]) -> None:
        """Call ``watcher`` whenever it is otherwise with what is said somewhere."""


@dataclass(frozen=True, slots=True)
class Sounding:
    """What is said: the sound of ``conference``, or one voice where that is ``""``.

    ``over`` is called once, when it is said there no more.
    """

    conference: str
    sound: BusAddress
    over: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Talk:
    holder: Principal
    sounding: Sounding
    state: TalkState = TalkState.OPENING
    reason: Reason = field(default_factory=Reason)


class Talks:
    """All that is said. Belongs to the control plane's event loop; nothing of it outlives the daemon.

    Two do not talk at once at one loudspeaker: who has begun has it until it is ended, or taken by somebody
    of a higher role.
    """

    def __init__(self, lines: Lines, board: CameraBoard, speakers: Speakers, publish: Publish) -> None:
        self._lines = lines
        self._board = board
        self._speakers = speakers
        self._publish = publish
        self._talks: dict[Loudspeaker, _Talk] = {}
        self._able: dict[Loudspeaker, bool] = {}
        self._reserved: list[tuple[Loudspeaker, Principal]] = []
        lines.watch_talks(self._changed)
        speakers.watch(self._speaker_changed)

    def all(self) -> list[TalkDocument]:
        """Return what is said now, wherever it is."""
        return [self._document(loudspeaker) for loudspeaker in self._talks]

    def document(self, loudspeaker: Loudspeaker) -> TalkDocument:
        """Return what is said at one; raises :class:`NotFoundError` where there is no such."""
        self._target(loudspeaker)
        return self._document(loudspeaker)

    def check(self, who: Principal, loudspeaker: Loudspeaker) -> None:
        """Raise :class:`NotFoundError`, or :class:`HeldError` if ``who`` may not talk there now."""
        self._target(loudspeaker)
        for holder in self._holders(loudspeaker):
            if holder.name != who.name and not who.outranks(holder):
                raise HeldError(
                    "{name} talks at {loudspeaker}; end that first, or wait until it is over",
                    name=holder.name,
                    loudspeaker=str(loudspeaker),
                )

    @contextmanager
    def reserved(self, who: Principal, loudspeaker: Loudspeaker) -> Iterator[None]:
        """Keep a loudspeaker for ``who`` while it is made ready what is to be said there.

        Raises as :meth:`check` does, which is to be asked again then: a higher role may have taken it.
        """
        self.check(who, loudspeaker)
        reservation = loudspeaker, who
        self._reserved.append(reservation)
        try:
            yield
        finally:
            self._reserved.remove(reservation)

    def begin(self, who: Principal, loudspeaker: Loudspeaker, sounding: Sounding) -> TalkDocument:
        """Say ``sounding`` there, in place of what was said; raises as :meth:`check` does."""
        self.check(who, loudspeaker)
        target = self._target(loudspeaker)
        self._drop(loudspeaker)
        self._talks[loudspeaker] = _Talk(who, sounding)
        self._lines.talk(TalkTo(str(loudspeaker), target, sounding.sound))
        return self._tell(loudspeaker)

    def end(self, loudspeaker: Loudspeaker) -> bool:
        """Say nothing there any more; return whether anything was said."""
        if loudspeaker not in self._talks:
            return False
        self._drop(loudspeaker)
        self._tell(loudspeaker)
        return True

    def withdrawn(self, camera: str) -> None:
        """Fall silent at a camera that is received no more; masks are nothing to what is said there."""
        if not any(each.id == camera and each.enabled for each in self._board.cameras()):
            self.end(Loudspeaker(LoudspeakerKind.CAMERA, camera))

    def conference_changed(self, state: Conference) -> None:
        """Fall silent wherever a conference was heard that has ended."""
        if state.ended_at_s is not None:
            for loudspeaker, talk in tuple(self._talks.items()):
                if talk.sounding.conference == state.id:
                    self.end(loudspeaker)

    def _holders(self, loudspeaker: Loudspeaker) -> Iterator[Principal]:
        """Yield who talks at one, and who is about to."""
        if (talk := self._talks.get(loudspeaker)) is not None:
            yield talk.holder
        yield from (who for reserved, who in self._reserved if reserved == loudspeaker)

    def _target(self, loudspeaker: Loudspeaker) -> CameraTarget | RtpAddress:
        if loudspeaker.kind is LoudspeakerKind.SPEAKER:
            return self._speakers.get(loudspeaker.id).address
        camera = self._board.camera(loudspeaker.id)
        return CameraTarget(camera.id, StreamName.SUB if camera.main is None else StreamName.MAIN)

    def _drop(self, loudspeaker: Loudspeaker) -> None:
        talk = self._talks.pop(loudspeaker, None)
        if talk is not None:
            self._lines.end_talk(str(loudspeaker))
            talk.sounding.over()

    def _speaker_changed(self, speaker: str) -> None:
        self.end(Loudspeaker(LoudspeakerKind.SPEAKER, speaker))

    def _changed(self, changed: TalkChanged) -> None:
        kind, _, name = changed.id.partition(":")
        loudspeaker = Loudspeaker(LoudspeakerKind(kind), name)
        talk = self._talks.get(loudspeaker)
        if talk is None:
            return
        if changed.state is TalkState.TALKING:
            self._able[loudspeaker] = True
        elif changed.reason.code is ReasonCode.NO_LOUDSPEAKER:
            self._able[loudspeaker] = False
        self._talks[loudspeaker] = replace(talk, state=changed.state, reason=changed.reason)
        self._tell(loudspeaker)

    def _tell(self, loudspeaker: Loudspeaker) -> TalkDocument:
        document = self._document(loudspeaker)
        self._publish("talk", TalkEvent(document))
        return document

    def _document(self, loudspeaker: Loudspeaker) -> TalkDocument:
        talk, can_talk = self._talks.get(loudspeaker), self._able.get(loudspeaker)
        if talk is None:
            return TalkDocument(str(loudspeaker), can_talk=can_talk)
        return TalkDocument(
            str(loudspeaker),
            talk.state,
            talk.reason.en,
            talk.reason.zh,
            can_talk,
            talk.sounding.conference,
            talk.holder.name,
        )
