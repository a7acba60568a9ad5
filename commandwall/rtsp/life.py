"""Signs of life of a session, so that the camera does not forget it (RFC 2326 section 10.8)."""

from __future__ import annotations

from commandwall.base.clock import monotonic_s
from commandwall.base.errors import ConnectionLostError
from commandwall.rtsp.dialogue import Dialogue
from commandwall.rtsp.messages import Response

REPORT_INTERVAL_S = 5.0
"""How often RTCP reports are sent, at least (RFC 3550 section 6.2)."""

_SESSION_NOT_FOUND = 454


class SignsOfLife:
    """Gives signs of life in time, if :meth:`give_if_due` is called every ``interval_s``.

    Belongs to the event loop's thread.
    """

    __slots__ = ("_dialogue", "_given_s")

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._given_s = monotonic_s()

    @property
    def interval_s(self) -> float:
        """How often there is to be looked whether one is due; reports can be sent with it."""
        return min(REPORT_INTERVAL_S, self._dialogue.session_timeout_s / 2)

    def give_if_due(self) -> None:
        """Give one, if it would be late at the next time."""
        now_s = monotonic_s()
        due_s = self._given_s + self._dialogue.session_timeout_s / 2
        if now_s + self.interval_s > due_s:
            self._given_s = now_s
            self._dialogue.keep_alive(self._on_answer)

    def _on_answer(self, response: Response) -> None:
        """Look at the answer; one whose nonce was too old is given again at once, since it did not count."""
        if response.status == 401 and self._dialogue.take_challenge(response):
            self._dialogue.keep_alive(self._on_last_answer)
        else:
            self._on_last_answer(response)

    def _on_last_answer(self, response: Response) -> None:
        """Look at the answer; what was refused did not count, so OPTIONS goes at once, and from then on."""
        if response.status == _SESSION_NOT_FOUND:
            self._dialogue.connection.end(ConnectionLostError("the camera forgot the session (454)"))
        elif response.status >= 300 and response.status != 401 and self._dialogue.methods:
            self._dialogue.methods = frozenset()
            self._dialogue.keep_alive(self._on_last_answer)
