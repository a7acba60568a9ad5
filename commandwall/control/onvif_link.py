"""The control plane's connection to one ONVIF camera: opened when first needed, anew after a failure."""

from __future__ import annotations

from commandwall.base.trust import Trust
from commandwall.model.camera import Camera
from commandwall.onvif.camera import OnvifCamera, connect
from commandwall.onvif.client import OnvifClient
from commandwall.settings.site import Credential


class OnvifLink:
    """What reaches ``camera``, which has an ONVIF address. One task at a time uses it.

    ``ca_file`` (PEM) has the certificates that vouch for cameras; ``""``: the system's.
    """

    def __init__(self, camera: Camera, credential: Credential, ca_file: str) -> None:
        self.camera = camera
        self.credential = credential
        self._trust = Trust(camera.tls_verify, ca_file)
        self._client: OnvifClient | None = None
        self._device: OnvifCamera | None = None

    async def device(self) -> OnvifCamera:
        """Return the device, connected; raises as :func:`~commandwall.onvif.camera.connect` does."""
        if self._device is None:
            await self.close()
            login = self.credential
            self._client = OnvifClient(self.camera.onvif_url or "", login.user, login.password, self._trust)
            stream = self.camera.main or self.camera.sub
            self._device = await connect(
                self._client, self.camera.onvif_profile or "", stream.url if stream else ""
            )
        return self._device

    async def close(self) -> None:
        """Forget the device; the next use asks it anew."""
        self._device = None
        client, self._client = self._client, None
        if client is not None:
            await client.close()
