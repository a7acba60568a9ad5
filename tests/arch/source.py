"""Reads the project's Python files as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file; ``name`` is its dotted name (``commandwall.ipc.slots``)."""

    name: str
    file: Path

    @cached_property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.file))

    @property
    def top(self) -> str:
        """The package of commandwall that it is in (``ipc``), or its own name at the top (``app``)."""
        return self.inner.partition(".")[0]

    @property
    def inner(self) -> str:
        """Its dotted name below the outermost package (``ipc.slots``)."""
        return self.name.partition(".")[2]

    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield line and dotted name of whatever it imports, wherever in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)

    def functions(self) -> Iterator[Function]:
        """Yield every function and method."""
        yield from (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def public(self) -> Iterator[ast.ClassDef | Function]:
        """Yield the classes, functions and methods that others may use."""
        pending: list[ast.AST] = [self.tree]
        while pending:
            for node in ast.iter_child_nodes(pending.pop()):
                if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
                    yield node
                    if isinstance(node, ast.ClassDef):
                        pending.append(node)


def modules(root: Path, package: str) -> list[Module]:
    """Return the modules of ``package`` under ``root``; none if it does not exist."""
    found = []
    for file in sorted((root / package).rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        found.append(Module(".".join(parts[:-1] if parts[-1] == "__init__" else parts), file))
    return found
