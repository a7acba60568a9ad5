"""Reads the daemon's ``/metrics`` page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class Metrics:
    """One reading of the page."""

    samples: dict[str, list[tuple[dict[str, str], float]]]

    @classmethod
    def parse(cls, text: str, prefix: str = "") -> Metrics:
        """Return what the page says of names that begin with ``prefix``.

        Raises ``ValueError`` for text that is not in its format.
        """
        samples: dict[str, list[tuple[dict[str, str], float]]] = {}
        lines = (line for line in text.splitlines(keepends=True) if line.startswith(prefix))
        for family in text_string_to_metric_families("".join(lines)):
            for sample in family.samples:
                samples.setdefault(sample.name, []).append((sample.labels, sample.value))
        return cls(samples)

    def values(self, name: str, **labels: str) -> Iterator[float]:
        """Yield the values of ``name`` that carry ``labels``; raises ``KeyError`` for an unknown name."""
        for found, value in self.samples[name]:
            if all(found.get(label) == wanted for label, wanted in labels.items()):
                yield value

    def total(self, name: str, **labels: str) -> float:
        """Return the sum of :meth:`values`."""
        return sum(self.values(name, **labels))
