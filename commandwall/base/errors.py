"""The exceptions of this project. Every one names what it is about and what to do."""

from __future__ import annotations

from commandwall.base.sentence import Sentence


class CommandwallError(Exception):
    """Raised when commandwall itself finds something wrong; the base of all its exceptions.

    ``message`` and ``fields`` make the :class:`Sentence` that it says in both languages.
    """

    def __init__(self, message: str, /, **fields: object) -> None:
        self.sentence = Sentence(message, **fields)
        super().__init__(self.sentence)

    @property
    def zh(self) -> str:
        """What it says in Chinese."""
        return self.sentence.zh


class ProtocolError(CommandwallError):
    """Raised when bytes from the network break the rules of their protocol."""


class UnsupportedError(CommandwallError):
    """Raised when a peer offers only what this project does not take (codec, transport)."""


class AccessRefusedError(CommandwallError):
    """Raised when a camera or a user is turned away for lack of credentials or rights."""


class UntrustedError(CommandwallError):
    """Raised when a peer shows a certificate that nobody here vouches for."""


class NotFoundError(CommandwallError):
    """Raised when a name (camera, wall, layout, cell, user) is not known."""


class MovedError(CommandwallError):
    """Raised when a peer says that what was asked for is at ``url``, which is in no message."""

    def __init__(self, message: str, url: str) -> None:
        super().__init__(message)
        self.url = url


class InvalidError(CommandwallError):
    """Raised when a request or a document says something that cannot be done.

    ``field`` is the path of the faulty field (``sources[3]``), or ``""`` for the whole; ``reason``
    is the message without it.
    """

    def __init__(self, message: str, /, *, field: str = "", **fields: object) -> None:
        self.field = field
        self.reason = Sentence(message, **fields)
        super().__init__(in_field(field, self.reason))


def in_field(field: str, message: str) -> Sentence:
    """Return what is said about ``field``, or about the whole where that is ``""``."""
    return Sentence("{field}: {reason}", field=field, reason=message) if field else Sentence(message)


class HeldError(CommandwallError):
    """Raised when somebody else holds what there is only one of, or is at work on it."""


class StaleError(CommandwallError):
    """Raised when a change was asked for against a revision that is no longer the newest."""


class ConnectionLostError(CommandwallError):
    """Raised when a peer cannot be reached, does not answer in time, or goes away."""


class LocalError(CommandwallError):
    """Raised when this machine lacks what it takes: open files, memory, a file that is named."""


class UnavailableError(CommandwallError):
    """Raised when a peer answers but will not serve now (busy, session limit, server error)."""
