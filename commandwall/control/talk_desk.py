"""Talking to the street: each operation is authorised, applied and audited here, whoever calls it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count

from commandwall.base.errors import CommandwallError, InvalidError, NotFoundError
from commandwall.control.audit import AuditLog
from commandwall.control.audited import audited
from commandwall.control.conference_lines import Peers
from commandwall.control.conferences import Conferences
from commandwall.control.roles import Permission, Principal
from commandwall.control.rtc import Opened, PublishOffer
from commandwall.control.sound import SoundControl
from commandwall.control.speakers import Speakers
from commandwall.control.talk_documents import Announcement, SpeakerDocument, TalkDocument
from commandwall.control.talks import Sounding, Talks
from commandwall.ipc.rtc_messages import SessionChanged, SessionPhase
from commandwall.ipc.sound_messages import EVERYBODY, SoundInput
from commandwall.model.talk import Loudspeaker, LoudspeakerKind, TalkState


@dataclass(frozen=True, slots=True)
class Sounds:
    """Where what is said comes from: conferences, and voices that the sound process makes ready."""

    conferences: Conferences
    sound: SoundControl
    voices: Peers


class TalkDesk:
    """Operations beside those of :class:`Service`, in the same manner.

    Nothing has changed when one raises. Belongs to the control plane's event loop.
    """

    def __init__(self, talks: Talks, speakers: Speakers, sounds: Sounds, audit: AuditLog) -> None:
        self._talks = talks
        self._speakers = speakers
        self._sounds = sounds
        self._audit = audit
        self._sessions: dict[Loudspeaker, str] = {}
        """Whose voice is played where, by the session it comes by."""
        self._voices = count()
        """Each is a stream of its own: of one name, a voice would be cut off before the next may be heard."""
        sounds.conferences.watch(talks.conference_changed)

    def tally(self) -> Mapping[TalkState, int]:
        """Return how many loudspeakers are talked to, by how that goes."""
        return Counter(talk.state for talk in self._talks.all())

    # ---- looking

    def all(self, who: Principal) -> list[TalkDocument]:
        """Return what is said now, wherever it is."""
        who.require(Permission.VIEW)
        return self._talks.all()

    def get(self, who: Principal, loudspeaker: Loudspeaker) -> TalkDocument:
        """Return what is said at one; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return self._talks.document(loudspeaker)

    def speakers(self, who: Principal) -> list[SpeakerDocument]:
        """Return the loudspeakers that announced themselves."""
        who.require(Permission.VIEW)
        return [self._speaker(name, each) for name, each in self._speakers.all().items()]

    # ---- talking

    def play(self, who: Principal, loudspeaker: Loudspeaker, conference: str) -> TalkDocument:
        """Play the sound of a conference at a loudspeaker until it is ended, or the conference is.

        Raises :class:`NotFoundError`, :class:`InvalidError` when no such conference is open,
        :class:`HeldError` when somebody else talks there.
        """
        with audited(self._audit, who, Permission.OPERATE, "talk.begin", str(loudspeaker), conference):
            meeting = self._sounds.conferences.find(conference)
            if meeting is None or meeting.room is None:
                raise InvalidError("no conference {id!r} is open", id=conference, field="conference")
            sound = self._sounds.sound.address(conference, EVERYBODY)
            return self._talks.begin(who, loudspeaker, Sounding(conference, sound, _nothing))

    async def speak(self, who: Principal, loudspeaker: Loudspeaker, sdp: str) -> Opened:
        """Play the voice of whoever offers it (WHIP), until that session is over.

        Raises as :meth:`play` does, and as :meth:`RtcControl.publish`.
        """
        with (
            audited(self._audit, who, Permission.OPERATE, "talk.begin", str(loudspeaker)),
            self._talks.reserved(who, loudspeaker),
        ):
            stream = f"talk/{loudspeaker}/{next(self._voices)}"
            changed = partial(self._voice_changed, who, loudspeaker)
            opened = await self._sounds.voices.publish(who, PublishOffer("", stream, sdp), changed)
            try:
                self._begin_voice(who, loudspeaker, stream, opened.session)
            except CommandwallError:
                self._end_session(opened.session)
                raise
            return opened

    def end(self, who: Principal, loudspeaker: Loudspeaker) -> None:
        """End what is said at a loudspeaker, whoever began it; raises :class:`NotFoundError`."""
        with audited(self._audit, who, Permission.OPERATE, "talk.end", str(loudspeaker)):
            if not self._talks.end(loudspeaker):
                self._talks.document(loudspeaker)  # Nothing to end, at one that there is.

    def _begin_voice(self, who: Principal, loudspeaker: Loudspeaker, stream: str, session: str) -> None:
        """Play a voice in place of what is said; raises where it may not be, or its session is over."""
        self._talks.check(who, loudspeaker)
        self._sounds.voices.session(session)
        self._talks.end(loudspeaker)
        self._sessions[loudspeaker] = session
        name, sound = str(loudspeaker), self._sounds.sound
        sound.arrange(name, [SoundInput(name, self._sounds.voices.published(stream, session), True)], ())
        over = partial(self._end_voice, loudspeaker, session)
        self._talks.begin(who, loudspeaker, Sounding("", sound.address(name, EVERYBODY), over))

    def _end_voice(self, loudspeaker: Loudspeaker, session: str) -> None:
        """Let go of a voice that is played no more."""
        self._sounds.sound.end(str(loudspeaker))
        del self._sessions[loudspeaker]
        self._end_session(session)

    def _end_session(self, session: str) -> None:
        with suppress(NotFoundError):  # where it was the session that ended first
            self._sounds.voices.end(self._sounds.voices.session(session))

    def _voice_changed(self, who: Principal, loudspeaker: Loudspeaker, change: SessionChanged) -> None:
        """End what is said with the session of who says it; one that was replaced has no say."""
        if change.phase is SessionPhase.ENDED and self._sessions.get(loudspeaker) == change.session:
            self._talks.end(loudspeaker)
            self._audit.record(who, "talk.end", str(loudspeaker), "the session is over")

    def _speaker(self, name: str, each: Announcement) -> SpeakerDocument:
        talk = self._talks.document(Loudspeaker(LoudspeakerKind.SPEAKER, name))
        return SpeakerDocument(name, each.name, each.url, each.codec, talk)


def _nothing() -> None:
    """Do nothing: the conference goes on."""
