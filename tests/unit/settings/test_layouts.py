"""Layout files: drawings, grids, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.model.layout import Aspect, Cell
from commandwall.settings.faults import SettingsError
from commandwall.settings.layouts import load_layout, load_layouts


def written(directory: Path, text: str, name: str = "test.yaml") -> Path:
    file = directory / name
    file.write_text(text)
    return file


def test_a_drawing_becomes_cells_the_numbered_ones_in_order(tmp_path: Path) -> None:
    layout = load_layout(written(tmp_path, "name: x\ncells:\n  - 2 10 b\n  - 1 1 .\n  - 1 1 a\n"))
    assert (layout.id, layout.columns, layout.rows) == ("test", 3, 3)
    assert layout.cells == (
        Cell("1", 0, 1, 2, 2),
        Cell("2", 0, 0),
        Cell("10", 1, 0),
        Cell("a", 2, 2),
        Cell("b", 2, 0),
    )


def test_a_grid_is_numbered_by_rows(tmp_path: Path) -> None:
    layout = load_layout(written(tmp_path, "name: x\ngrid: [3, 2]"))
    assert [(cell.id, cell.column, cell.row) for cell in layout.cells[2:4]] == [("3", 2, 0), ("4", 0, 1)]


def test_a_cell_may_say_how_a_picture_fills_it(tmp_path: Path) -> None:
    layout = load_layout(written(tmp_path, 'name: x\ngrid: [2, 1]\naspect: {"2": fill}'))
    assert [cell.aspect for cell in layout.cells] == [Aspect.FIT, Aspect.FILL]


def test_free_cells_lie_anywhere_in_per_cent_of_the_wall(tmp_path: Path) -> None:
    cells = "  - {id: b, rect: [0, 0, 66.5, 100]}\n  - {id: 1, rect: [66.5, 0, 33.5, 50], z: -2}\n"
    text = f"name: x\nfree:\n{cells}"
    layout = load_layout(written(tmp_path, text))
    assert (layout.columns, layout.rows) == (100, 100)
    assert layout.cells == (Cell("1", 66.5, 0, 33.5, 50, z=-2), Cell("b", 0, 0, 66.5, 100))
    assert layout.layered


def test_free_cells_lie_over_a_drawing(tmp_path: Path) -> None:
    text = (
        "name: x\ngrid: [4, 2]\nfree:\n  - {id: over, rect: [30, 30, 40, 40], z: 1}\naspect: {over: fill}\n"
    )
    layout = load_layout(written(tmp_path, text))
    assert layout.cells[-1] == Cell("over", 1.2, 0.6, 1.6, 0.8, Aspect.FILL, 1)


FREE = "name: x\ngrid: [2, 1]\nfree:\n  - {id: a, rect: [10, 10, 20, 20], z: 1}\n"


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        ("name: x\ncells:\n  - 1 1\n  - 1 2\n", 3, "cells[0]", "cell '1' is not a rectangle"),
        ("name: x\ncells:\n  - 1 2\n  - 3\n", 4, "cells[1]", "has 1 columns where the first row has 2"),
        ("name: x\ncells:\n  - . .\n", 2, "cells", "at least one cell"),
        ("name: x\ngrid: [2, 0]", 2, "grid[1]", "must be 1 or more"),
        ("name: x", 1, "", "must have cells"),
        (f"{FREE}  - {{id: b, rect: [20, 20, 20, 20], z: 1}}", 5, "free[1]", "cell 'b' overlaps cell 'a'"),
        (f"{FREE}  - {{id: b, rect: [0, 0, 50, 9]}}", 5, "free[1]", "cell 'b' overlaps cell '1'; move it"),
        (f"{FREE}  - {{id: 2, rect: [0, 0, 5, 5], z: 2}}", 5, "free[1]", "cell '2' is named twice"),
        (f"{FREE}  - {{id: b, rect: [90, 0, 20, 5], z: 2}}", 5, "free[1].rect", "leaves the wall"),
        (f"{FREE}  - {{id: b, rect: [-1, 0, 20, 5], z: 2}}", 5, "free[1].rect", "leaves the wall"),
        (f"{FREE}  - {{id: b, rect: [0, 0, 0, 5], z: 2}}", 5, "free[1].rect", "is empty"),
        (f"{FREE}  - {{id: b, rect: [0, 0, 5], z: 2}}", 5, "free[1].rect[3]", "is missing"),
        (f"{FREE}  - {{id: b, rec: [0, 0, 5, 5]}}", 5, "free[1].rec", "did you mean rect?"),
        (f"{FREE}  - {{id: b c, rect: [0, 0, 5, 5]}}", 5, "free[1].id", "one word"),
        (f"{FREE}  - {{id: b, rect: [0, 0, 5, 5], z: 1.5}}", 5, "free[1].z", "whole number"),
        ("name: x\nfree: []", 2, "free", "must not be empty"),
        ("name: x\ngrid: [1, 1]\ncells: [1]", 1, "", "either grid or cells"),
        ('name: x\ngrid: [1, 1]\naspect: {"2": fill}', 3, "aspect.2", "names no cell"),
        ('name: x\ngrid: [1, 1]\naspect: {"1": zoom}', 3, "aspect.1", "must be 'fit', 'fill' or 'stretch'"),
        ("nam: x\ngrid: [1, 1]", 1, "nam", "did you mean name?"),
        ("name: x\nname: y\ngrid: [1, 1]", 2, "name", "stands here twice"),
    ],
)
def test_each_fault_is_named_at_its_line(
    tmp_path: Path, text: str, line: int, field: str, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_layout(written(tmp_path, text))
    found = [(fault.line, fault.field) for fault in caught.value.faults if words in fault.message]
    assert found == [(line, field)], caught.value


def test_a_file_name_that_is_no_id_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="must be 1 to 64 letters"):
        load_layout(written(tmp_path, "name: x\ngrid: [1, 1]", "two words.yaml"))


def test_the_word_for_a_layout_that_is_found_by_itself_is_no_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="auto is the layout that is chosen by itself"):
        load_layout(written(tmp_path, "name: x\ngrid: [1, 1]", "auto.yaml"))


def test_a_directory_names_the_faults_of_all_its_files(tmp_path: Path) -> None:
    written(tmp_path, "name: x", "a.yaml")
    written(tmp_path, "name: x", "b.yaml")
    with pytest.raises(SettingsError) as caught:
        load_layouts(tmp_path)
    assert [fault.file.name for fault in caught.value.faults] == ["a.yaml", "b.yaml"]


def test_a_directory_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not a directory"):
        load_layouts(tmp_path / "no")
