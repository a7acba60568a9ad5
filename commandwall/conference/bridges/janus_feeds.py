"""Who publishes a picture in a Janus VideoRoom, and whose is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from commandwall.base.readable import readable
from commandwall.base.sentence import Sentence

_MAX_FEEDS = 500
_MAX_NAME_CHARS = 100
_MAX_CODEC_CHARS = 20


class Feed(NamedTuple):
    """One publisher: its id, the ``mid`` of its picture, its display name, the codec as Janus names it."""

    id: int | str
    mid: str
    name: str
    codec: str


class Feeds:
    """The publishers of a room, in the order in which they came. ``wanted`` is a display name, or ``""``.

    ``taken``: the room takes our own picture, which is H.264.
    """

    def __init__(self, wanted: str = "") -> None:
        self.taken = True
        self._wanted = wanted
        self._feeds: dict[int | str, Feed] = {}

    def take(self, data: Mapping[str, Any]) -> None:
        """Take in what the room says: who publishes, who ceased to, who left."""
        publishers = data.get("publishers")
        for publisher in publishers if isinstance(publishers, list) else ():
            feed = _feed(publisher)
            if feed is not None and len(self._feeds) < _MAX_FEEDS:
                self._feeds[feed.id] = feed
        for gone in (data.get("unpublished"), data.get("leaving")):
            if isinstance(gone, int | str):
                self._feeds.pop(gone, None)

    def chosen(self) -> Feed | None:
        """Return whose picture is taken; ``None`` when nobody suitable sends one."""
        return next((feed for feed in self._candidates() if feed.codec == "h264"), None)

    def lacking(self) -> str:
        """Return why a picture lacks, theirs here or ours there; ``""`` when none does."""
        if not self.taken:
            return Sentence('the room takes no H.264, which ours is: set videocodec = "h264" for it')
        if self.chosen() is not None:
            return ""
        if other := next(iter(self._candidates()), None):
            return Sentence(
                '{name} sends {codec}; H.264 is taken: set videocodec = "h264" for the room',
                name=other.name or readable(str(other.id), _MAX_NAME_CHARS),
                codec=other.codec.upper(),
            )
        return Sentence("nobody sends a picture there")

    def _candidates(self) -> list[Feed]:
        return [feed for feed in self._feeds.values() if self._wanted in ("", feed.name)]


def _feed(publisher: object) -> Feed | None:
    """Return the publisher as a feed, ``None`` for one without a picture."""
    if not isinstance(publisher, dict) or not isinstance(publisher.get("id"), int | str):
        return None
    streams = publisher.get("streams")
    for stream in streams if isinstance(streams, list) else ():
        if isinstance(stream, dict) and stream.get("type") == "video" and not stream.get("disabled"):
            name, codec = (
                _text(publisher, "display", _MAX_NAME_CHARS),
                _text(stream, "codec", _MAX_CODEC_CHARS),
            )
            return Feed(publisher["id"], _text(stream, "mid", _MAX_NAME_CHARS), name, codec)
    return None


def _text(fields: Mapping[str, Any], name: str, most: int) -> str:
    value = fields.get(name)
    return readable(value, most) if isinstance(value, str) else ""
