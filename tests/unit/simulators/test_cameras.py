from __future__ import annotations

import socket
from pathlib import Path

import pytest

from commandwall.model.camera import StreamName
from simulators.cameras import main, parse_arguments, plan_of
from simulators.spec import Codec


def test_describes_cameras_and_areas(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--describe", "csv", "--count", "3", "--port", "9000"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "rtsp://127.0.0.1:9000/cam/0003/main" in lines[3]
    assert main(["--describe", "csv", "--count", "1", "--onvif", "8000"]) == 0
    assert ",http://127.0.0.1:8000/onvif/0001/device_service," in capsys.readouterr().out
    assert main(["--describe", "areas"]) == 0
    assert capsys.readouterr().out.startswith("id,name,parent\n")


def test_plans_what_is_asked_for(tmp_path: Path) -> None:
    arguments = [
        "--count",
        "5",
        "--live",
        "2",
        "--sub",
        "352x288@12:192k",
        "--cache",
        str(tmp_path),
        "--audio",
        "aac",
    ]
    plan = plan_of(parse_arguments(arguments))
    assert len(plan.places) == 5
    assert plan.live == 2
    assert plan.specs[StreamName.SUB].width == 352
    assert plan.cache == tmp_path
    assert plan.audio == "aac"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--count", "0"], "--count"),
        (["--count", "2", "--live", "3"], "--live"),
        (["--clip", "/no/such/file.mp4"], "--clip"),
        (["--sub", "640x360"], "640x360"),
    ],
)
def test_names_what_is_wrong(arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments, "--port", "0"]) == 2
    assert named in capsys.readouterr().err


def test_every_stream_is_of_the_codec_that_was_asked_for() -> None:
    for codec in Codec:
        plan = plan_of(parse_arguments(["--codec", codec.value]))
        assert {spec.codec for spec in plan.specs.values()} == {codec}


@pytest.mark.parametrize(
    ("codec", "words"), [("h265", "corrupt is a fault of h264, not of h265"), ("mjpeg", "of h264 or h265")]
)
def test_a_fault_that_the_codec_cannot_have_is_named(
    codec: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = "corrupt" if codec == "h265" else "b_frames"
    faults = tmp_path / "faults.yaml"
    faults.write_text(f"[{{cameras: 1, faults: [{{kind: {kind}}}]}}]")
    assert main(["--codec", codec, "--faults", str(faults), "--port", "0"]) == 2
    assert words in capsys.readouterr().err


def test_an_unknown_codec_ends_with_status_2() -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(["--codec", "vp9"])
    assert ended.value.code == 2


@pytest.mark.leaves_children
def test_a_port_that_is_taken_is_said(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status = main(["--count", "1", "--live", "1", "--port", str(port), "--cache", str(tmp_path)])
    assert status == 2
    assert "in use" in capfd.readouterr().err
