"""The control plane's connection to one ONVIF camera: opened when first needed, anew after a failure."""

from __future__ import annotations

import asyncio

from commandwall.base.errors import ConnectionLostError
from commandwall.base.trust import Trust
from commandwall.model.camera import Camera
from commandwall.onvif.camera import OnvifCamera, connect
from commandwall.onvif.client import OnvifClient
from commandwall.settings.site import Credential


class OnvifLink:
    """What reaches ``camera``, which has an ONVIF address. One task at a time uses the device.

    ``ca_file`` (PEM) has the certificates that vouch for cameras; ``""``: the system's.
    """

    def __init__(self, camera: Camera, credential: Credential, ca_file: str) -> None:
        self.camera = camera
        self.credential = credential
        self._trust = Trust(camera.tls_verify, ca_file)
        self._client: OnvifClient | None = None
        self._device: OnvifCamera | None = None
        self._connecting = asyncio.Lock()
        self._retired = False

    async def device(self) -> OnvifCamera:
        """Return the device, connected; raises as :func:`~commandwall.onvif.camera.connect` does.

        Any task may ask. Raises ConnectionLostError once it is retired.
        """
        async with self._connecting:
            if self._device is None:
                self._device = await self._connect()
            return self._device

    async def _connect(self) -> OnvifCamera:
        await self.close()
        self._require_kept()
        camera, login = self.camera, self.credential
        self._client = OnvifClient(camera.onvif_url or "", login.user, login.password, self._trust)
        stream = camera.main or camera.sub
        device = await connect(self._client, camera.onvif_profile or "", stream.url if stream else "")
        self._require_kept()  # It may have been retired meanwhile, and the client closed.
        return device

    def _require_kept(self) -> None:
        if self._retired:
            raise ConnectionLostError("the connection to the camera was given up; try again")

    async def close(self) -> None:
        """Forget the device; the next use asks it anew."""
        self._device = None
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def retire(self) -> None:
        """Close it for good, also for those who wait for the device."""
        self._retired = True
        await self.close()
