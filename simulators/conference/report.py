"""What a participant sees and hears, in figures."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from simulators.conference.hearing import levels_db as levels_of
from simulators.conference.hearing import listen, longest_silence_s
from simulators.conference.peer import Peer

_RECENT_S = 3.0
_AUDIBLE_DB = -50.0


def report(peer: Peer, others: Sequence[Peer]) -> dict[str, Any]:
    """Return what ``peer`` got in the last three seconds; takes some tens of milliseconds.

    ``voices`` has by number, for each of ``others`` and itself whose tone is heard, how loud it is, how late,
    and for how long it was away.
    """
    sound = peer.ears.sound(_RECENT_S)
    tones = {other.person.tone_hz: other.person.number for other in others}
    voices = {}
    for tone, level_db in levels_of(sound.samples, tones).items() if len(sound.samples) else ():
        if level_db < _AUDIBLE_DB:
            continue
        heard = listen(sound, tone)
        voices[tones[tone]] = {
            "level_db": round(level_db, 1),
            "latency_ms": round(1000 * median(heard.latencies_s)) if heard.latencies_s else None,
            "gaps_ms": [round(1000 * gap.length_s) for gap in heard.gaps],
            "once": heard.once,
        }
    return {
        "number": peer.person.number,
        "name": peer.person.name,
        "pictures": peer.eyes.pictures_received,
        "damaged": peer.eyes.damaged,
        "sound_missing": sound.missing,
        "longest_silence_ms": round(1000 * longest_silence_s(sound)),
        "voices": voices,
    }
