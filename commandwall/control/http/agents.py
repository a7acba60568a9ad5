"""What a program says that it is: its User-Agent in a few words, which may be anything, or nothing."""

from __future__ import annotations

import re

# The first that is named counts: most browsers name others as well.
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "OBS-Studio": "OBS Studio",
    "Firefox": "Firefox",
    "HeadlessChrome": "Chrome",
    "Chrome": "Chrome",
    "Version": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPad": "iPad",
    "iPhone": "iPhone",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
_MOST = 512
"""Characters of an agent that are looked at: real ones have a few hundred; more take patterns long."""
_PRODUCT = re.compile(r"([A-Za-z][A-Za-z0-9 ._-]{0,30}?)/v?(\d{1,5}(?:\.\d{1,5})?)")


def device_of(agent: str) -> str:
    """Return what ``agent`` says ("Chrome 156, Windows", "aiortc 1.16"); ``""`` when that is nothing."""
    agent = agent[:_MOST]
    if not agent.startswith("Mozilla/"):
        product = _PRODUCT.match(agent)
        return " ".join(product.groups()) if product else ""
    said = dict(re.findall(r"([A-Za-z-]+)/(\d{1,5})", agent))
    browser = next((f"{name} {said[mark]}" for mark, name in _BROWSERS.items() if mark in said), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    return ", ".join(filter(None, (browser, system)))
