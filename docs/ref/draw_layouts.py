"""Draws the shipped layouts for layouts.md: run ``make docs`` after a change."""

from __future__ import annotations

from pathlib import Path

from commandwall.model.layout import Layout
from commandwall.settings.layouts import load_layouts, shipped_layouts

HERE = Path(__file__).parent
BEGIN, END = "<!-- drawn by draw_layouts.py -->\n", "<!-- end -->\n"
CANVAS = {"ultra-wide": (5760, 1080)}
HEIGHT = 108


def drawing(layout: Layout) -> str:
    """Return ``layout`` on its canvas as an SVG image, every cell with its id."""
    width, height = CANVAS.get(layout.id, (3840, 2160))
    scale = HEIGHT / height
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:g}" height="{HEIGHT}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" text-anchor="middle">',
        f'<rect width="{width}" height="{height}" fill="#0b1622"/>',
    ]
    rects = layout.rects(width, height)
    for cell in sorted(layout.cells, key=lambda cell: cell.z):
        rect = rects[cell.id]
        size = min(rect.height * 0.4, rect.width * 0.3)
        x, y = rect.x + rect.width / 2, rect.y + rect.height / 2 + size * 0.35
        lines += [
            f'<rect x="{rect.x + 8}" y="{rect.y + 8}" width="{rect.width - 16}" height="{rect.height - 16}"'
            + (' fill="#2f6ea3" stroke="#0b1622" stroke-width="16"/>' if cell.z else ' fill="#1d4e79"/>'),
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="#e8f1fa">{cell.id}</text>',
        ]
    return "\n".join([*lines, "</svg>\n"])


def _grid(layout: Layout) -> str:
    """Return the size of the grid, or that cells do not keep to one."""
    free = any(edge % 1 for cell in layout.cells for edge in (cell.column, cell.row, cell.columns, cell.rows))
    return "free-form" if free or layout.columns == 100 else f"{layout.columns} x {layout.rows}"


def table(layouts: dict[str, Layout]) -> str:
    """Return the page's table of all layouts."""
    rows = [
        f"| `{layout.id}` | {layout.name} | {len(layout.cells)} | {_grid(layout)}"
        f" | ![{layout.id}](layouts/{layout.id}.svg) |"
        for layout in layouts.values()
    ]
    return "\n".join(["| id | name | cells | grid | drawn |", "|---|---|---|---|---|", *rows, ""])


def pages() -> dict[Path, str]:
    """Return every generated file and what is to stand in it."""
    layouts = load_layouts(shipped_layouts())
    page = HERE / "layouts.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    drawn = {HERE / "layouts" / f"{layout.id}.svg": drawing(layout) for layout in layouts.values()}
    return {page: before + BEGIN + table(layouts) + END + after, **drawn}


if __name__ == "__main__":
    (HERE / "layouts").mkdir(exist_ok=True)
    for file, text in pages().items():
        file.write_text(text, encoding="utf-8")
