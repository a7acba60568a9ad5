"""Spreadsheets of cameras, CSV and XLSX, up to what they would change."""

from __future__ import annotations

from commandwall.control.problem import FieldFault, FieldsError
from commandwall.control.sheet_import import ImportPlan, Known, plan_import
from commandwall.model.camera import Camera, StreamAddress

WORDS = (
    b"id,name,area,latitude,longitude,main_url,sub_url,credentials,enabled\n",
    b"c-2,x,dongmen,22.5,114.1,rtsp://h/m,,school,\xe6\x98\xaf\n",
    b'"a\nb"',
    b"\xef\xbb\xbf",
    b"PK\x03\x04",
    b"1e999",
    b"rtsp://[",
)
_OLD = Camera("c-1", "Old", "dongmen", StreamAddress("rtsp://h/1"), None)
_KNOWN = Known({"dongmen"}, {"school"}, {"c-1": _OLD}, {"c-1"})
_MAX_SHOWN_CHARS = 1500


def check(data: bytes) -> ImportPlan | None:
    try:
        plan = plan_import(data, _KNOWN)
    except FieldsError as error:
        _show(error.faults)
        return None
    for line in plan.lines:
        _show(line.faults)
    return plan


def _show(faults: tuple[FieldFault, ...]) -> None:
    """Check that each can be sent; the page that shows them breaks lines by itself."""
    for fault in faults:
        for words in (fault.field, fault.detail, fault.detail_zh):
            assert len(words) <= _MAX_SHOWN_CHARS, words
            words.encode()
