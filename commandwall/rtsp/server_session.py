"""What SETUP and PLAY make at the server: tracks on their way to one client."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from commandwall.rtsp.server_outlet import Address
from commandwall.rtsp.server_track import Track, TrackSender


@dataclass(frozen=True, slots=True)
class Leg:
    """One track on its way. ``udp_from`` is where the client's RTCP comes from, ``None`` over TCP."""

    track: Track
    sender: TrackSender
    udp_from: Address | None


@dataclass(slots=True)
class Session:
    """The tracks at ``path``, and by their numbers those that were set up."""

    path: str
    tracks: tuple[Track, ...]
    legs: dict[int, Leg] = field(default_factory=dict)
    playing: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def set_up(self, number: int, leg: Leg) -> None:
        """Have ``leg`` as track ``number``, which is there from now on until :meth:`stop`."""
        self.legs[number] = leg
        leg.track.hold(leg.sender)

    def play(self) -> None:
        """Play every track that was set up; harmless when they play."""
        if not self.playing:
            self.playing = True
            for leg in self.legs.values():
                leg.sender.restart()
                leg.track.play(leg.sender)

    def pause(self) -> None:
        """Stop every track for a while; harmless when they do not play."""
        self.playing = False
        for leg in self.legs.values():
            leg.track.hold(leg.sender)

    def stop(self) -> None:
        """Stop every track for good."""
        self.playing = False
        for leg in self.legs.values():
            leg.track.stop(leg.sender)

    def report_if_due(self, utc_ns: int) -> None:
        """Send the sender reports that are due."""
        if self.playing:
            for leg in self.legs.values():
                leg.sender.report_if_due(utc_ns)

    @property
    def over(self) -> bool:
        """Whether it plays, and nothing more will come of any of its tracks."""
        return self.playing and all(leg.sender.ended for leg in self.legs.values())

    @property
    def by_udp(self) -> bool:
        """Whether media goes over UDP, where only signs of life tell that the client is there."""
        return any(leg.udp_from is not None for leg in self.legs.values())

    def is_from(self, address: Address) -> bool:
        """Return whether RTCP from ``address`` is the client's."""
        return any(leg.udp_from == address[:2] for leg in self.legs.values())

    @property
    def blocked_since_s(self) -> float | None:
        """Since when the client has read nothing, ``None`` if it reads."""
        blocked = (leg.sender.blocked_since_s for leg in self.legs.values())
        return min((since_s for since_s in blocked if since_s is not None), default=None)
