"""The states of a feed and why it is in them: no sockets, no clock, no tasks.

A feed is *connecting* until its first key frame, *live* while frames come, *stalled* when they
stop, *lost* when its session is gone, *refused* when the camera turned it away. It stays lost or
refused, with the newest reason, through all further tries until it is live again, so that a
camera that is off does not flicker between two states.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    InvalidError,
    LocalError,
    NotFoundError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
    UntrustedError,
)
from commandwall.base.sentence import Sentence
from commandwall.model.camera import FeedState
from commandwall.model.reason import Reason, ReasonCode

Listener = Callable[[FeedState, Reason], None]

_CODES: tuple[tuple[type[CommandwallError], ReasonCode], ...] = (
    (AccessRefusedError, ReasonCode.WRONG_PASSWORD),
    (UnsupportedError, ReasonCode.UNSUPPORTED),
    (UntrustedError, ReasonCode.UNTRUSTED),
    (NotFoundError, ReasonCode.NOT_FOUND),
    (InvalidError, ReasonCode.NOT_FOUND),
    (UnavailableError, ReasonCode.BUSY),
    (LocalError, ReasonCode.LOCAL),
    (ProtocolError, ReasonCode.PROTOCOL),
)
_CAUSES: tuple[tuple[type[BaseException], ReasonCode], ...] = (
    (ConnectionRefusedError, ReasonCode.REFUSED_CONNECTION),
    (TimeoutError, ReasonCode.TIMEOUT),
    (ConnectionError, ReasonCode.CLOSED),
    (ssl.SSLError, ReasonCode.NO_TLS),
    (socket.gaierror, ReasonCode.NO_ROUTE),
    (OSError, ReasonCode.NO_ROUTE),
)
REFUSALS = frozenset((ReasonCode.WRONG_PASSWORD, ReasonCode.UNSUPPORTED, ReasonCode.UNTRUSTED))
"""What stays as it is until somebody acts."""


def reason_of(error: CommandwallError) -> Reason:
    """Return why a session failed, in an operator's words; the detail is the error's own."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return Reason.of(code, error.sentence)
    if isinstance(error, ConnectionLostError):
        cause = error.__cause__ or error.__context__
        for kind_of_cause, code in _CAUSES:
            if isinstance(cause, kind_of_cause):
                return Reason.of(code, error.sentence)
    return Reason.of(ReasonCode.CLOSED, error.sentence)


def unforeseen(error: Exception) -> Reason:
    """Return the reason for what nobody thought of: ``error``'s kind alone, since it may quote anything."""
    kind = type(error).__name__
    return Reason.of(ReasonCode.PROTOCOL, Sentence("unforeseen {kind}; the log has more", kind=kind))


class Lifecycle:
    """Where one feed is in its life; every change is told to ``listener`` once."""

    __slots__ = ("_listener", "reason", "state")

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.state = FeedState.DISABLED
        self.reason = Reason()

    def opening(self) -> None:
        """Take note that a session is about to be opened."""
        if self.state is FeedState.DISABLED:
            self._go(FeedState.CONNECTING, Reason(ReasonCode.OPENING))

    def opened(self) -> None:
        """Take note that the camera said that it plays."""
        if self.state is FeedState.CONNECTING:
            self._go(FeedState.CONNECTING, Reason(ReasonCode.NO_KEY_FRAME))

    def frame(self, key: bool) -> None:
        """Take note of a frame that came while the feed was not live."""
        if key or self.state is FeedState.STALLED:
            self._go(FeedState.LIVE, Reason())

    def silent(self, for_s: float) -> None:
        """Take note that no frame came for longer than the camera's own rate explains."""
        if self.state is FeedState.LIVE:
            self._go(
                FeedState.STALLED, Reason.of(ReasonCode.NO_FRAMES, Sentence("for {for_s:.0f} s", for_s=for_s))
            )

    def ended(self, reason: Reason) -> None:
        """Take note that the session failed to open, or is over."""
        self._go(FeedState.REFUSED if reason.code in REFUSALS else FeedState.LOST, reason)

    def stopped(self) -> None:
        """Take note that nobody wants the feed any more."""
        self._go(FeedState.DISABLED, Reason(ReasonCode.ON_DEMAND))

    def _go(self, state: FeedState, reason: Reason) -> None:
        if (state, reason) != (self.state, self.reason):
            self.state, self.reason = state, reason
            self._listener(state, reason)
