"""What a camera is found to be, and what it is made to do, read back from the device itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from aiohttp import web

from commandwall.base.errors import InvalidError, UnsupportedError
from commandwall.onvif.camera import OnvifCamera, connect
from commandwall.onvif.imaging import Setting
from commandwall.onvif.media import MediaProfile, by_source, main_and_sub, stream_url
from commandwall.onvif.ptz import Abilities, Position, Preset
from simulators.onvif import operations
from simulators.onvif.device import Device, Stream
from simulators.onvif.operations import FaultError
from tests.unit.onvif.conftest import PASSWORD, USER, Serve, Ticker

Refusal = Callable[[], Exception]


def profile(width: int, height: int, codec: str = "h264", source: str = "") -> MediaProfile:
    return MediaProfile("p", "p", codec, width, height, 25, 4e6, "", source, True)


@pytest.mark.parametrize("media2", [True, False])
async def test_profiles_and_their_streams_are_found(serve: Serve, device: Device, media2: bool) -> None:
    device.media2 = media2
    async with serve() as client:
        found = await connect(client)
        main, sub = main_and_sub(found.profiles)
        assert main == MediaProfile("main", "main", "h264", 1920, 1080, 25, 4e6, "dome", "video", media2)
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


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what has an operation (``tds:GetServices``) refused, or answered with nothing."""

    def answers(operation: str, refusal: Refusal | None = None) -> None:
        def handler(device: Device, request: Element) -> str:
            if refusal is not None:
                raise refusal()
            return ""

        monkeypatch.setattr(operations, "_HANDLERS", {**operations._HANDLERS, operation: handler})

    return answers


REFUSALS: list[Refusal] = [
    partial(FaultError, "ActionNotSupported", "not implemented"),
    partial(FaultError, "Other", "a plain gSOAP fault has no code of ONVIF"),
    web.HTTPNotFound,
    partial(web.HTTPMethodNotAllowed, "POST", ["GET"]),
    partial(web.HTTPInternalServerError, text="<html><body>oh"),
]


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_an_old_device_tells_its_capabilities(
    serve: Serve, device: Device, answers: Callable[..., None], refusal: Refusal
) -> None:
    answers("tds:GetServices", refusal)
    async with serve(USER, PASSWORD, passwords={USER: PASSWORD}) as client:
        found = await connect(client)
    assert found.services.media2 == ""
    assert found.services.ptz.endswith("/ptz")
    assert found.ptz is not None
    assert "GetCapabilities" in device.calls


@pytest.mark.parametrize("refusal", [None, *REFUSALS])
async def test_media_1_is_asked_where_media_2_refuses_or_has_nothing(
    serve: Serve, device: Device, answers: Callable[..., None], refusal: Refusal | None
) -> None:
    answers("tr2:GetProfiles", refusal)
    answers("tr2:GetStreamUri", refusal)
    async with serve() as client:
        found = await connect(client)
        assert found.services.media2 != ""
        assert [each.media2 for each in found.profiles] == [False, False]
        url = await stream_url(client, found.services, found.profiles[0])
        assert url == "rtsp://127.0.0.1:8554/cam/0001/main"


@pytest.mark.parametrize(
    "refusal",
    [
        partial(FaultError, "NotAuthorized", "media only"),
        partial(FaultError, "Other", "busy"),
        web.HTTPNotFound,
    ],
)
async def test_streams_are_found_where_ptz_does_not_answer(
    serve: Serve, answers: Callable[..., None], refusal: Refusal
) -> None:
    answers("tptz:GetNodes", refusal)
    async with serve() as client:
        found = await connect(client)
    assert (found.ptz, len(found.profiles), found.imaging is not None) == (None, 2, True)
    assert str(found.ptz_fault).startswith("GetNodes: 127.0.0.1:")


async def test_a_node_that_is_not_there_is_why_there_is_no_ptz(
    serve: Serve, answers: Callable[..., None]
) -> None:
    answers("tptz:GetNodes")
    async with serve() as client:
        assert "no PTZ node 'dome'" in str((await connect(client)).ptz_fault)


async def test_each_lens_is_moved_and_set_by_itself(serve: Serve, two_lenses: Device) -> None:
    async with serve() as client:
        found = [
            await connect(client, "main"),
            await connect(client, "main2"),
            await connect(client, stream="rtsp://10.1.1.1:554/cam/0001/sub"),
            await connect(client, stream="rtsp://10.1.1.1:554/cam/0002/main"),
        ]
        assert [camera.profiles[0].token for camera in found] == ["main", "main2", "main", "main2"]
        assert [camera.ptz and camera.ptz.node for camera in found] == ["dome", "dome2", "dome", "dome2"]
        second = found[3]
        assert second.ptz is not None
        assert second.imaging is not None
        await second.ptz.go_to(Position(0.5, 0.5, 0.5))
        await second.imaging.change({"contrast": 10})
        with pytest.raises(UnsupportedError, match=r"no media profile 'main3'; correct onvif\.profile"):
            await connect(client, "main3")
    thermal = two_lenses.others[0]
    assert (two_lenses.position.pan, thermal.position.pan) == (0, 0.5)
    assert (two_lenses.imaging["Contrast"], thermal.imaging["Contrast"]) == (50, 10)


async def test_a_device_may_tell_a_longer_query_than_is_configured(serve: Serve, two_lenses: Device) -> None:
    for number, lens in enumerate(two_lenses.channels, 1):
        lens.streams = tuple(
            replace(
                stream, url=f"rtsp://h/realmonitor?channel={number}&subtype={kind}&unicast=true&proto=Onvif"
            )
            for kind, stream in enumerate(lens.streams)
        )
    configured = "rtsp://10.1.1.1:554/realmonitor?channel={}&subtype=0"
    async with serve() as client:
        for channel, token in ((1, "main"), (2, "main2")):
            found = await connect(client, stream=configured.format(channel))
            assert found.profiles[0].token == token
        for unclear in (configured.format(3), "rtsp://10.1.1.1:554/realmonitor"):
            with pytest.raises(UnsupportedError, match=r"set onvif\.profile"):
                await connect(client, stream=unclear)


OF_LENS_2 = "rtsp://10.1.1.1:554/cam/0002/main"
OF_NONE = "rtsp://10.1.1.1:554/cam/0009/main"


@pytest.mark.parametrize(
    ("stream", "refused", "movable", "words"),
    [
        (OF_LENS_2, True, [True, True], r"set onvif\.profile \(GetStreamUri: .*busy"),
        (OF_NONE, False, [True, True], r"set onvif\.profile \(no stream of the device is the one configured"),
        (OF_NONE, False, [False, False], r"set onvif\.profile"),
    ],
)
async def test_which_lens_is_meant_is_not_guessed(
    serve: Serve,
    two_lenses: Device,
    answers: Callable[..., None],
    stream: str,
    refused: bool,
    movable: list[bool],
    words: str,
) -> None:
    for lens, with_ptz in zip(two_lenses.channels, movable, strict=True):
        lens.with_ptz = with_ptz
    if refused:
        answers("tr2:GetStreamUri", partial(FaultError, "Other", "busy"))
    async with serve() as client:
        with pytest.raises(UnsupportedError, match=words):
            await connect(client, stream=stream)


async def test_the_only_lens_that_can_be_moved_is_the_one_that_is_meant(
    serve: Serve, two_lenses: Device
) -> None:
    two_lenses.with_ptz = False
    async with serve() as client:
        assert (await connect(client, stream=OF_NONE)).profiles[0].token == "main2"


async def test_a_lens_that_is_fixed_is_not_moved_in_place_of_another(
    serve: Serve, two_lenses: Device
) -> None:
    two_lenses.with_ptz = False
    async with serve() as client:
        assert (await connect(client, "main")).ptz is None
        assert (await connect(client, "main2")).ptz is not None


def test_main_and_sub_are_of_one_lens_and_of_a_codec_that_is_received() -> None:
    seen, thermal = profile(1920, 1080, source="seen"), profile(640, 512, source="thermal")
    old, small = profile(2560, 1440, "mpv4-es", "seen"), profile(704, 576, source="seen")
    assert main_and_sub([old, thermal, seen, small]) == (seen, small)
    assert main_and_sub([old, thermal, seen]) == (seen, None)
    assert main_and_sub([old]) == (None, None)
    assert by_source([seen, thermal, small]) == [(seen, small), (thermal,)]


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
