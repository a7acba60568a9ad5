"""Picture settings of a video source (ONVIF Imaging Service)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from commandwall.base.errors import InvalidError
from commandwall.onvif.client import OnvifClient
from commandwall.onvif.markup import find, number, text

# In the order in which the schema wants them.
_ELEMENTS = {
    "brightness": "Brightness",
    "color_saturation": "ColorSaturation",
    "contrast": "Contrast",
    "sharpness": "Sharpness",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting and its bounds, in the device's own units."""

    value: float
    min: float
    max: float


class Imaging:
    """Changes the picture of one video source. Methods raise as :meth:`OnvifClient.call` does."""

    def __init__(self, client: OnvifClient, url: str, video_source: str) -> None:
        self._client = client
        self._url = url
        self._source = f"<timg:VideoSourceToken>{escape(video_source)}</timg:VideoSourceToken>"

    async def settings(self) -> dict[str, Setting]:
        """Return the settings that this device has, by name."""
        body = f"<timg:GetImagingSettings>{self._source}</timg:GetImagingSettings>"
        values = await self._client.call(self._url, body, "GetImagingSettings")
        body = f"<timg:GetOptions>{self._source}</timg:GetOptions>"
        options = await self._client.call(self._url, body, "GetOptions")
        found = {}
        for name, element in _ELEMENTS.items():
            bounds = find(options, f"timg:ImagingOptions/tt:{element}")
            value = text(values, f"timg:ImagingSettings/tt:{element}")
            if bounds is not None and value:
                least, most = number(text(bounds, "tt:Min")), number(text(bounds, "tt:Max"))
                found[name] = Setting(number(value), least, most)
        return found

    async def change(self, wanted: Mapping[str, float]) -> None:
        """Set what ``wanted`` names, all or nothing; raises InvalidError for what it does not take."""
        known = await self.settings()
        for name, value in wanted.items():
            if name not in known:
                raise InvalidError("cannot be set on this camera", field=name)
            if not known[name].min <= value <= known[name].max:
                raise InvalidError(
                    "must be {least:g} to {most:g}", least=known[name].min, most=known[name].max, field=name
                )
        fields = "".join(
            f"<tt:{element}>{wanted[name]:g}</tt:{element}>"
            for name, element in _ELEMENTS.items()
            if name in wanted
        )
        body = (
            f"<timg:SetImagingSettings>{self._source}"
            f"<timg:ImagingSettings>{fields}</timg:ImagingSettings></timg:SetImagingSettings>"
        )
        await self._client.call(self._url, body, "SetImagingSettings")
