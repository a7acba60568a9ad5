"""The steps from a connection to a stream that plays: OPTIONS, DESCRIBE, SETUP of each track, PLAY."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from commandwall.base.errors import CommandwallError, ConnectionLostError, ProtocolError, UnsupportedError
from commandwall.model.camera import Transport
from commandwall.rtp.audio_receiver import AudioReceiver
from commandwall.rtp.quirks import Quirk
from commandwall.rtp.receiver import OnAccessUnit, RtpReceiver
from commandwall.rtsp.address import base_url, resolve_control
from commandwall.rtsp.dialogue import Dialogue
from commandwall.rtsp.sdp import SessionDescription, parse_sdp
from commandwall.rtsp.session import Playing, RtspSession
from commandwall.rtsp.setup import SetUp
from commandwall.rtsp.tracks import AudioTrack, VideoTrack, choose_audio, choose_video


class AudioHarmsError(CommandwallError):
    """Raised when a stream with its sound cannot be opened, for ``reason``; without it, it may."""

    def __init__(self, reason: CommandwallError) -> None:
        super().__init__(str(reason))
        self.reason = reason


async def describe(dialogue: Dialogue) -> tuple[SessionDescription, str]:
    """Return the description of the stream, and what its controls are relative to."""
    response = await dialogue.call("DESCRIBE", dialogue.url, ("Accept", "application/sdp"))
    try:
        description = parse_sdp(response.body)
    except ProtocolError as error:
        raise ProtocolError(f"DESCRIBE: {error}") from error
    get = response.headers.get
    dialogue.quirks |= description.quirks
    if not get("Content-Type"):
        dialogue.quirks.add(Quirk.NO_CONTENT_TYPE)
    if get("Content-Base") and "://" not in get("Content-Base"):
        dialogue.quirks.add(Quirk.BASE_WITHOUT_SCHEME)
    return description, base_url(dialogue.url, get("Content-Base"), get("Content-Location"))


def _quirks_of(track: VideoTrack) -> Iterator[Quirk]:
    control = track.media.control
    if not control:
        yield Quirk.NO_CONTROL
    elif "://" in control:
        yield Quirk.ABSOLUTE_CONTROL
    elif control.startswith("/"):
        yield Quirk.CONTROL_WITH_SLASH
    if track.format.encoding in ("H264", "H265") and not any("sprop" in name for name in track.format.fmtp):
        yield Quirk.NO_PARAMETER_SETS


class Steps:
    """Goes through the steps of one session; what they open is closed by ``stack``."""

    def __init__(self, dialogue: Dialogue, transport: Transport, stack: ExitStack) -> None:
        self._dialogue = dialogue
        self._set_up = SetUp(dialogue, transport, stack)
        self._stack = stack
        self._base = ""

    async def establish(
        self, on_access_unit: OnAccessUnit, *, audio: bool, audio_fault: CommandwallError | None = None
    ) -> RtspSession:
        """Return the session once it plays, with sound if ``audio`` and the camera has some.

        ``audio_fault`` is why sound is not asked for. Raises what ``RtspClient.open`` names, and
        AudioHarmsError where a step failed after sound was asked for.
        """
        dialogue = self._dialogue
        await dialogue.options()
        description, self._base = await describe(dialogue)
        chosen = choose_video(description)
        dialogue.quirks.update(_quirks_of(chosen))
        video = await self._video(chosen, on_access_unit)
        sound: AudioTrack | None = None
        try:
            sound = choose_audio(description, chosen.media) if audio else None
        except UnsupportedError as error:
            audio_fault = error
        playing: Playing[AudioReceiver] | None = None
        if sound is not None:
            try:
                playing = await self._audio(sound)
            except ConnectionLostError as error:
                raise AudioHarmsError(error) from error
            except CommandwallError as error:
                audio_fault = error
        dialogue.url = resolve_control(self._base, description.control)
        try:
            await dialogue.call("PLAY", dialogue.url, ("Range", "npt=0.000-"))
        except CommandwallError as error:
            if sound is None:
                raise
            raise AudioHarmsError(error) from error
        session = RtspSession(dialogue, video, playing, audio_fault)
        self._stack.callback(session.stop)
        return session

    async def _video(self, track: VideoTrack, on_access_unit: OnAccessUnit) -> Playing[RtpReceiver]:
        fmt = track.format
        receiver = RtpReceiver(
            track.payload, fmt.payload_type, fmt.clock_hz, on_access_unit, self._dialogue.connection.end
        )
        url = resolve_control(self._base, track.media.control)
        return Playing(receiver, await self._set_up.track(url, track.media, receiver))

    async def _audio(self, track: AudioTrack) -> Playing[AudioReceiver]:
        receiver = AudioReceiver(track.payload, track.format.payload_type, track.format.clock_hz)
        url = resolve_control(self._base, track.media.control)
        return Playing(receiver, await self._set_up.track(url, track.media, receiver))
