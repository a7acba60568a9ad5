"""The targets, and the files that each begins with."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.fuzz import targets
from tests.fuzz.judge import Check

CORPUS = Path(__file__).parent / "corpus"
NAMES = tuple(sorted(module.name for module in pkgutil.iter_modules(targets.__path__)))


@dataclass(frozen=True, slots=True)
class Target:
    """A module of ``tests.fuzz.targets``: its ``check``, and its ``WORDS``, which the fuzzer puts in."""

    name: str
    check: Check
    words: Sequence[bytes]

    @property
    def corpus(self) -> list[Path]:
        """Real messages, edge cases by hand, and earlier findings (``found-*``), in order of name."""
        return sorted(self.directory.iterdir())

    @property
    def directory(self) -> Path:
        """Where the corpus lies."""
        return CORPUS / self.name


def load(name: str) -> Target:
    """Return the target ``name``, one of NAMES."""
    module = import_module(f"{targets.__name__}.{name}")
    return Target(name, module.check, module.WORDS)
