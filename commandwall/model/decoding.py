"""Who is to decode."""

from __future__ import annotations

from enum import StrEnum


class DecodeChoice(StrEnum):
    """``ingest.decode``: a kind of device, the processor, or whatever works best here."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    VAAPI = "vaapi"
