"""Overlays in the configuration: what they come to, and each fault named by its field."""

from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.cli.glyphs import undrawable
from commandwall.model.masks import Mask
from commandwall.model.overlays import Corner, Hidden, Labels, Logo, Switch, WallOverlay
from commandwall.settings.checks import camera_of, entry_of
from commandwall.settings.load import check_settings, load_settings

PNG = b"\x89PNG\r\n\x1a\n...."


def with_wall(site: Path, *lines: str) -> Path:
    """Return ``site`` with more keys of its wall."""
    site.write_text(site.read_text().replace("layout: 4x4,", f"layout: 4x4, {', '.join(lines)},"))
    return site


def with_head(site: Path, keys: str) -> Path:
    """Return ``site`` with more keys of its head."""
    text = site.read_text()
    site.write_text(text.replace("{id: left, ", "{id: left, " + keys + ", "))
    return site


def with_masks(site: Path, masks: str) -> Path:
    site.write_text(
        site.read_text().replace("    area: dongmen\n", f"    area: dongmen\n    masks: {masks}\n")
    )
    return site


def test_labels_and_a_logo_of_a_wall(site: Path) -> None:
    (site.parent / "logo.png").write_bytes(PNG)
    with_wall(site, "labels: {time: off, age: on}", "logo: {file: logo.png, corner: top-left, opacity: 0.5}")
    (wall,) = load_settings(site).walls
    assert wall.labels == Labels(time=Switch.OFF, age=Switch.ON)
    assert wall.logo == Logo(str(site.parent / "logo.png"), Corner.TOP_LEFT, 0.06, 0.5)


@pytest.mark.parametrize(("written", "watermark"), [("true", ""), ("false", None), ("机密", "机密")])
def test_a_head_hides_areas_with_those_inside_and_carries_a_watermark(
    site: Path, written: str, watermark: str | None
) -> None:
    keys = "hide: {areas: [dongmen], cameras: [dongmen-001], overlays: [banner]}, watermark: " + written
    (head,) = load_settings(with_head(site, keys)).walls[0].heads
    assert head.hidden == Hidden(("dongmen", "north"), ("dongmen-001",), (WallOverlay.BANNER,))
    assert head.watermark == watermark


def test_masks_of_a_camera_and_how_they_are_written_back(site: Path) -> None:
    with_masks(site, "[{rect: [0.1, 0.2, 0.3, 0.4]}, {polygon: [[0, 0], [1, 0], [0.5, 1]]}]")
    (camera,) = load_settings(site).cameras
    assert camera.masks[1] == Mask(((0, 0), (1, 0), (0.5, 1)))
    assert camera.masks[0].points[0] == (0.1, 0.2)
    assert camera_of(entry_of(camera)) == camera


@pytest.mark.parametrize(
    ("keys", "field", "words"),
    [
        ("labels: {tiem: on}", "walls[0].labels.tiem", "did you mean time"),
        ("labels: {time: yes}", "walls[0].labels.time", "must be"),
        ("logo: {file: gone.png}", "walls[0].logo.file", "cannot be read"),
        ("logo: {file: secret}", "walls[0].logo.file", "is not a PNG picture"),
        ("logo: {file: secret, height: 2}", "walls[0].logo.height", "must be 0.5 or less"),
    ],
)
def test_what_is_wrong_with_a_wall_is_named(site: Path, keys: str, field: str, words: str) -> None:
    (fault,) = check_settings(with_wall(site, keys))
    assert f": {field}: " in fault and words in fault


@pytest.mark.parametrize(
    ("keys", "field", "words"),
    [
        ("hide: {areas: [dongmem]}", "heads[0].hide.areas[0]", "did you mean dongmen?"),
        ("hide: {cameras: [ghost]}", "heads[0].hide.cameras[0]", "there is no camera 'ghost'"),
        ("hide: {overlays: [clock]}", "heads[0].hide.overlays[0]", "must be"),
    ],
)
def test_what_a_head_cannot_hide_is_named(site: Path, keys: str, field: str, words: str) -> None:
    (fault,) = check_settings(with_head(site, keys))
    assert field in fault and words in fault


@pytest.mark.parametrize(
    ("masks", "words"),
    [
        ("[{rect: [0.9, 0, 0.2, 0.1]}]", "must be x, y, width, height as parts of the picture"),
        ("[{polygon: [[0, 0], [1, 1]]}]", "a polygon has from 3 to 32 points"),
        ("[{rect: [0, 0, 1, 1], polygon: []}]", "must have either rect or polygon"),
    ],
)
def test_what_is_wrong_with_a_mask_is_named(site: Path, masks: str, words: str) -> None:
    (fault,) = check_settings(with_masks(site, masks))
    assert "cameras[0].masks[0]" in fault and words in fault


def test_names_that_the_font_cannot_draw_are_noted(site: Path) -> None:
    assert list(undrawable(load_settings(site))) == []
    site.write_text(site.read_text().replace("东门 01", "东门 🚧"))
    (note,) = undrawable(load_settings(site))
    assert note.startswith("camera dongmen-001: the font has no glyph for '🚧' (U+1F6A7)")
