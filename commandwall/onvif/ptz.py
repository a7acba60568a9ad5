"""Pan, tilt and zoom (ONVIF PTZ Service), in the generic spaces: -1..1 for pan and tilt, 0..1 for zoom."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from commandwall.onvif.client import OnvifClient
from commandwall.onvif.markup import find, find_all, number, text


@dataclass(frozen=True, slots=True)
class Position:
    """Where a camera looks: pan and tilt from -1 to 1, zoom from 0 to 1."""

    pan: float
    tilt: float
    zoom: float


@dataclass(frozen=True, slots=True)
class Preset:
    """A position that the camera remembers."""

    token: str
    name: str


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a PTZ node can do; ``absolute`` says whether it can be sent to a position."""

    pan_tilt: bool
    zoom: bool
    absolute: bool
    home: bool


async def abilities_of(client: OnvifClient, url: str) -> dict[str, Abilities]:
    """Return what each PTZ node can do, by its token; raises as :meth:`OnvifClient.call` does."""
    answer = await client.call(url, "<tptz:GetNodes/>", "GetNodes")
    return {node.get("token", ""): _abilities(node) for node in find_all(answer, "tptz:PTZNode")}


def _abilities(node: Element) -> Abilities:
    spaces = find(node, "tt:SupportedPTZSpaces")
    kinds = {space.tag.rpartition("}")[2] for space in spaces} if spaces is not None else set()
    return Abilities(
        pan_tilt="ContinuousPanTiltVelocitySpace" in kinds,
        zoom="ContinuousZoomVelocitySpace" in kinds,
        absolute=bool(kinds & {"AbsolutePanTiltPositionSpace", "AbsoluteZoomPositionSpace"}),
        home=text(node, "tt:HomeSupported") in ("true", "1"),
    )


class Ptz:
    """Moves one camera: ``node``, which is behind ``profile``, at the PTZ service ``url``.

    Every method raises as :meth:`OnvifClient.call` does.
    """

    def __init__(self, client: OnvifClient, url: str, node: str, profile: str, abilities: Abilities) -> None:
        self.node = node
        self.abilities = abilities
        self._client = client
        self._url = url
        self._profile = f"<tptz:ProfileToken>{escape(profile)}</tptz:ProfileToken>"

    async def move(self, pan: float, tilt: float, zoom: float, timeout_s: float) -> None:
        """Move at these speeds (-1..1) until stopped; the device itself stops after ``timeout_s``."""
        velocity = f"<tptz:Velocity>{self._vector(pan, tilt, zoom)}</tptz:Velocity>"
        await self._do("ContinuousMove", f"{velocity}<tptz:Timeout>PT{timeout_s:g}S</tptz:Timeout>")

    async def stop(self) -> None:
        """Stop whatever moves."""
        await self._do("Stop", "<tptz:PanTilt>true</tptz:PanTilt><tptz:Zoom>true</tptz:Zoom>")

    async def go_to(self, position: Position) -> None:
        """Go to a position at the device's own speed."""
        vector = self._vector(position.pan, position.tilt, position.zoom)
        await self._do("AbsoluteMove", f"<tptz:Position>{vector}</tptz:Position>")

    async def go_home(self) -> None:
        """Go to the home position."""
        await self._do("GotoHomePosition", "")

    async def go_to_preset(self, token: str) -> None:
        """Go to a preset."""
        await self._do("GotoPreset", f"<tptz:PresetToken>{escape(token)}</tptz:PresetToken>")

    async def presets(self) -> list[Preset]:
        """Return the positions that the device remembers."""
        answer = await self._do("GetPresets", "")
        nodes = find_all(answer, "tptz:Preset")
        return [Preset(node.get("token", ""), text(node, "tt:Name")) for node in nodes]

    async def position(self) -> Position | None:
        """Return where the camera looks, ``None`` when it does not know."""
        answer = await self._do("GetStatus", "")
        pan_tilt = find(answer, "tptz:PTZStatus/tt:Position/tt:PanTilt")
        zoom = find(answer, "tptz:PTZStatus/tt:Position/tt:Zoom")
        if pan_tilt is None and zoom is None:
            return None
        return Position(_axis(pan_tilt, "x"), _axis(pan_tilt, "y"), _axis(zoom, "x"))

    def _vector(self, pan: float, tilt: float, zoom: float) -> str:
        """Return speeds or a position of the axes that the node has; devices refuse those it has not."""
        pan_tilt = f'<tt:PanTilt x="{pan:g}" y="{tilt:g}"/>' if self.abilities.pan_tilt else ""
        return pan_tilt + (f'<tt:Zoom x="{zoom:g}"/>' if self.abilities.zoom else "")

    async def _do(self, operation: str, arguments: str) -> Element:
        body = f"<tptz:{operation}>{self._profile}{arguments}</tptz:{operation}>"
        return await self._client.call(self._url, body, operation)


def _axis(node: Element | None, name: str) -> float:
    return 0.0 if node is None else number(node.get(name))
