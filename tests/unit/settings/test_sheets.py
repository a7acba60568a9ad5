"""Workbooks as spreadsheet programs write them, and as nobody should."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from commandwall.settings import sheets
from commandwall.settings.faults import SettingsError
from commandwall.settings.sheets import sheet_rows
from commandwall.settings.spreadsheet import read_cameras

FILE = Path("cameras.xlsx")


def workbook(*rows: list[Any]) -> bytes:
    """Return a workbook with these rows on its first sheet, and another sheet behind it."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    book.create_sheet("notes").append(["not a camera"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WHOLE = workbook(
    ["id", "name", "area", "latitude", "longitude", "main_url", "enabled"],
    [7, "东门 01", "dongmen", 22.5, 114, "rtsp://h/m", True],
    [],
    ["dm-2", " 东门 02 ", "dongmen", None, None, "rtsp://h/2", "否"],
)


def test_the_first_sheet_is_read_as_people_see_it() -> None:
    assert list(sheet_rows(FILE, WHOLE))[1:] == [
        (2, ["7", "东门 01", "dongmen", "22.5", "114", "rtsp://h/m", "True"]),
        (3, []),
        (4, ["dm-2", "东门 02", "dongmen", "", "", "rtsp://h/2", "否"]),
    ]


def test_its_lines_are_cameras() -> None:
    (first, seven), (_, second) = read_cameras(FILE, WHOLE, []).lines
    assert (first.line, seven["id"], seven["position"], seven["enabled"]) == (2, "7", ("22.5", "114"), True)
    assert (second["id"], second["enabled"], "position" in second) == ("dm-2", False, False)


def test_a_workbook_without_rows_lacks_its_columns() -> None:
    with pytest.raises(SettingsError, match="id: is missing from the first line"):
        read_cameras(FILE, workbook(), [])


def test_what_unpacks_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/huge.xml", "w") as member,
    ):
        for _ in range(257):
            member.write(bytes(1 << 20))
    with pytest.raises(SettingsError, match="unpacks to more than 256 MiB"):
        list(sheet_rows(FILE, out.getvalue()))


def test_a_sheet_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 2)
    with pytest.raises(SettingsError, match="3: is beyond line 2"):
        list(sheet_rows(FILE, WHOLE))
    with pytest.raises(SettingsError, match="3: is beyond line 2"):
        list(sheet_rows(FILE, b"a\nb\nc\n"))


@given(st.integers(4, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_workbook_is_read_or_refused(at: int, bytes_: bytes) -> None:
    damaged = WHOLE[:at] + bytes_ + WHOLE[at + len(bytes_) :]
    for data in (damaged, WHOLE[:at]):
        try:
            list(sheet_rows(FILE, data))
        except SettingsError as error:
            assert str(error).startswith("cameras.xlsx:")
