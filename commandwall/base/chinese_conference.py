"""What is said of conferences in Chinese; :mod:`commandwall.base.chinese` takes it in."""

from __future__ import annotations

CONFERENCE: dict[str, str] = {
    "{text!r} is not a source; write camera:ID, data:ID, screen:ID, conference:ID/PARTICIPANT or none": (
        "{text!r} 不是画面源，请写 camera:ID、data:ID、screen:ID、conference:ID/PARTICIPANT 或 none"
    ),
    "no conference has a picture {id!r}; write ID/PARTICIPANT, ID/picture or ID/content": (
        "没有会议画面 {id!r}，请写 ID/PARTICIPANT、ID/picture 或 ID/content"
    ),
}
