"""Who may watch a head by RTSP, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from commandwall.base.sentence import Sentence
from commandwall.model.head import place_of
from commandwall.settings.checks import Located, unknown
from commandwall.settings.faults import Fault
from commandwall.settings.schema import WallEntry
from commandwall.settings.site import Credential


def watchers_of(
    walls: Iterable[Located[WallEntry]],
    of_everything: Credential | None,
    credentials: Mapping[str, Credential],
    faults: list[Fault],
) -> dict[str, Credential]:
    """Return the credentials of heads that have their own, by ``WALL/HEAD``.

    A user is known by name only, so that each has one password and either some heads or everything.
    """
    found: dict[str, Credential] = {}
    passwords: dict[str, str] = {}
    for located in walls:
        for index, head in enumerate(located.entry.heads or ()):
            if head.credentials is None:
                continue
            credential = credentials.get(head.credentials)
            if credential is None:
                said = unknown("credential", head.credentials, credentials)
            elif of_everything is None:
                said = Sentence("would keep nobody out: without rtsp.credentials everybody may watch")
            elif credential.user == of_everything.user:
                said = Sentence(
                    "user {user!r} of rtsp.credentials may watch everything; name another",
                    user=credential.user,
                )
            elif passwords.setdefault(credential.user, credential.password) != credential.password:
                said = Sentence(
                    "user {user!r} has another password at another head; name one of them",
                    user=credential.user,
                )
            else:
                found[place_of(located.entry.id, head.id)] = credential
                continue
            faults.append(located.place.fault(("heads", index, "credentials"), said))
    return found
