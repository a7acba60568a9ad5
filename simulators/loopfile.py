r"""The cache of encoded loops: one file a stream, written whole or not at all.

A file is ``CWLOOP1\n``, the number of frames (32 bits, big endian), then for each frame its size
with the highest bit set for key frames and, in the four bits below, how many frames after it was
sent a picture is shown (32 bits), then the access units one after the other.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simulators.spec import VideoSpec

GENERATOR_VERSION = 3
"""Counts changes of what pictures look like; a cache of another version is not used."""

_MAGIC = b"CWLOOP1\n"
_KEY = 1 << 31
_DELAY_SHIFT, _SIZE = 27, (1 << 27) - 1


@dataclass(frozen=True, slots=True)
class Unit:
    """One access unit of a loop (Annex B, or a JPEG file).

    ``delay``: how many frames later it is shown, up to 15.
    """

    data: bytes
    key: bool
    delay: int = 0


def cache_root() -> Path:
    """Return where loops are kept: ``commandwall/farm`` in the user's cache directory."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "commandwall" / "farm"


def cache_folder(root: Path, spec: VideoSpec, clip: Path | None) -> Path:
    """Return the folder for streams of one kind; it is another one when the pictures would be."""
    source = ""
    if clip is not None:
        status = clip.stat()
        source = f"{clip.resolve()} {status.st_size} {status.st_mtime_ns}"
    words = f"{GENERATOR_VERSION} {spec} {spec.gop} {spec.loop_frames} {spec.codec} {source}"
    if spec.b_frames or spec.frozen:
        words += f" {spec.b_frames} {spec.frozen}"
    if spec.slices > 1:
        words += f" {spec.slices}"
    if spec.constrained_baseline:
        words += " constrained baseline"
    return root / f"{spec.width}x{spec.height}-{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def write_loop(path: Path, units: Sequence[Unit]) -> None:
    """Write ``units`` to ``path``; another process sees the whole file or none. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sizes = [len(unit.data) | unit.delay << _DELAY_SHIFT | (_KEY if unit.key else 0) for unit in units]
    head = _MAGIC + struct.pack(f"!I{len(sizes)}I", len(sizes), *sizes)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(head + b"".join(unit.data for unit in units))
    partial.rename(path)


def read_loop(path: Path) -> list[Unit] | None:
    """Return the units in ``path``, or ``None`` where there is no such file or it is not whole."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    start = len(_MAGIC) + 4
    if content[: len(_MAGIC)] != _MAGIC or len(content) < start:
        return None
    (count,) = struct.unpack_from("!I", content, len(_MAGIC))
    if count == 0 or len(content) < start + 4 * count:
        return None
    sizes = struct.unpack_from(f"!{count}I", content, start)
    units = []
    position = start + 4 * count
    for size in sizes:
        end = position + (size & _SIZE)
        units.append(Unit(content[position:end], bool(size & _KEY), (size & ~_KEY) >> _DELAY_SHIFT))
        position = end
    return units if position == len(content) else None
