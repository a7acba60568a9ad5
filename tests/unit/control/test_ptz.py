"""Operating simulated cameras: the lease, and movements that end whatever becomes of who began them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from commandwall.base.errors import HeldError, InvalidError, NotFoundError, UnavailableError
from commandwall.control.changes import PtzCommand
from commandwall.control.ptz import PtzControl
from commandwall.control.roles import Principal, Role
from commandwall.model.camera import Camera, StreamAddress
from commandwall.onvif.ptz import Position, Ptz
from commandwall.settings.site import Credential
from simulators.onvif import operations
from simulators.onvif.device import Device, farm_streams
from simulators.onvif.operations import FaultError
from simulators.onvif.server import OnvifServer
from tests.certificates import self_signed
from tests.e2e.site import until

WANG = Principal("wang", Role.OPERATOR)
LI = Principal("li", Role.OPERATOR)
ADMIN = Principal("admin", Role.ADMIN)
LOGIN = Credential("admin", "p&ss")
HOME = PtzCommand.model_validate({"verb": "home"})
STOP = PtzCommand.model_validate({"verb": "stop"})
RELEASE = PtzCommand.model_validate({"verb": "release"})


def move(pan: float = 0.5) -> PtzCommand:
    return PtzCommand.model_validate({"verb": "move", "pan": pan})


def goto(**axes: float) -> PtzCommand:
    return PtzCommand.model_validate({"verb": "goto", **axes})


@pytest.fixture
def dome() -> Device:
    return Device(1, farm_streams("rtsp://127.0.0.1:8554", 1))


@pytest.fixture
def fixed() -> Device:
    return Device(2, farm_streams("rtsp://127.0.0.1:8554", 2), with_ptz=False)


@pytest.fixture
def events() -> list[tuple[str, str]]:
    """Return (camera, holder) of each event."""
    return []


@pytest.fixture
async def cameras(dome: Device, fixed: Device) -> AsyncIterator[dict[str, Camera]]:
    async with OnvifServer([dome, fixed], passwords={LOGIN.user: LOGIN.password}) as server:
        base = f"http://127.0.0.1:{server.port}/onvif"
        stream = StreamAddress("rtsp://127.0.0.1:8554/x")
        yield {
            id: Camera(id, id, "area", stream, None, credentials="dome", enabled=id != "off", onvif_url=url)
            for id, url in {
                "dome": f"{base}/0001/device_service",
                "fixed": f"{base}/0002/device_service",
                "plain": None,
                "off": f"{base}/0001/device_service",
                "gone": "http://127.0.0.1:1/onvif/device_service",
            }.items()
        }


@pytest.fixture
def open_control(cameras: dict[str, Camera], events: list[tuple[str, str]]) -> Callable[..., PtzControl]:
    def publish(kind: str, body: Any) -> None:
        events.append((body["ptz"].camera, body["ptz"].holder))

    def opened(**options: Any) -> PtzControl:
        return PtzControl(cameras.__getitem__, {"dome": LOGIN}, publish, **options)

    return opened


@pytest.fixture
async def control(open_control: Callable[..., PtzControl]) -> AsyncIterator[PtzControl]:
    async with open_control() as control:
        yield control


async def holds(condition: Callable[[], bool], what: str) -> None:
    async def check() -> bool:
        return condition()

    await until(what, check, timeout_s=5)


@pytest.mark.blocks_loop
async def test_a_camera_that_speaks_https_is_believed_as_the_site_says(
    open_control: Callable[..., PtzControl], cameras: dict[str, Camera], dome: Device, tmp_path: Path
) -> None:
    pem = self_signed(tmp_path / "camera.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    async with OnvifServer([dome], tls=context) as server:
        url = f"https://127.0.0.1:{server.port}/onvif/0001/device_service"
        cameras["dome"] = replace(cameras["dome"], onvif_url=url)
        async with open_control() as control:
            with pytest.raises(UnavailableError, match="self-signed"):
                await control.state("dome")
            cameras["dome"] = replace(cameras["dome"], tls_verify=False)
            assert (await control.state("dome")).pan_tilt
        cameras["dome"] = replace(cameras["dome"], tls_verify=True)
        async with open_control(ca_file=str(pem)) as control:
            assert (await control.state("dome")).pan_tilt


async def test_what_a_camera_can_do_is_told(control: PtzControl, dome: Device) -> None:
    dome.go_to(Position(0.5, -0.5, 0.25))
    state = await control.state("dome")
    assert (state.pan_tilt, state.zoom, state.absolute, state.home) == (True, True, True, True)
    assert [preset.name for preset in state.presets] == ["路口", "大门"]
    assert state.position == Position(0.5, -0.5, 0.25)
    assert (state.lease.holder, state.lease.remaining_s) == ("", 0)


async def test_a_camera_does_what_it_is_told(control: PtzControl, dome: Device) -> None:
    lease = await control.command(WANG, "dome", goto(pan=0.5, tilt=0.25, zoom=1))
    assert (lease.camera, lease.holder) == ("dome", "wang")
    assert dome.position == Position(0.5, 0.25, 1)
    await control.command(WANG, "dome", goto(pan=-0.5))
    assert dome.position == Position(-0.5, 0.25, 1)
    await control.command(WANG, "dome", PtzCommand.model_validate({"verb": "preset", "preset": "1"}))
    assert dome.position == Position(0.5, -0.25, 0.5)
    await control.command(WANG, "dome", HOME)
    assert dome.position == Position(0, 0, 0)


async def test_a_movement_that_is_not_repeated_is_stopped(
    open_control: Callable[..., PtzControl], dome: Device
) -> None:
    async with open_control(hold_s=0.15) as control:
        await control.command(WANG, "dome", move())
        assert dome.moving
        assert control.moves(WANG, "dome")
        # The daemon knows a moment later than the camera: when the camera's answer has come.
        await holds(lambda: not control.moves(WANG, "dome"), "the daemon stops it")
        assert (dome.moving, dome.calls[-1]) == (False, "Stop")


async def test_a_movement_that_is_repeated_goes_on(
    open_control: Callable[..., PtzControl], dome: Device
) -> None:
    async with open_control(hold_s=60) as control:
        until_s = 0.0
        for _ in range(3):
            await control.command(WANG, "dome", move())
            (seat,) = control._seats.values()
            assert seat.move_until_s > until_s
            until_s = seat.move_until_s
        assert "Stop" not in dome.calls
        await control.command(WANG, "dome", STOP)
        assert not dome.moving


async def test_a_camera_that_answers_late_is_not_stopped_before_anybody_could_repeat_the_movement(
    open_control: Callable[..., PtzControl], dome: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_now = Ptz.move
    answering = asyncio.Event()

    async def late(self: Ptz, *speeds: float) -> None:
        await move_now(self, *speeds)
        await answering.wait()

    monkeypatch.setattr(Ptz, "move", late)
    async with open_control(hold_s=0.8) as control:
        moving = asyncio.create_task(control.command(WANG, "dome", move()))
        await holds(lambda: any(seat.runs_away for seat in control._seats.values()), "it takes too long")
        answering.set()
        await moving
        await control.command(WANG, "dome", move())
        assert "Stop" not in dome.calls
        await holds(lambda: dome.calls[-1] == "Stop", "it is not repeated any more")


async def test_a_movement_ends_with_the_lease(open_control: Callable[..., PtzControl], dome: Device) -> None:
    async with open_control(lease_s=0.15, hold_s=60) as control:
        await control.command(WANG, "dome", move())
        await holds(lambda: dome.calls[-1] == "Stop", "the lease is over")
        assert not dome.moving


async def test_leaving_stops_what_moves(open_control: Callable[..., PtzControl], dome: Device) -> None:
    async with open_control() as control:
        await control.command(WANG, "dome", move())
    assert dome.calls[-1] == "Stop"
    assert not dome.moving


async def test_another_operator_waits_until_the_lease_is_over(
    open_control: Callable[..., PtzControl], dome: Device, events: list[tuple[str, str]]
) -> None:
    async with open_control(lease_s=2.0) as control:
        await control.command(WANG, "dome", HOME)
        with pytest.raises(HeldError, match="operated by wang"):
            await control.command(LI, "dome", move())
        assert not dome.moving
        await holds(lambda: events == [("dome", "wang"), ("dome", "")], "it is told that the camera is free")
        assert (await control.command(LI, "dome", HOME)).holder == "li"


async def test_a_higher_role_takes_over_and_what_moved_is_stopped(control: PtzControl, dome: Device) -> None:
    await control.command(WANG, "dome", move())
    await control.command(ADMIN, "dome", goto(pan=0.1, tilt=0, zoom=0))
    assert dome.calls[-2:] == ["Stop", "AbsoluteMove"]
    with pytest.raises(HeldError, match="operated by admin"):
        await control.command(WANG, "dome", move())


async def test_a_command_that_waited_is_not_done_after_a_take_over(control: PtzControl, dome: Device) -> None:
    await control.command(WANG, "dome", HOME)
    results = await asyncio.gather(
        *(control.command(who, "dome", command) for who, command in
          [(WANG, move()), (WANG, move(-1)), (ADMIN, HOME)]),
        return_exceptions=True,
    )  # fmt: skip
    assert isinstance(results[1], HeldError)
    assert not dome.moving
    assert dome.position.pan == 0


async def test_a_released_camera_is_free_and_still(
    control: PtzControl, dome: Device, events: list[tuple[str, str]]
) -> None:
    await control.command(WANG, "dome", move())
    assert (await control.command(WANG, "dome", RELEASE)).holder == ""
    assert not dome.moving
    assert (await control.command(LI, "dome", HOME)).holder == "li"
    assert events[0] == ("dome", "wang")
    assert ("dome", "li") in events


async def test_releasing_what_another_holds_changes_nothing(control: PtzControl) -> None:
    await control.command(WANG, "dome", HOME)
    assert (await control.command(LI, "dome", RELEASE)).holder == "wang"


@pytest.fixture
async def lenses(cameras: dict[str, Camera]) -> AsyncIterator[Device]:
    """Serve a device with two lenses on one head, and a third by itself; they are cameras a, b and c."""

    def lens(number: int, **options: Any) -> Device:
        farm = farm_streams("rtsp://127.0.0.1:8554", number)
        streams = [replace(each, token=f"{each.token}{number}") for each in farm]
        return Device(number, streams, source=f"video{number}", **options)

    device = lens(3, others=[lens(4), lens(5, node="other")])
    async with OnvifServer([device], passwords={LOGIN.user: LOGIN.password}) as server:
        url = f"http://127.0.0.1:{server.port}/onvif/0003/device_service"
        for id, number, profile in (("a", 3, None), ("b", 4, "sub4"), ("c", 5, None)):
            main = StreamAddress(f"rtsp://10.1.1.1/cam/{number:04}/main")
            camera = replace(cameras["dome"], id=id, main=main, onvif_url=url, onvif_profile=profile)
            cameras[id] = camera
        yield device


async def test_lenses_on_one_head_are_moved_by_one_person(
    control: PtzControl, lenses: Device, events: list[tuple[str, str]]
) -> None:
    assert (await control.state("b")).lease.holder == ""
    await control.command(WANG, "a", move())
    assert control.moves(WANG, "a")
    assert not control.moves(WANG, "b")
    assert set(events) == {("a", "wang"), ("b", "wang")}
    assert (await control.state("b")).lease.holder == "wang"
    with pytest.raises(HeldError, match="camera 'b' is operated by wang"):
        await control.command(LI, "b", move())
    await control.command(WANG, "b", move())
    assert (control.moves(WANG, "a"), control.moves(WANG, "b")) == (False, True)
    await control.command(ADMIN, "b", goto(pan=0.1, tilt=0, zoom=0))
    assert lenses.calls[-2:] == ["Stop", "AbsoluteMove"]
    assert (await control.command(ADMIN, "a", RELEASE)).holder == ""
    await control.command(LI, "b", move())
    await control.command(LI, "a", RELEASE)
    assert not lenses.moving


async def test_lenses_of_one_device_that_move_by_themselves_are_operated_so(
    control: PtzControl, lenses: Device
) -> None:
    await control.command(WANG, "a", goto(pan=0.5))
    await control.command(LI, "c", goto(pan=-0.5))
    assert (lenses.position.pan, lenses.others[1].position.pan) == (0.5, -0.5)
    await control.set_imaging(LI, "c", {"contrast": 10})
    contrasts = [lens.imaging["Contrast"] for lens in lenses.channels]
    assert contrasts == [50, 50, 10]


async def test_picture_settings_need_the_lease_too(control: PtzControl, dome: Device) -> None:
    await control.set_imaging(WANG, "dome", {"brightness": 70})
    assert (await control.imaging("dome"))["brightness"].value == 70
    with pytest.raises(HeldError):
        await control.set_imaging(LI, "dome", {"brightness": 10})
    assert dome.imaging["Brightness"] == 70


@pytest.mark.parametrize(
    ("camera", "error", "words"),
    [
        ("plain", NotFoundError, "'plain' has no onvif address"),
        ("off", NotFoundError, "'off' .* is disabled"),
        ("fixed", NotFoundError, "'fixed' has no PTZ"),
        ("gone", UnavailableError, "'gone': GetSystemDateAndTime: 127.0.0.1:1 cannot be reached"),
    ],
)
async def test_what_cannot_be_moved_says_why(
    control: PtzControl, camera: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        await control.state(camera)
    with pytest.raises(error, match=words):
        await control.command(WANG, camera, HOME)


async def test_a_wrong_password_is_the_cameras_fault_not_the_operators(
    control: PtzControl, dome: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "_logins", {"dome": Credential("admin", "canary")})
    with pytest.raises(UnavailableError, match=r"camera 'dome': .*wrong user or password") as caught:
        await control.command(WANG, "dome", HOME)
    assert "canary" not in str(caught.value)


async def test_a_password_that_is_replaced_holds_from_the_next_command_on(
    control: PtzControl, dome: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    await control.command(WANG, "dome", goto(pan=0.5))
    monkeypatch.setattr(control, "_logins", {"dome": Credential("admin", "old")})
    with pytest.raises(UnavailableError, match="wrong user or password"):
        await control.command(WANG, "dome", goto(pan=-0.5))
    monkeypatch.setattr(control, "_logins", {"dome": LOGIN})
    await control.command(WANG, "dome", goto(pan=1))
    assert dome.position.pan == 1


async def test_why_ptz_does_not_answer_is_told_and_it_is_asked_anew(
    control: PtzControl, dome: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> str:
        raise FaultError("Busy", "starting up")

    with monkeypatch.context() as patch:
        patch.setattr(operations, "_HANDLERS", {**operations._HANDLERS, "tptz:GetNodes": busy})
        assert (await control.imaging("dome"))["brightness"].value == 50
        with pytest.raises(UnavailableError, match=r"camera 'dome': PTZ: GetNodes: .*starting up"):
            await control.command(WANG, "dome", HOME)
    await control.command(WANG, "dome", goto(pan=1))
    assert dome.position.pan == 1


async def test_a_preset_that_is_not_there_is_invalid(control: PtzControl) -> None:
    with pytest.raises(InvalidError, match="no preset 9"):
        await control.command(WANG, "dome", PtzCommand.model_validate({"verb": "preset", "preset": "9"}))


async def test_a_camera_that_comes_back_is_asked_anew(
    control: PtzControl, cameras: dict[str, Camera], dome: Device
) -> None:
    there, cameras["dome"] = cameras["dome"], cameras["gone"]
    with pytest.raises(UnavailableError):
        await control.command(WANG, "dome", HOME)
    cameras["dome"] = there
    await control.command(WANG, "dome", goto(pan=1))
    assert dome.position.pan == 1


@pytest.mark.parametrize(
    "body",
    [
        {"verb": "fly"},
        {"verb": "move"},
        {"verb": "move", "pan": 1.1},
        {"verb": "move", "pan": "nan"},
        {"verb": "home", "pan": 0.5},
        {"verb": "preset"},
        {"verb": "stop", "preset": "1"},
        {"verb": "goto", "zoom": -0.5},
        {"verb": "stop", "speed": 1},
    ],
)
def test_a_command_that_makes_no_sense_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="PtzCommand"):
        PtzCommand.model_validate(body)
