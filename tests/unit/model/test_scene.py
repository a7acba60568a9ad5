from __future__ import annotations

import pytest

from commandwall.base.errors import InvalidError
from commandwall.model.arrangement import Arrangement
from commandwall.model.scene import Scene, WallScene


@pytest.mark.parametrize(("walls", "field"), [([], "walls"), (["main", "side", "main"], "walls[2].wall")])
def test_a_scene_has_every_wall_once(walls: list[str], field: str) -> None:
    with pytest.raises(InvalidError) as raised:
        Scene("night", "夜间", tuple(WallScene(wall, Arrangement(0, "2x2")) for wall in walls))
    assert raised.value.field == field
