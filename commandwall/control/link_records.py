"""Links and bridges as they are kept over a restart."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.settings.site import BridgeSettings, LinkSettings


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A link or a bridge that somebody opened, kept over a restart with its secrets."""

    link: LinkSettings | None = None
    bridge: BridgeSettings | None = None

    @classmethod
    def of(cls, settings: LinkSettings | BridgeSettings) -> LinkRecord:
        """Return the record of ``settings``."""
        if isinstance(settings, LinkSettings):
            return cls(link=settings)
        return cls(bridge=settings)

    @property
    def settings(self) -> LinkSettings | BridgeSettings | None:
        """What it is of."""
        return self.link or self.bridge
