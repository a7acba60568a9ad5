"""The exceptions of this project. Every one names what it is about and what to do."""

from __future__ import annotations


class CommandwallError(Exception):
    """Raised when commandwall itself finds something wrong; the base of all its exceptions."""


class ProtocolError(CommandwallError):
    """Raised when bytes from the network break the rules of their protocol."""


class UnsupportedError(CommandwallError):
    """Raised when a peer offers only what this project does not take (codec, transport)."""


class AccessRefusedError(CommandwallError):
    """Raised when a camera or a user is turned away for lack of credentials or rights."""


class NotFoundError(CommandwallError):
    """Raised when a name (camera, wall, layout, cell, user) is not known."""


class InvalidError(CommandwallError):
    """Raised when a request or a document says something that cannot be done.

    ``field`` is the path of the faulty field (``sources[3]``), or ``""`` for the whole; ``reason``
    is the message without it.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.reason = message


class StaleError(CommandwallError):
    """Raised when a change was asked for against a revision that is no longer the newest."""


class ConnectionLostError(CommandwallError):
    """Raised when a peer cannot be reached, does not answer in time, or goes away."""


class UnavailableError(CommandwallError):
    """Raised when a peer answers but will not serve now (busy, session limit, server error)."""
