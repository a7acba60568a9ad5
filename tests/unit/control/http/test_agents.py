from __future__ import annotations

import pytest

from commandwall.control.http.agents import device_of

_KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/156.0.0.0 Safari/537.36",
            "Chrome 156, Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.1.2",
            "Edge 156, Windows",
        ),
        (
            f"Mozilla/5.0 (X11; Linux x86_64) {_KIT} HeadlessChrome/156.0.0.0 Safari/537.36",
            "Chrome 156, Linux",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 15) {_KIT} Chrome/150.0.0.0 Mobile Safari/537.36",
            "Chrome 150, Android",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140, Linux"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.3 Safari/605.1.15",
            "Safari 18, macOS",
        ),
        ("Mozilla/5.0 (OBS-Studio/30.2.0; Linux x86_64; en-US)", "OBS Studio 30, Linux"),
        ("Mozilla/5.0", ""),
        ("GStreamer/1.26.2 (webrtchttp)", "GStreamer 1.26"),
        ("Python/3.13 aiohttp/3.13.2", "Python 3.13"),
        ("commandwall/0.1.0", "commandwall 0.1"),
        ("<script>/1", ""),
        ("x" * 5000 + "/1", ""),
        ("Mozilla/5.0 " + "x" * 500_000, ""),
        ("", ""),
    ],
)
def test_a_client_is_what_it_says(agent: str, device: str) -> None:
    assert device_of(agent) == device
