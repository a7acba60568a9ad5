"""The operations of a simulated device: a request's XML in, the answer's XML out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from commandwall.onvif.markup import NAMESPACES, find, find_all, local, number, text
from commandwall.onvif.ptz import Position
from simulators.onvif.device import HOME, Device, Stream

SERVICES = {"device_service": "tds", "media": "trt", "media2": "tr2", "ptz": "tptz", "imaging": "timg"}
"""The last part of a service's path, and the prefix of its namespace."""

_TIMEOUT = re.compile(r"PT(\d+(?:\.\d+)?)S")


class FaultError(Exception):
    """Raised when a request is refused; ``code`` is a local name of the ``ter`` namespace."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def answer(device: Device, service: str, request: Element) -> str:
    """Do what ``request`` asks ``service`` of ``device`` for; raises :class:`FaultError`."""
    operation, prefix = local(request), SERVICES.get(service, "")
    handler = _HANDLERS.get(f"{prefix}:{operation}")
    if handler is None or service not in _services_of(device) or NAMESPACES[prefix] not in request.tag:
        raise FaultError("ActionNotSupported", f"{operation} is not implemented")
    device.calls.append(operation)
    said = handler(_meant(device, request), request)
    return f"<{prefix}:{operation}Response>{said}</{prefix}:{operation}Response>"


def _meant(device: Device, request: Element) -> Device:
    """Return the channel that ``request`` moves or sets, or the whole device."""
    profile, source = text(request, "tptz:ProfileToken"), text(request, "timg:VideoSourceToken")
    if profile:
        nodes = (each.node for each in device.channels if any(s.token == profile for s in each.streams))
        node = next(nodes, "")
        found = (each for each in device.channels if each.node == node)
    elif source:
        found = (each for each in device.channels if each.source == source)
    else:
        return device
    for channel in found:
        return channel
    raise FaultError("InvalidArgVal", f"there is no {profile or source}")


def _services_of(device: Device) -> list[str]:
    with_ptz = any(channel.with_ptz for channel in device.channels)
    missing = {"ptz": not with_ptz, "media2": not device.media2}
    return [service for service in SERVICES if not missing.get(service)]


# ---- device


def _time(device: Device, _: Element) -> str:
    now = time.gmtime(time.time() + device.ahead_s)
    return (
        "<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:UTCDateTime>"
        f"<tt:Time><tt:Hour>{now.tm_hour}</tt:Hour><tt:Minute>{now.tm_min}</tt:Minute>"
        f"<tt:Second>{now.tm_sec}</tt:Second></tt:Time>"
        f"<tt:Date><tt:Year>{now.tm_year}</tt:Year><tt:Month>{now.tm_mon}</tt:Month>"
        f"<tt:Day>{now.tm_mday}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
    )


def _information(device: Device, _: Element) -> str:
    return (
        "<tds:Manufacturer>commandwall</tds:Manufacturer>"
        f"<tds:Model>{'dome' if device.with_ptz else 'bullet'}</tds:Model>"
        "<tds:FirmwareVersion>1</tds:FirmwareVersion>"
        f"<tds:SerialNumber>{device.number:04}</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId>"
    )


def _services(device: Device, _: Element) -> str:
    return "".join(
        f"<tds:Service><tds:Namespace>{NAMESPACES[SERVICES[service]]}</tds:Namespace>"
        f"<tds:XAddr>{device.address}/{service}</tds:XAddr></tds:Service>"
        for service in _services_of(device)
    )


def _capabilities(device: Device, _: Element) -> str:
    parts = {"Device": "device_service", "Media": "media", "PTZ": "ptz", "Imaging": "imaging"}
    inside = "".join(
        f"<tt:{part}><tt:XAddr>{device.address}/{service}</tt:XAddr></tt:{part}>"
        for part, service in parts.items()
        if service in _services_of(device)
    )
    return f"<tds:Capabilities>{inside}</tds:Capabilities>"


# ---- media


def _encoder(stream: Stream) -> str:
    return (
        f"<tt:Name>{stream.token}</tt:Name><tt:Encoding>{stream.encoding}</tt:Encoding>"
        f"<tt:Resolution><tt:Width>{stream.width}</tt:Width><tt:Height>{stream.height}</tt:Height>"
        f"</tt:Resolution><tt:RateControl><tt:FrameRateLimit>{stream.fps}</tt:FrameRateLimit>"
        f"<tt:BitrateLimit>{stream.bitrate_kbps}</tt:BitrateLimit></tt:RateControl>"
    )


def _profiles(device: Device, _: Element) -> str:
    return "".join(
        f"<trt:Profiles token={quoteattr(stream.token)}><tt:Name>{escape(stream.token)}</tt:Name>"
        f"<tt:VideoSourceConfiguration>{_source(channel)}</tt:VideoSourceConfiguration>"
        f"<tt:VideoEncoderConfiguration>{_encoder(stream)}</tt:VideoEncoderConfiguration>"
        f"{_node(channel, 'tt:PTZConfiguration')}</trt:Profiles>"
        for channel in device.channels
        for stream in channel.streams
        if stream.encoding != "H265"  # Media 1 does not know it.
    )


def _profiles2(device: Device, _: Element) -> str:
    return "".join(
        f"<tr2:Profiles token={quoteattr(stream.token)}><tr2:Name>{escape(stream.token)}</tr2:Name>"
        f"<tr2:Configurations><tr2:VideoSource>{_source(channel)}</tr2:VideoSource>"
        f"<tr2:VideoEncoder>{_encoder(stream)}</tr2:VideoEncoder>"
        f"{_node(channel, 'tr2:PTZ')}</tr2:Configurations></tr2:Profiles>"
        for channel in device.channels
        for stream in channel.streams
    )


def _source(channel: Device) -> str:
    return f"<tt:SourceToken>{channel.source}</tt:SourceToken>"


def _node(channel: Device, tag: str) -> str:
    return f"<{tag}><tt:NodeToken>{channel.node}</tt:NodeToken></{tag}>" if channel.with_ptz else ""


def _stream_uri(device: Device, request: Element) -> str:
    return f"<trt:MediaUri><tt:Uri>{escape(_stream(device, request, 'trt').url)}</tt:Uri></trt:MediaUri>"


def _stream_uri2(device: Device, request: Element) -> str:
    return f"<tr2:Uri>{escape(_stream(device, request, 'tr2').url)}</tr2:Uri>"


def _stream(device: Device, request: Element, prefix: str) -> Stream:
    token = text(request, f"{prefix}:ProfileToken")
    for stream in (stream for channel in device.channels for stream in channel.streams):
        if stream.token == token:
            return stream
    raise FaultError("InvalidArgVal", f"there is no profile {token}")


# ---- PTZ


def _nodes(device: Device, _: Element) -> str:
    spaces = (
        "AbsolutePanTiltPositionSpace", "AbsoluteZoomPositionSpace",
        "ContinuousPanTiltVelocitySpace", "ContinuousZoomVelocitySpace",
    )  # fmt: skip
    inside = "".join(f"<tt:{space}/>" for space in spaces)
    return "".join(
        f'<tptz:PTZNode token="{node}"><tt:SupportedPTZSpaces>{inside}</tt:SupportedPTZSpaces>'
        "<tt:MaximumNumberOfPresets>8</tt:MaximumNumberOfPresets>"
        "<tt:HomeSupported>true</tt:HomeSupported></tptz:PTZNode>"
        for node in dict.fromkeys(channel.node for channel in device.channels if channel.with_ptz)
    )


def _vector(request: Element, path: str, otherwise: Position) -> Position:
    """Return the vector at ``path``; axes that it leaves out are as in ``otherwise``."""
    pan_tilt, zoom = find(request, f"{path}/tt:PanTilt"), find(request, f"{path}/tt:Zoom")
    pan, tilt = otherwise.pan, otherwise.tilt
    if pan_tilt is not None:
        pan, tilt = number(pan_tilt.get("x")), number(pan_tilt.get("y"))
    vector = Position(pan, tilt, otherwise.zoom if zoom is None else number(zoom.get("x")))
    if max(map(abs, (vector.pan, vector.tilt, vector.zoom))) > 1:
        raise FaultError("InvalidArgVal", "out of bounds")
    return vector


def _continuous_move(device: Device, request: Element) -> str:
    match = _TIMEOUT.fullmatch(text(request, "tptz:Timeout"))
    device.move(_vector(request, "tptz:Velocity", HOME), float(match[1]) if match else 10.0)
    return ""


def _stop(device: Device, _: Element) -> str:
    device.stop()
    return ""


def _absolute_move(device: Device, request: Element) -> str:
    device.go_to(_vector(request, "tptz:Position", device.position))
    return ""


def _home(device: Device, _: Element) -> str:
    device.go_to(HOME)
    return ""


def _preset(device: Device, request: Element) -> str:
    token = text(request, "tptz:PresetToken")
    if token not in device.presets:
        raise FaultError("InvalidArgVal", f"there is no preset {token}")
    device.go_to(device.presets[token][1])
    return ""


def _presets(device: Device, _: Element) -> str:
    return "".join(
        f"<tptz:Preset token={quoteattr(token)}><tt:Name>{escape(name)}</tt:Name></tptz:Preset>"
        for token, (name, _position) in device.presets.items()
    )


def _status(device: Device, _: Element) -> str:
    now = device.position
    return (
        f'<tptz:PTZStatus><tt:Position><tt:PanTilt x="{now.pan:.4f}" y="{now.tilt:.4f}"/>'
        f'<tt:Zoom x="{now.zoom:.4f}"/></tt:Position></tptz:PTZStatus>'
    )


# ---- imaging


def _imaging(device: Device, _: Element) -> str:
    values = "".join(f"<tt:{name}>{value:g}</tt:{name}>" for name, value in device.imaging.items())
    return f"<timg:ImagingSettings>{values}</timg:ImagingSettings>"


def _imaging_options(device: Device, _: Element) -> str:
    bounds = "<tt:Min>0</tt:Min><tt:Max>100</tt:Max>"
    inside = "".join(f"<tt:{name}>{bounds}</tt:{name}>" for name in device.imaging)
    return f"<timg:ImagingOptions>{inside}</timg:ImagingOptions>"


def _set_imaging(device: Device, request: Element) -> str:
    for node in find_all(request, "timg:ImagingSettings/*"):
        device.imaging[local(node)] = number(node.text)
    return ""


_HANDLERS: Mapping[str, Callable[[Device, Element], str]] = {
    "tds:GetSystemDateAndTime": _time,
    "tds:GetDeviceInformation": _information,
    "tds:GetServices": _services,
    "tds:GetCapabilities": _capabilities,
    "trt:GetProfiles": _profiles,
    "trt:GetStreamUri": _stream_uri,
    "tr2:GetProfiles": _profiles2,
    "tr2:GetStreamUri": _stream_uri2,
    "tptz:GetNodes": _nodes,
    "tptz:ContinuousMove": _continuous_move,
    "tptz:Stop": _stop,
    "tptz:AbsoluteMove": _absolute_move,
    "tptz:GotoHomePosition": _home,
    "tptz:GotoPreset": _preset,
    "tptz:GetPresets": _presets,
    "tptz:GetStatus": _status,
    "timg:GetImagingSettings": _imaging,
    "timg:GetOptions": _imaging_options,
    "timg:SetImagingSettings": _set_imaging,
}
