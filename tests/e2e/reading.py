"""What the wall of a running daemon shows, read from its own snapshots."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.e2e.pictures import cameras_shown, decode
from tests.e2e.site import Daemon, until


async def look(daemon: Daemon) -> tuple[NDArray[np.uint8], list[dict[str, Any]]]:
    """Return the canvas and the tiles on it."""
    tiles = (await daemon.get("/walls/main"))["tiles"]
    return decode(await daemon.picture("/walls/main/snapshot.png")), tiles


async def until_shown(daemon: Daemon, expected: dict[str, int]) -> None:
    """Wait until the tiles show these cameras (a clock may cover the code of the top right tile)."""

    async def shows() -> bool:
        found = cameras_shown(*await look(daemon))
        return (
            all(found.get(cell, number) == number for cell, number in expected.items())
            and len(found) >= len(expected) - 1
        )

    await until(f"the wall shows {expected}", shows)
