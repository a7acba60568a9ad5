"""Names that the walls' font cannot draw whole: worth a word before somebody wonders about boxes."""

from __future__ import annotations

from collections.abc import Iterator

from commandwall.compose.text import missing_glyphs
from commandwall.settings.site import Settings


def undrawable(settings: Settings) -> Iterator[str]:
    """Yield a line for every name of the site of which the font lacks a character."""
    named = [
        *((f"camera {camera.id}", camera.name) for camera in settings.cameras),
        *((f"area {area.id}", area.name) for area in settings.areas),
        *((f"wall {wall.id}", wall.name) for wall in settings.walls),
    ]
    for what, name in named:
        for sign in sorted(missing_glyphs(name)):
            yield f"{what}: the font has no glyph for {sign!r} (U+{ord(sign):04X}); walls show a box instead"
