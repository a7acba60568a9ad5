"""One ONVIF camera that is connected: what it can do, found out once."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.onvif.client import OnvifClient
from commandwall.onvif.device import Services, services_of
from commandwall.onvif.imaging import Imaging
from commandwall.onvif.media import MediaProfile, profiles_of
from commandwall.onvif.ptz import Ptz, abilities_of


@dataclass(frozen=True, slots=True)
class OnvifCamera:
    """A device's profiles and, where it has them, its PTZ and its imaging."""

    services: Services
    profiles: tuple[MediaProfile, ...]
    ptz: Ptz | None
    imaging: Imaging | None


async def connect(client: OnvifClient) -> OnvifCamera:
    """Return what the device behind ``client`` is and can do; raises as :meth:`OnvifClient.call` does."""
    await client.take_time()
    services = await services_of(client)
    profiles = tuple(await profiles_of(client, services))
    imaging = next(
        (
            Imaging(client, services.imaging, profile.video_source)
            for profile in profiles
            if services.imaging and profile.video_source
        ),
        None,
    )
    return OnvifCamera(services, profiles, await _ptz(client, services, profiles), imaging)


async def _ptz(client: OnvifClient, services: Services, profiles: tuple[MediaProfile, ...]) -> Ptz | None:
    profile = next((each for each in profiles if each.ptz_node), None)
    if not services.ptz or profile is None:
        return None
    abilities = await abilities_of(client, services.ptz, profile.ptz_node)
    return Ptz(client, services.ptz, profile.token, abilities)
