"""Simulated ONVIF devices: ``python -m simulators.onvif --count 4 --port 8000``.

Prints one line on standard output when it listens, ``ready http://127.0.0.1:8000/onvif/0001/device_service``.
Ends on SIGINT and SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack, suppress

from commandwall.base.logs import configure_logs
from simulators.ending import end_with_starter
from simulators.onvif.device import farm_devices
from simulators.onvif.responder import Responder
from simulators.onvif.server import OnvifServer
from simulators.places import places

MAX_DEVICES = 9999


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line; argparse ends the program with status 2 where it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m simulators.onvif", description="simulated ONVIF devices")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="how many devices (default 1)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on, and to be found at")
    parser.add_argument("--port", type=int, default=8000, metavar="P", help="port; 0 picks a free one")
    parser.add_argument(
        "--rtsp", default="rtsp://127.0.0.1:8554", metavar="URL", help="the camera farm that they stream from"
    )
    parser.add_argument("--fixed", type=int, default=0, metavar="K", help="the last K devices have no PTZ")
    parser.add_argument("--user", help="ask for this user by UsernameToken")
    parser.add_argument("--password", default="", help="and this password (or set ONVIF_PASSWORD)")
    parser.add_argument("--http-digest", action="store_true", help="ask by HTTP digest instead")
    options = parser.parse_args(arguments)
    if not 1 <= options.count <= MAX_DEVICES:
        parser.error(f"--count: 1 to {MAX_DEVICES} devices")
    return options


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM cancels it. Raises OSError when the port is taken."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    password = options.password or os.environ.get("ONVIF_PASSWORD", "")
    passwords = {options.user: password} if options.user else None
    fixed = range(options.count - options.fixed + 1, options.count + 1)
    devices = farm_devices(places(options.count), options.rtsp, fixed)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(
            OnvifServer(
                devices, options.host, options.port, passwords=passwords, http_digest=options.http_digest
            )
        )
        await stack.enter_async_context(Responder(devices, options.host))
        sys.stdout.write(f"ready {devices[0].address}/device_service\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(arguments: list[str] | None = None) -> int:
    """Run the devices; returns the exit status: 0, or 2 for what was asked for wrongly."""
    end_with_starter()
    options = parse_arguments(arguments)
    configure_logs("onvif", "WARNING")
    try:
        with suppress(asyncio.CancelledError):
            asyncio.run(serve(options))
    except OSError as error:
        sys.stderr.write(f"simulators.onvif: {error.strerror}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
