from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from commandwall.base.ending import Ending
from commandwall.base.errors import InvalidError
from commandwall.base.runtime import runtime_dir

NAME = "wall-main.packets"


async def test_sockets_fit_into_it_and_nothing_is_left(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(short_dir))
    with runtime_dir(Ending(), NAME) as folder, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(folder / NAME))
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


@pytest.mark.parametrize("longer", [-1, 0, 1])
async def test_a_folder_in_which_no_socket_would_fit_is_refused(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch, longer: int
) -> None:
    room = 107 - len("/commandwall-12345678/") - len(NAME)
    base = short_dir / ("x" * (room + longer - len(f"{short_dir}/")))
    await asyncio.to_thread(base.mkdir)
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(base))
    if longer > 0:
        with (
            pytest.raises(InvalidError, match=r"1 bytes too long; set RUNTIME_DIRECTORY"),
            runtime_dir(Ending(), NAME),
        ):
            pass
    else:
        with runtime_dir(Ending(), NAME) as folder, socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(folder / NAME))
    assert list(base.iterdir()) == []
