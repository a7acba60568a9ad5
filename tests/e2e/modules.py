"""Single modules of the pages, run in the browser they are for."""

from __future__ import annotations

from typing import Any, Protocol

from playwright.async_api import Page


class Run(Protocol):
    async def __call__(self, module: str, body: str, *arguments: Any) -> Any:
        """Run the JavaScript ``body`` with the module as ``it`` and ``arguments`` as ``args``."""


def runner(page: Page) -> Run:
    """Return what runs modules in ``page``."""

    async def evaluate(module: str, body: str, *arguments: Any) -> Any:
        script = f"async (args) => {{ const it = await import('/panel/js/{module}'); {body} }}"
        return await page.evaluate(script, list(arguments))

    return evaluate
