"""The device service: who a device is and where its other services are (ONVIF Core, section 8)."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.base.errors import InvalidError, UnavailableError, UnsupportedError
from commandwall.onvif.client import OnvifClient
from commandwall.onvif.markup import NAMESPACES, find_all, text


@dataclass(frozen=True, slots=True)
class Information:
    """What a device says of itself."""

    manufacturer: str
    model: str


@dataclass(frozen=True, slots=True)
class Services:
    """Where a device's services are; empty for one that it does not have. ``media2`` carries H.265."""

    media: str = ""
    media2: str = ""
    ptz: str = ""
    imaging: str = ""


_PREFIX = {"media": "trt", "media2": "tr2", "ptz": "tptz", "imaging": "timg"}


async def information_of(client: OnvifClient) -> Information:
    """Return who the device is; raises as :meth:`OnvifClient.call` does."""
    answer = await client.call(client.url, "<tds:GetDeviceInformation/>", "GetDeviceInformation")
    return Information(*(text(answer, f"tds:{name}") for name in ("Manufacturer", "Model")))


async def services_of(client: OnvifClient) -> Services:
    """Return where the services are; raises as :meth:`OnvifClient.call` does.

    Devices from before ONVIF 2.1 do not know GetServices, which they say in many ways, and are asked for
    their capabilities.
    """
    try:
        body = "<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>"
        answer = await client.call(client.url, body, "GetServices")
    except (UnsupportedError, InvalidError, UnavailableError):
        return await _capabilities_of(client)
    addresses = {
        text(service, "tds:Namespace"): text(service, "tds:XAddr")
        for service in find_all(answer, "tds:Service")
    }
    found = {name: addresses.get(NAMESPACES[prefix], "") for name, prefix in _PREFIX.items()}
    return _reached(client, found)


async def _capabilities_of(client: OnvifClient) -> Services:
    body = "<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>"
    answer = await client.call(client.url, body, "GetCapabilities")
    parts = {"media": "Media", "ptz": "PTZ", "imaging": "Imaging"}
    found = {name: text(answer, f"tds:Capabilities/tt:{part}/tt:XAddr") for name, part in parts.items()}
    return _reached(client, found)


def _reached(client: OnvifClient, found: dict[str, str]) -> Services:
    return Services(**{name: client.reach(address) for name, address in found.items() if address})
