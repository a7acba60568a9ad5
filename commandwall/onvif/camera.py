"""ONVIF cameras that are connected: what each lens or channel of a device can do, found out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from commandwall.base.errors import (
    AccessRefusedError,
    InvalidError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
)
from commandwall.base.sentence import Sentence
from commandwall.onvif.client import OnvifClient
from commandwall.onvif.device import Services, services_of
from commandwall.onvif.imaging import Imaging
from commandwall.onvif.media import MediaProfile, by_source, profiles_of, stream_url
from commandwall.onvif.ptz import Abilities, Ptz, abilities_of

_REFUSALS = (UnsupportedError, InvalidError, UnavailableError, AccessRefusedError)


@dataclass(frozen=True, slots=True)
class OnvifCamera:
    """The profiles of one video source of a device and, where it has them, its PTZ and its imaging.

    ``ptz_fault`` is why it has no PTZ although its profiles say so.
    """

    services: Services
    profiles: tuple[MediaProfile, ...]
    ptz: Ptz | None
    ptz_fault: Sentence | None
    imaging: Imaging | None

    @property
    def operated(self) -> str:
        """What of its device is operated: the PTZ node, which lenses may share, else the video source."""
        node = next((profile.ptz_node for profile in self.profiles if profile.ptz_node), "")
        return f"node {node}" if node else f"source {self.profiles[0].video_source}"


async def cameras_of(client: OnvifClient) -> list[OnvifCamera]:
    """Return what is behind ``client``: a camera for each lens of a device, each channel of a recorder.

    Raises UnsupportedError if there is none, and as :meth:`OnvifClient.call` does.
    """
    await client.take_time()
    services = await services_of(client)
    profiles = await profiles_of(client, services)
    if not profiles:
        raise UnsupportedError(
            "{host} has no profile with video; create one in its settings", host=client.host
        )
    nodes = await _nodes(client, services, profiles)
    cameras = []
    for same in by_source(profiles):
        ptz, fault = _ptz(client, services, same, nodes)
        source = same[0].video_source
        imaging = Imaging(client, services.imaging, source) if services.imaging and source else None
        cameras.append(OnvifCamera(services, same, ptz, fault, imaging))
    return cameras


async def connect(client: OnvifClient, profile: str = "", stream: str = "") -> OnvifCamera:
    """Return the camera that has the media profile ``profile`` (a token).

    Without one it is that whose stream is at the path of the URL ``stream``, else the only one that can be
    moved, or the only one there is. Raises UnsupportedError without such a profile and where several could
    be meant, and as :func:`cameras_of` does.
    """
    cameras = await cameras_of(client)
    if profile:
        for camera in cameras:
            if any(each.token == profile for each in camera.profiles):
                return camera
        raise UnsupportedError(
            "{host} has no media profile {profile!r}; correct onvif.profile",
            host=client.host,
            profile=profile,
        )
    return cameras[0] if len(cameras) == 1 else await _by_stream(client, cameras, stream)


async def _by_stream(client: OnvifClient, cameras: list[OnvifCamera], stream: str) -> OnvifCamera:
    """Return the camera with a profile at the path of ``stream``; its host may be a translated one.

    Many devices tell a longer query than people write down (``&unicast=true``): the only camera of whose
    the configured one is a part is the one meant.
    """
    wanted = urlsplit(stream)
    parameters = set(parse_qsl(wanted.query, keep_blank_values=True))
    fitting: dict[int, OnvifCamera] = {}
    why = Sentence("no stream of the device is the one configured")
    for camera in cameras:
        for profile in camera.profiles:
            try:
                found = urlsplit(await stream_url(client, camera.services, profile))
            except (*_REFUSALS, ProtocolError) as error:
                why = error.sentence
                continue
            if (found.path, found.query) == (wanted.path, wanted.query):
                return camera
            if found.path == wanted.path and parameters.issubset(
                parse_qsl(found.query, keep_blank_values=True)
            ):
                fitting[id(camera)] = camera
    for meant in (list(fitting.values()), [camera for camera in cameras if camera.ptz]):
        if len(meant) == 1:
            return meant[0]
    # None is guessed: another channel than the one that is seen would be moved and set.
    raise UnsupportedError(
        "{host} has several lenses or channels, and which is meant is not known; set onvif.profile ({why})",
        host=client.host,
        why=why,
    )


_Nodes = Mapping[str, Abilities] | Sentence


async def _nodes(client: OnvifClient, services: Services, profiles: list[MediaProfile]) -> _Nodes:
    """Return what the device's PTZ nodes can do, or why it does not say so: its streams are there still."""
    if not services.ptz or not any(profile.ptz_node for profile in profiles):
        return {}
    try:
        return await abilities_of(client, services.ptz)
    except _REFUSALS as error:
        return error.sentence


def _ptz(
    client: OnvifClient, services: Services, profiles: tuple[MediaProfile, ...], nodes: _Nodes
) -> tuple[Ptz | None, Sentence | None]:
    profile = next((each for each in profiles if each.ptz_node), None)
    if not services.ptz or profile is None:
        return None, None
    if isinstance(nodes, Sentence):
        return None, nodes
    node = profile.ptz_node
    if node not in nodes:
        return None, Sentence(
            "GetNodes: {host} has no PTZ node {node_token!r}", host=client.host, node_token=node
        )
    return Ptz(client, services.ptz, node, profile.token, nodes[node]), None
