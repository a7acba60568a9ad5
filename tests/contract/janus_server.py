"""A real Janus on loopback, with rooms of its own.

It does not answer candidates of the loopback: peers need another address of this machine, and have them all
while it runs, even if a test before kept this process to the loopback.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aioice.ice

from tests.e2e.site import stop, until

_ALL_ADDRESSES = aioice.ice.get_host_addresses
SECRET = "open-sesame"
PIN = "4711"
ROOM = 1234
VP8_ROOM = 5678
_CORE = """
general: {{
    configs_folder = "{folder}"
    plugins_folder = "/usr/lib/x86_64-linux-gnu/janus/plugins"
    transports_folder = "/usr/lib/x86_64-linux-gnu/janus/transports"
    api_secret = "{secret}"
    session_timeout = 30
    debug_level = 3
}}
nat: {{ ice_enforce_list = "127.0.0.1", full_trickle = false }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
_WEBSOCKETS = """
general: {{ ws = true, ws_port = {port}, ws_ip = "127.0.0.1" }}
"""
_VIDEO_ROOMS = """
room-1234: {{ description = "centre", publishers = 6, bitrate = 2000000, videocodec = "h264", pin = "{pin}" }}
room-5678: {{ description = "old", publishers = 6, videocodec = "vp8", pin = "{pin}" }}
"""
_AUDIO_ROOMS = """
room-1234: {{ description = "centre", sampling_rate = 48000, pin = "{pin}" }}
"""
_NOT_WANTED = {
    "plugins": [
        "echotest",
        "sip",
        "nosip",
        "streaming",
        "textroom",
        "videocall",
        "voicemail",
        "recordplay",
        "lua",
        "duktape",
    ],
    "transports": ["http", "mqtt", "nanomsg", "pfunix", "rabbitmq"],
}


@dataclass(frozen=True)
class Janus:
    """A running Janus: its WebSocket, and its process, which a test may stop."""

    url: str
    process: asyncio.subprocess.Process


@asynccontextmanager
async def janus(folder: Path, port: int) -> AsyncIterator[Janus]:
    """Run Janus with its configuration in ``folder`` until it listens; yields it."""
    disabled = {
        kind: ",".join(f"libjanus_{name}.so" for name in names) for kind, names in _NOT_WANTED.items()
    }
    files = {
        "janus.jcfg": _CORE.format(folder=folder, secret=SECRET, **disabled),
        "janus.transport.websockets.jcfg": _WEBSOCKETS.format(port=port),
        "janus.plugin.videoroom.jcfg": _VIDEO_ROOMS.format(pin=PIN),
        "janus.plugin.audiobridge.jcfg": _AUDIO_ROOMS.format(pin=PIN),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    before, aioice.ice.get_host_addresses = aioice.ice.get_host_addresses, _ALL_ADDRESSES
    process = await asyncio.create_subprocess_exec(
        "janus",
        f"--configs-folder={folder}",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )

    async def listens() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            return False
        writer.close()
        return True

    try:
        await until("Janus listens", listens)
        yield Janus(f"ws://127.0.0.1:{port}", process)
    finally:
        aioice.ice.get_host_addresses = before
        if process.returncode is None:
            await stop(process)
