"""The layouts that are shipped, drawn."""

from __future__ import annotations

import runpy
from xml.etree import ElementTree

import numpy as np
import pytest

from commandwall.model.layout import Layout
from commandwall.settings.layouts import load_layouts, shipped_layouts
from tests.conftest import ROOT

LAYOUTS = load_layouts(shipped_layouts())
CANVASES = [(3840, 2160), (5760, 1080), (1920, 1080), (1366, 768)]
NAMED = {
    "1": 1, "2x2": 4, "3x3": 9, "4x4": 16, "5x5": 25, "6x6": 36, "8x8": 64, "10x10": 100, "20x20": 400,
    "1+5": 6, "1+7": 8, "1+12": 13, "2+8": 10, "3+4": 7, "4+9": 13, "4k-wall": 22, "ultra-wide": 9,
    "2x1": 2, "3x1": 3, "6x2": 12, "pip": 2, "pip-3": 4, "focus": 9, "stage": 7,
    "speaker": 6, "lecture": 5, "content": 4, "3x2": 6, "4x3": 12, "5x4": 20,
}  # fmt: skip


def test_all_that_were_asked_for_are_there_with_their_number_of_cells() -> None:
    assert {layout.id: len(layout.cells) for layout in LAYOUTS.values()} == NAMED


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize(("width", "height"), CANVASES)
def test_every_pixel_belongs_to_one_cell_of_each_z(layout: Layout, width: int, height: int) -> None:
    layers = {cell.z: np.zeros((height, width), np.uint8) for cell in layout.cells}
    rects = layout.rects(width, height)
    for cell in layout.cells:
        rect = rects[cell.id]
        assert not any(value % 2 for value in (rect.x, rect.y, rect.width, rect.height))
        layers[cell.z][rect.y : rect.bottom, rect.x : rect.right] += 1
    assert all(layer.max() == 1 for layer in layers.values())
    assert np.any(list(layers.values()), axis=0).all()
    assert layout.layered is (len(layers) > 1)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_cells_are_numbered_from_one_and_the_first_is_as_large_as_any(layout: Layout) -> None:
    areas = [cell.area for cell in layout.cells]
    assert [cell.id for cell in layout.cells] == [str(number) for number in range(1, len(areas) + 1)]
    assert areas == sorted(areas, reverse=True)


def test_no_cell_of_the_4k_wall_lies_on_both_heads() -> None:
    rects = LAYOUTS["4k-wall"].rects(3840, 2160).values()
    assert all(rect.right <= 1920 or rect.x >= 1920 for rect in rects)


def test_the_ultra_wide_wall_fills_its_middle_screen() -> None:
    rect = LAYOUTS["ultra-wide"].rects(5760, 1080)["1"]
    assert (rect.x, rect.width, rect.height) == (1920, 1920, 1080)


def test_the_page_in_the_docs_shows_them_as_they_are() -> None:
    pages = runpy.run_path(str(ROOT / "docs" / "ref" / "draw_layouts.py"))["pages"]()
    assert len(pages) == len(LAYOUTS) + 1
    for file, text in pages.items():
        assert file.read_text(encoding="utf-8") == text, f"{file.name} is out of date; run make docs"
        if file.suffix == ".svg":
            ElementTree.fromstring(text)
