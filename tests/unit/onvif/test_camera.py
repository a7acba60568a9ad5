"""What a camera is found to be, and what it is made to do, read back from the device itself."""

from __future__ import annotations

from typing import Any

import pytest

from commandwall.base.errors import InvalidError, UnsupportedError
from commandwall.onvif.camera import OnvifCamera, connect
from commandwall.onvif.imaging import Setting
from commandwall.onvif.media import MediaProfile, main_and_sub, stream_url
from commandwall.onvif.ptz import Abilities, Position, Preset
from simulators.onvif.device import Device, Stream
from tests.unit.onvif.conftest import PASSWORD, USER, Serve, Ticker


def profile(width: int, height: int, name: str = "p") -> MediaProfile:
    return MediaProfile(name, name, "h264", width, height, 25, 4e6, "", "")


@pytest.mark.parametrize("media2", [True, False])
async def test_profiles_and_their_streams_are_found(serve: Serve, device: Device, media2: bool) -> None:
    device.media2 = media2
    async with serve() as client:
        found = await connect(client)
        main, sub = main_and_sub(found.profiles)
        assert main == MediaProfile("main", "main", "h264", 1920, 1080, 25, 4e6, "dome", "video")
        assert sub is not None
        assert sub.token == "sub"
        assert await stream_url(client, found.services, sub) == "rtsp://127.0.0.1:8554/cam/0001/sub"


async def test_h265_is_found_by_the_second_media_service(serve: Serve, device: Device) -> None:
    device.streams = [Stream("x", "H265", 2560, 1440, 25, 4000, "rtsp://h/x")]
    async with serve() as client:
        assert [each.codec for each in (await connect(client)).profiles] == ["hevc"]


async def test_a_password_in_a_stream_url_is_cut_out(serve: Serve, device: Device) -> None:
    device.streams = [Stream("x", "H264", 2560, 1440, 25, 4000, "rtsp://admin:secret@h:5/x?channel=1&a=2")]
    async with serve() as client:
        found = await connect(client)
        assert await stream_url(client, found.services, found.profiles[0]) == "rtsp://h:5/x?channel=1&a=2"


async def test_an_old_device_tells_its_capabilities(
    serve: Serve, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    import simulators.onvif.operations as operations

    handlers = {name: it for name, it in operations._HANDLERS.items() if name != "tds:GetServices"}
    monkeypatch.setattr(operations, "_HANDLERS", handlers)
    async with serve(USER, PASSWORD, passwords={USER: PASSWORD}) as client:
        found = await connect(client)
    assert found.services.media2 == ""
    assert found.services.ptz.endswith("/ptz")
    assert found.ptz is not None
    assert "GetCapabilities" in device.calls


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], (None, None)),
        ([(1920, 1080)], ((1920, 1080), None)),
        ([(640, 360), (1920, 1080), (1280, 720), (352, 288)], ((1920, 1080), (640, 360))),
        ([(1920, 1080), (1600, 1200)], ((1920, 1080), None)),
        ([(0, 0), (3840, 2160), (704, 576)], ((3840, 2160), (704, 576))),
    ],
)
def test_the_sub_stream_is_the_one_that_fits_a_tile(sizes: list[tuple[int, int]], expected: Any) -> None:
    found = main_and_sub([profile(*size) for size in sizes])
    assert tuple(each and (each.width, each.height) for each in found) == expected


@pytest.fixture
def dome(serve: Serve) -> Any:
    return serve(USER, PASSWORD, passwords={USER: PASSWORD})


async def ptz_of(client: Any) -> Any:
    found: OnvifCamera = await connect(client)
    assert found.ptz is not None
    return found.ptz


async def test_it_moves_until_it_is_stopped(dome: Any, device: Device, ticker: Ticker) -> None:
    async with dome as client:
        ptz = await ptz_of(client)
        assert ptz.abilities == Abilities(pan_tilt=True, zoom=True, absolute=True, home=True)
        await ptz.move(1.0, -0.5, 0.0, timeout_s=3)
        ticker.now_s += 1
        assert device.moving
        await ptz.stop()
        ticker.now_s += 1
        assert device.position == Position(0.5, -0.25, 0.0)
        assert await ptz.position() == Position(0.5, -0.25, 0.0)


async def test_it_stops_by_itself_when_nobody_does(dome: Any, device: Device, ticker: Ticker) -> None:
    async with dome as client:
        await (await ptz_of(client)).move(0.5, 0.0, 1.0, timeout_s=1.5)
    ticker.now_s += 60
    assert not device.moving
    assert device.position == Position(0.375, 0.0, 0.75)


async def test_it_goes_to_positions_presets_and_home(dome: Any, device: Device) -> None:
    async with dome as client:
        ptz = await ptz_of(client)
        await ptz.go_to(Position(0.25, 0.5, 0.125))
        assert device.position == Position(0.25, 0.5, 0.125)
        assert await ptz.presets() == [Preset("1", "路口"), Preset("2", "大门")]
        await ptz.go_to_preset("2")
        assert device.position == Position(-0.5, 0.0, 0.0)
        await ptz.go_home()
        assert device.position == Position(0.0, 0.0, 0.0)
        with pytest.raises(InvalidError, match=r"GotoPreset: .*no preset 9"):
            await ptz.go_to_preset("9")


async def test_a_fixed_camera_has_no_ptz(serve: Serve, device: Device) -> None:
    device.with_ptz = False
    async with serve() as client:
        assert (await connect(client)).ptz is None


async def test_what_is_no_camera_is_unsupported(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.onvif.operations._services_of", lambda _: ["device_service"])
    async with serve() as client:
        with pytest.raises(UnsupportedError, match="no media service"):
            await connect(client)


async def test_the_picture_is_set_within_its_bounds(serve: Serve, device: Device) -> None:
    async with serve() as client:
        imaging = (await connect(client)).imaging
        assert imaging is not None
        assert (await imaging.settings())["brightness"] == Setting(50, 0, 100)
        await imaging.change({"contrast": 12.5, "brightness": 80})
        assert (device.imaging["Brightness"], device.imaging["Contrast"]) == (80, 12.5)
        with pytest.raises(InvalidError, match="sharpness: must be 0 to 100"):
            await imaging.change({"brightness": 1, "sharpness": 101})
        del device.imaging["Sharpness"]
        with pytest.raises(InvalidError, match="sharpness: cannot be set"):
            await imaging.change({"brightness": 1, "sharpness": 1})
        assert device.imaging["Brightness"] == 80
