"""What the RTSP server serves: every route, pulled from a packet bus while somebody watches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from commandwall.base.errors import CommandwallError
from commandwall.ipc.messages import ShareRoute
from commandwall.outputs.share_track import AudioTrack, ShareTrack, VideoTrack

_FIRST_KEY_S = 10.0
_AUDIO_S = 5.0
"""How long sound is waited for when the pictures are there. What it is, or that there is none, is told with
them, but late on a busy machine; who is described pictures only hears nothing as long as he stays."""
_LINGER_S = 10.0


class SharedRoute:
    """The tracks of one route, pulled until ten seconds after the last client left, or asked in vain.

    Sound that ended is pulled anew for who comes then. Lives in the share process's event loop; its tasks
    belong to ``group``.
    """

    def __init__(self, route: ShareRoute, group: asyncio.TaskGroup) -> None:
        self._route = route
        self._group = group
        self._video = VideoTrack(route.path, route.packet_path, route.stream, self.linger)
        self._audio: AudioTrack | None = None
        self._audio_fault = ""
        self._asking = 0
        self._idle: asyncio.TimerHandle | None = None

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Pull meanwhile, and a while longer: who asks may play then."""
        self._asking += 1
        self._stay()
        try:
            yield
        finally:
            self._asking -= 1
            self.linger()

    async def tracks(self) -> tuple[ShareTrack, ...]:
        """Return the pictures, and the sound if there is some.

        Waits for the first key frame, and is to be :meth:`asked` meanwhile; raises
        :class:`CommandwallError` when none comes.
        """
        await self._video.ready(_FIRST_KEY_S)
        tracks: tuple[ShareTrack, ...] = (self._video,)
        if (audio := self._sound()) is not None:
            with suppress(CommandwallError):
                await audio.ready(_AUDIO_S)
                tracks = self._video, audio
        return tracks

    def linger(self) -> None:
        """End the pull in a while if nobody has it by then."""
        self._stay()
        held = self._asking or self._video.holders or (self._audio is not None and self._audio.holders)
        if not (self._video.over or held):
            self._idle = asyncio.get_running_loop().call_later(_LINGER_S, self.close)

    def close(self) -> None:
        """End the pull, and tell the clients."""
        self._video.close()
        if self._audio is not None:
            self._audio.close()
        self._stay()

    async def pull(self) -> None:
        """Read the packet bus until the pictures end or :meth:`close`; the clients are told then."""
        self._sound()
        try:
            await self._video.pull()
        finally:
            self.close()

    def _sound(self) -> AudioTrack | None:
        """Return the sound, pulled anew if it ended while pictures come; ``None`` where there is none."""
        route = self._route
        if route.audio_stream and not self._video.over and (self._audio is None or self._audio.over):
            self._audio = AudioTrack(route.path, route.packet_path, route.audio_stream, self.linger)
            self._group.create_task(self._pull_sound(self._audio), name="share sound")
        return self._audio

    async def _pull_sound(self, audio: AudioTrack) -> None:
        self._audio_fault = await audio.pull(self._audio_fault)

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


class ShareCatalogue:
    """Knows every route and pulls the ones that somebody asks for.

    Its tasks belong to ``group``.
    """

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._routes: dict[str, ShareRoute] = {}
        self._group = group
        self._pulled: dict[str, SharedRoute] = {}

    def serve(self, routes: Iterable[ShareRoute]) -> None:
        """Serve ``routes`` from now on; pulls of those that are gone or changed end, with their clients."""
        before, self._routes = self._routes, {route.path: route for route in routes}
        for path in tuple(self._pulled):
            if self._routes.get(path) != before.get(path):
                self._pulled.pop(path).close()

    async def open(self, path: str) -> tuple[ShareTrack, ...]:
        """Return the tracks at ``path`` once they can be described; see ``Catalogue``."""
        route = self._routes.get(path)
        if route is None:
            return ()
        pulled = self._pulled.get(path)
        if pulled is None:
            pulled = self._pulled[path] = SharedRoute(route, self._group)
            self._group.create_task(self._pull(path, pulled), name=f"share {path}")
        with pulled.asked():
            return await pulled.tracks()

    def close(self) -> None:
        """End every pull."""
        for pulled in tuple(self._pulled.values()):
            pulled.close()

    async def _pull(self, path: str, pulled: SharedRoute) -> None:
        try:
            await pulled.pull()
        finally:
            if self._pulled.get(path) is pulled:
                del self._pulled[path]
