"""The feeds of a worker on the packet bus, as ``camera/ID/main`` and ``camera/ID/sub``.

Their sound is ``camera/ID/main/audio`` and ``camera/ID/sub/audio``.
"""

from __future__ import annotations

from commandwall.base.errors import NotFoundError
from commandwall.ingest.feed_set import FeedSet
from commandwall.ipc.packets import Subscriber

_PREFIX = "camera/"
_AUDIO = "/audio"


class FeedPublisher:
    """Publishes feeds to subscribers of the packet bus; implements :class:`PacketSource`.

    A subscription opens an on-demand feed and keeps it open. Belongs to the event loop.
    """

    def __init__(self, feeds: FeedSet) -> None:
        self._feeds = feeds

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Push the description and current group of pictures of ``stream``, then all that follows.

        A group that outgrew the cache is not pushed: what follows could not be decoded upon it. Of
        sound there is none: it begins with what comes next.
        Raises :class:`NotFoundError` when this worker does not receive such a stream.
        """
        name = _feed_name(stream)
        if stream.endswith(_AUDIO):
            self._feeds.attach_audio(name, subscriber)
            return
        feed = self._feeds.attach(name, subscriber)
        if feed.gop.whole:
            subscriber.begin(feed.gop.units())

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Push nothing more to ``subscriber``."""
        if stream.startswith(_PREFIX):
            self._feeds.detach(_feed_name(stream), subscriber)

    def request_key(self, stream: str) -> None:
        """Do nothing: RTSP has no way to ask a camera for a key frame."""


def _feed_name(stream: str) -> str:
    if not stream.startswith(_PREFIX):
        raise NotFoundError(f"{stream!r} is not a camera's stream; ask for camera/ID/main or camera/ID/sub")
    return stream.removeprefix(_PREFIX).removesuffix(_AUDIO)
