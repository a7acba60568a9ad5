"""Invitations to conferences: what the token in a link says, and that nobody else wrote it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commandwall.control.conference_documents import MemberDocument, moment
from commandwall.control.database import StoreError
from commandwall.control.users import NotSignedInError

PREFIX = "cwi_"
"""How the token of an invitation begins, unlike any other."""
FILE_NAME = "invitations.key"
ACCOUNT_S = 12 * 3600
"""How long the seat of somebody with an account holds: whoever has one gets another."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_KEY_BYTES = 32
_TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited where, until when (seconds UTC).

    ``opening`` tells a conference from an earlier one of the same id. With a ``key`` it is the seat of an
    account, and holds no longer than the session or token with that key.
    """

    conference: str
    opening: str
    participant: str
    expires_utc_s: int
    key: bytes = b""


class ExpiredInvitationError(NotSignedInError):
    """Raised for ``invitation``, which was good once."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__("this invitation has expired; ask for a new one")
        self.invitation = invitation


def account_id(name: str) -> str:
    """Return the participant's id of an account, whose name may have any letters."""
    if _ID.fullmatch(name):
        return name
    return f"account-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


class Invitations:
    """Signs invitations (HMAC-SHA256, cut to 128 bits) and checks them; nothing of them is kept.

    The key is kept in ``directory``, for the daemon's user alone; whoever has it can invite anybody. A new
    one makes every link worthless.
    """

    def __init__(self, directory: Path, utc_s: Callable[[], float]) -> None:
        """Read the key, or make one; raises :class:`StoreError`."""
        self._key = _key(directory / FILE_NAME)
        self._utc_s = utc_s

    def token(self, invitation: Invitation) -> str:
        """Return the token that says so; it goes into a URL as it is."""
        fields = [
            invitation.conference,
            invitation.opening,
            invitation.participant,
            invitation.expires_utc_s,
            *([_text(invitation.key)] if invitation.key else []),
        ]
        said = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        return f"{PREFIX}{_text(said)}.{_text(self._tag(said))}"

    def member(
        self, conference: str, opening: str, participant: str, expires_s: int, key: bytes = b""
    ) -> MemberDocument:
        """Return the seat of somebody who is on the list, with a link that holds for so long."""
        expires_utc_s = int(self._utc_s()) + expires_s
        token = self.token(Invitation(conference, opening, participant, expires_utc_s, key))
        return MemberDocument(participant, token, f"/join/{token}", moment(expires_utc_s) or "")

    def read(self, token: str) -> Invitation:
        """Return what a token of this site says.

        Raises :class:`NotSignedInError` when it is none, :class:`ExpiredInvitationError` when it was one.
        """
        said, _, tag = token.removeprefix(PREFIX).partition(".")
        data = _bytes(said)
        if not token.startswith(PREFIX) or not hmac.compare_digest(self._tag(data), _bytes(tag)):
            raise NotSignedInError("this invitation is not of this centre, or not whole; ask for a new one")
        conference, opening, participant, expires_utc_s, *key = json.loads(data)
        invitation = Invitation(conference, opening, participant, expires_utc_s, _bytes("".join(key)))
        if self._utc_s() > invitation.expires_utc_s:
            raise ExpiredInvitationError(invitation)
        return invitation

    def _tag(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)[:_TAG_BYTES]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Return what ``text`` stands for, nothing if it is not base64."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def _key(file: Path) -> bytes:
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as opened:
            key = opened.read()
            if len(key) != _KEY_BYTES:
                key = secrets.token_bytes(_KEY_BYTES)
                opened.seek(0)
                opened.truncate()
                opened.write(key)
                opened.flush()
                os.fsync(opened.fileno())
            return key
    except OSError as error:
        raise StoreError(
            "{file}: {strerror}; let the daemon's user read it", file=file, strerror=error.strerror
        ) from error
