from __future__ import annotations

from pathlib import Path

import pytest
from rich.progress import Progress
from typer.testing import CliRunner

from commandwall.base.errors import ConnectionLostError
from commandwall.base.trust import Trust
from commandwall.cli import probe_file
from commandwall.cli.main import cli
from commandwall.cli.probe import Finding
from commandwall.cli.probe_file import BulkProbe
from commandwall.model.camera import Camera, StreamAddress
from commandwall.rtsp.client import StreamRequest

ADDRESS = StreamAddress("rtsps://10.0.0.1/main")


async def test_a_stream_is_asked_for_as_the_daemon_would(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[StreamRequest] = []

    async def watch(request: StreamRequest, seconds: float) -> Finding:
        asked.append(request)
        raise ConnectionLostError("connect: gone")

    monkeypatch.setattr(probe_file, "watch_stream", watch)
    probe = BulkProbe(1.0, 4, {}, None, "/site/ca.pem")
    cameras = [
        Camera("a", "A", "dongmen", ADDRESS, None),
        Camera("b", "B", "dongmen", ADDRESS, None, tls_verify=False, audio=False),
    ]
    probed = await probe.run(cameras, Progress(disable=True))
    assert [each.reason for each in probed] == ["connect: gone"] * 2
    assert [(request.trust, request.audio) for request in asked] == [
        (Trust(ca_file="/site/ca.pem"), True),
        (Trust(verify=False, ca_file="/site/ca.pem"), False),
    ]


async def test_what_nobody_foresaw_of_one_camera_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    async def watch(request: StreamRequest, seconds: float) -> Finding:
        if request.audio:
            raise ValueError("rtsp://admin:secret@camera")
        raise ConnectionLostError("connect: gone")

    monkeypatch.setattr(probe_file, "watch_stream", watch)
    cameras = [Camera(name, name, "dongmen", ADDRESS, None, audio=name == "a") for name in "ab"]
    probed = await BulkProbe(1.0, 4, {}, None).run(cameras, Progress(disable=True))
    assert [each.reason for each in probed] == [
        "unforeseen ValueError; probed alone it tells more",
        "connect: gone",
    ]


@pytest.mark.parametrize(
    "option", [("--tls-ca", "ca.pem"), ("--no-tls-verify",), ("--tls-verify",), ("--transport", "udp")]
)
def test_what_the_file_says_is_not_said_again(tmp_path: Path, option: tuple[str, ...]) -> None:
    ended = CliRunner().invoke(cli, ["probe", "--file", str(tmp_path / "cameras.csv"), *option])
    assert ended.exit_code == 2
    assert "with --file" in ended.output
