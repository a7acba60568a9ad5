from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from commandwall.model.data import PanelKind
from commandwall.model.level import PanelLevel
from commandwall.settings.load import check_settings, load_settings
from commandwall.settings.panels import PanelEntry, panel_entry, panel_of
from commandwall.settings.schema import keys_of
from tests.conftest import ROOT

SITE = {
    "site": {"id": "luohu", "name": "罗湖", "level": "district"},
    "areas": [{"id": "dongmen", "name": "东门"}],
}
GAUGE = {"id": "level", "name": "水位", "kind": "gauge", "min": 0, "max": 5}


def write(folder: Path, *panels: object) -> Path:
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump({**SITE, "data": list(panels)}, allow_unicode=True))
    return file


def test_panels_come_with_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "luohu.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    thresholds = [{"at": 3, "level": "alarm"}]
    the_map = {"id": "map", "name": "图", "kind": "map", "geojson": ["luohu.geojson"], "area": "dongmen"}
    panels = load_settings(write(tmp_path, {**GAUGE, "thresholds": thresholds}, the_map)).panels
    assert [panel.kind for panel in panels] == [PanelKind.GAUGE, PanelKind.MAP]
    assert panels[1].geojson == (str(tmp_path / "luohu.geojson"),)
    for panel in panels:
        assert panel_of(panel_entry(panel)) == panel


@pytest.mark.parametrize(
    ("panel", "field", "words"),
    [
        ({**GAUGE, "colour": 1}, "data[0].colour", "not a known key"),
        ({**GAUGE, "kind": "dial"}, "data[0].kind", "text"),
        ({**GAUGE, "max": 0}, "data[0].max", "more than min"),
        ({**GAUGE, "columns": ["a"]}, "data[0].columns", "does not take it"),
        ({**GAUGE, "thresholds": [{"at": 1, "level": "purple"}]}, "data[0].thresholds[0].level", "alarm"),
        ({**GAUGE, "min": float("inf")}, "data[0].min", "number"),
        ({"id": "c", "name": "钟", "kind": "clock", "zone": "Luohu"}, "data[0].zone", "Asia/Shanghai"),
        ({"id": "c", "name": "钟", "kind": "clock", "zone": "../x"}, "data[0].zone", "Asia/Shanghai"),
        ({"id": "m", "name": "图", "kind": "map", "area": "dongmem"}, "data[0].area", "did you mean dongmen"),
        ({"id": "m", "name": "图", "kind": "map", "geojson": ["no"]}, "data[0].geojson[0]", "cannot be read"),
        ({"id": "m", "name": "图", "kind": "map", "geojson": ["bad"]}, "data[0].geojson[0]", "not JSON"),
        ({"id": "m", "name": "图", "kind": "map", "geojson": ["empty"]}, "data[0].geojson[0]", "no type"),
        ({"id": "p", "name": "画", "kind": "picture", "file": "bad"}, "data[0].file", "neither a PNG"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_field(
    tmp_path: Path, panel: dict[str, object], field: str, words: str
) -> None:
    (tmp_path / "bad").write_text("{")
    (tmp_path / "empty").write_text("{}")
    (fault,) = check_settings(write(tmp_path, panel))
    assert f": {field}: " in fault and words in fault, fault


def test_ids_are_unique(tmp_path: Path) -> None:
    (fault,) = check_settings(write(tmp_path, GAUGE, GAUGE))
    assert "data[1].id" in fault and "taken" in fault


def test_the_reference_explains_every_key_kind_and_level() -> None:
    page = (ROOT / "docs" / "ref" / "data.md").read_text("utf-8")
    words = set(re.findall(r"`([a-z_]+)`", page))
    assert keys_of(PanelEntry) | {*PanelKind, *PanelLevel} <= words


def test_an_entry_stays_what_it_is() -> None:
    entry = PanelEntry(id="t", name="表", kind=PanelKind.TABLE, columns=("a", "b"), stale_after_s=30)
    assert panel_entry(panel_of(entry)) == entry
