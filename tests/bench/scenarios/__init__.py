"""What is measured. Each scenario is a function that runs once and returns figures by name."""

from __future__ import annotations

from tests.bench.proctree import TreeUse

Figures = dict[str, float]

MEGABYTE = 1e6


def use_figures(name: str, use: TreeUse, farm: TreeUse) -> Figures:
    """Return the figures of a daemon's ``use`` in a window, and the farm's cores, which nobody is charged."""
    figures = {f"{name}.cores": use.cores, f"{name}.memory_mb": use.memory.bytes / MEGABYTE}
    figures |= {f"{name}.{role}_cores": cores for role, cores in use.cores_by_role.items()}
    return figures | {f"{name}.farm_cores": farm.cores}
