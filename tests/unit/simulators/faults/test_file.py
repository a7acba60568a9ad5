from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.errors import InvalidError
from commandwall.model.camera import StreamName
from simulators.cameras import main
from simulators.faults.book import FaultBook, stream_at
from simulators.faults.dialogue import Silent
from simulators.faults.file import load_faults
from simulators.faults.network import Loss, Reset
from simulators.spec import parse_spec

SUB = parse_spec("320x180@10:256k")


def book(tmp_path: Path, text: str) -> FaultBook:
    path = tmp_path / "faults.yaml"
    path.write_text(text)
    return load_faults(path)


def test_cameras_get_their_faults_in_order(tmp_path: Path) -> None:
    faults = book(
        tmp_path,
        """
- {cameras: [1, 3-5], streams: [sub], faults: [{kind: loss, ratio: 0.5}, {kind: silent, method: PLAY}]}
- {cameras: all, scenario: reset-mid-frame}
""",
    )
    kinds = [type(fault) for fault in faults.begin("rtsp://h/cam/0004/sub?x=1")]
    assert kinds == [Loss, Silent, Reset]
    assert [type(fault) for fault in faults.begin("rtsp://h/cam/0004/main")] == [Reset]
    assert [type(fault) for fault in faults.begin("rtsp://h:1/cam/0002/sub/trackID=0")] == [Reset]
    assert faults.begin("rtsp://h/elsewhere") == faults.begin("*") == []


def test_a_fault_of_the_first_connections_is_over_after_them(tmp_path: Path) -> None:
    faults = book(tmp_path, "- {cameras: 1, faults: [{kind: silent, connections: 2}]}")
    seen = [len(faults.begin("rtsp://h/cam/0001/sub")) for _ in range(4)]
    assert seen == [1, 1, 0, 0]
    assert len(faults.begin("rtsp://h/cam/0001/main")) == 1


def test_every_connection_has_faults_of_its_own(tmp_path: Path) -> None:
    faults = book(tmp_path, "- {cameras: 1, faults: [{kind: early_media}]}")
    (one,), (other,) = faults.begin("rtsp://h/cam/0001/sub"), faults.begin("rtsp://h/cam/0001/sub")
    assert one is not other


def test_faults_of_the_encoder_change_what_is_recorded(tmp_path: Path) -> None:
    faults = book(
        tmp_path,
        """
- {cameras: 1, faults: [{kind: size_change, size: 352x288}, {kind: b_frames, count: 9}]}
- {cameras: 2, faults: [{kind: group_of_pictures, seconds: 20}, {kind: frozen_picture}]}
""",
    )
    first, second = faults.recordings(1, StreamName.SUB, SUB)
    assert (first.width, second.width, first.b_frames, second.b_frames) == (320, 352, 4, 4)
    (only,) = faults.recordings(2, StreamName.SUB, SUB)
    assert (only.gop, only.loop_frames, only.frozen) == (200, 200, True)
    assert faults.recordings(3, StreamName.SUB, SUB) == [SUB]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("- {cameras: 1}", "either scenario or faults"),
        ("- {cameras: 1, scenario: busy, faults: [{kind: silent}]}", "either scenario or faults"),
        ("- {cameras: 1, scenario: unheard-of}", "[0].scenario"),
        ("- {cameras: x, scenario: busy}", "[0].cameras"),
        ("- {cameras: 1, faults: [{kind: nothing}]}", "[0].faults[0].kind"),
        ("- {cameras: 1, faults: [{kind: silent}, {kind: loss, ratio: much}]}", "[0].faults[1].ratio"),
        ("- {cameras: 1, faults: [{kind: loss}]}", "ratio"),
        ("- {cameras: 1, faults: [{kind: loss, ratio: 1, colour: red}]}", "colour"),
        ("- {cameras: 1, streams: [third], scenario: busy}", "[0].streams[0]"),
        ("- {camera: 1, scenario: busy}", "[0].camera"),
        ("{cameras: 1", "not YAML"),
    ],
)
def test_names_the_entry_and_the_field_at_fault(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(InvalidError) as raised:
        book(tmp_path, text)
    assert named in str(raised.value)
    assert "faults.yaml" in str(raised.value)


def test_a_file_that_is_not_there_ends_the_farm_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--count", "1", "--faults", "/no/such/faults.yaml"]) == 2
    assert "/no/such/faults.yaml" in capsys.readouterr().err


def test_paths_of_streams() -> None:
    assert stream_at("/cam/0001/sub") == stream_at("/cam/0001/sub/trackID=0") == (1, StreamName.SUB)
    assert stream_at("/cam/0001/third") is stream_at("/") is None
