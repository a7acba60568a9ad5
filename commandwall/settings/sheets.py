"""The rows of a spreadsheet as text, whatever program saved it: CSV, or XLSX (ISO/IEC 29500)."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commandwall.base.sentence import Sentence
from commandwall.settings.faults import Fault, SettingsError

Row = tuple[int, list[str]]
"""A row: the line (from 1) that it begins at, and its fields without spaces around them."""

SHEETS = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
"""The media types of both: CSV, XLSX."""
MAX_ROWS = 100_000
_MAX_COLUMNS = 64
_MAX_UNPACKED_BYTES = 256 << 20
_ZIP = b"PK\x03\x04"
# What the reader raises for a workbook that is cut off, damaged, encrypted or made to harm.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, AttributeError, ArithmeticError,
    OSError, EOFError, RuntimeError, SyntaxError,
)  # fmt: skip


def sheet_rows(file: Path, data: bytes) -> Iterator[Row]:
    """Yield the rows of the spreadsheet ``data``; of a workbook, those of its first sheet.

    Empty rows are among them. ``file`` is only what faults are named by. Blocks for seconds on a
    large workbook. Raises :class:`SettingsError` where it cannot be read, also after some rows.
    """
    rows = _workbook_rows(file, data) if data.startswith(_ZIP) else _text_rows(file, data)
    for line, fields in rows:
        if line > MAX_ROWS:
            message = Sentence("is beyond line {most}; split the spreadsheet", most=MAX_ROWS)
            raise SettingsError([Fault(file, line, "", message)])
        yield line, fields


def _text_rows(file: Path, data: bytes) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(_text(file, data), newline=""), strict=True)
    end = 0
    try:
        for fields in reader:
            yield end + 1, [field.strip() for field in fields]
            end = reader.line_num
    except csv.Error as error:
        message = Sentence("is not CSV: {error}", error=error)
        raise SettingsError([Fault(file, reader.line_num, "", message)]) from error


def _text(file: Path, data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    message = Sentence('is neither UTF-8 nor GB18030; save it as "CSV UTF-8"')
    raise SettingsError([Fault(file, 1, "", message)])


def _workbook_rows(file: Path, data: bytes) -> Iterator[Row]:
    from openpyxl import load_workbook

    line = 1
    try:
        _check_size(file, data)
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # Some programs write wrong ones.
        for line, values in enumerate(sheet.iter_rows(max_col=_MAX_COLUMNS, values_only=True), 1):
            yield line, _without_blank_end([_field(value) for value in values])
    except _DAMAGED as error:
        message = Sentence(
            "is not a workbook ({kind}); save it as XLSX or CSV anew", kind=type(error).__name__
        )
        raise SettingsError([Fault(file, line, "", message)]) from error


def _check_size(file: Path, data: bytes) -> None:
    """Refuse what unpacks to more than memory should hold; the unpacker holds members to their sizes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > _MAX_UNPACKED_BYTES:
        message = Sentence("unpacks to more than {most} MiB; save it as CSV", most=_MAX_UNPACKED_BYTES >> 20)
        raise SettingsError([Fault(file, 1, "", message)])


def _without_blank_end(fields: list[str]) -> list[str]:
    while fields and not fields[-1]:
        fields.pop()
    return fields


def _field(value: Any) -> str:
    """Return a cell as a person sees it: 7 where the workbook holds the number 7.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
