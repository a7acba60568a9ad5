"""Loudspeakers that announce themselves by MQTT, for as long as they do."""

from __future__ import annotations

import logging
from collections.abc import Callable

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.changes import check, parse
from commandwall.control.talk_documents import Announcement, SpeakerId

log = logging.getLogger(__name__)

MOST_SPEAKERS = 500


class Speakers:
    """What was announced. Belongs to the control plane's event loop."""

    def __init__(self) -> None:
        self._announced: dict[str, Announcement] = {}
        self._retained: set[str] = set()
        """Those that a broker brings again at every connection, unless they took themselves back."""
        self._silent: set[str] = set()
        self._watchers: list[Callable[[str], None]] = []

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Call ``watcher`` with the id of a loudspeaker that is gone, or not what it was."""
        self._watchers.append(watcher)

    def all(self) -> dict[str, Announcement]:
        """Return all there are, by id."""
        return dict(sorted(self._announced.items()))

    def get(self, speaker: str) -> Announcement:
        """Return one; raises :class:`NotFoundError`."""
        try:
            return self._announced[speaker]
        except KeyError:
            raise NotFoundError("no loudspeaker {id!r} has announced itself", id=speaker) from None

    def announce(self, speaker: str, payload: bytes, *, retained: bool = False) -> Announcement:
        """Take an announcement; raises :class:`InvalidError` that names the field at fault.

        One that was ``retained`` holds for as long as the broker has it.
        """
        check(SpeakerId, id=speaker)
        announced = parse(Announcement, payload)
        if speaker not in self._announced and len(self._announced) >= MOST_SPEAKERS:
            raise InvalidError("there are {most} loudspeakers; take some away first", most=MOST_SPEAKERS)
        before = self._announced.get(speaker)
        self._announced[speaker] = announced
        self._silent.discard(speaker)
        (self._retained.add if retained else self._retained.discard)(speaker)
        if before is not None and before.address != announced.address:
            self._tell(speaker)
        if before != announced:
            log.info("loudspeaker %s announced itself at %s", speaker, announced.url)
        return announced

    def withdraw(self, speaker: str) -> None:
        """Forget one; one that is not known is gone already."""
        self._retained.discard(speaker)
        if self._announced.pop(speaker, None) is not None:
            self._tell(speaker)

    def expect_again(self) -> None:
        """Note that there is another connection: the broker is about to bring what it has retained."""
        self._silent = set(self._retained)

    def withdraw_silent(self) -> None:
        """Forget those that were retained before this connection and were not brought again since."""
        for speaker in self._silent & self._retained:
            log.info("loudspeaker %s took itself back while the broker was away", speaker)
            self.withdraw(speaker)
        self._silent.clear()

    def _tell(self, speaker: str) -> None:
        for watcher in self._watchers:
            watcher(speaker)
