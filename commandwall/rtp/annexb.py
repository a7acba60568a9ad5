"""The byte stream format of H.264 and H.265 (annex B of both): NAL units behind start codes."""

from __future__ import annotations

START_CODE = b"\x00\x00\x00\x01"


def split_annexb(data: bytes) -> list[bytes]:
    """Return the NAL units in ``data``, without start codes and trailing zero bytes, empty ones left out.

    Bytes before the first start code are not a NAL unit and are left out.
    """
    nals = []
    start = data.find(b"\x00\x00\x01")
    while start >= 0:
        end = data.find(b"\x00\x00\x01", start + 3)
        nal = data[start + 3 : end if end >= 0 else len(data)].rstrip(b"\x00")
        if nal:
            nals.append(nal)
        start = end
    return nals


def past_start_code(data: bytes, start: int, end: int) -> int:
    """Return where ``data[start:end]`` goes on behind its start code; ``start`` if it begins with none."""
    if data.startswith(b"\x00\x00\x01", start, end):
        return start + 3
    return start + 4 if data.startswith(START_CODE, start, end) else start


def unescape(nal: bytes) -> bytes:
    """Return ``nal`` without emulation prevention bytes (H.264 section 7.3.1)."""
    parts = []
    start = 0
    while (found := nal.find(b"\x00\x00\x03", start)) >= 0:
        parts.append(nal[start : found + 2])
        start = found + 3
    parts.append(nal[start:])
    return b"".join(parts)
