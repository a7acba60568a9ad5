"""The camera farm: ``python -m simulators.cameras --count 400 --port 8554``.

Prints one line on standard output when it listens (``ready rtsp://127.0.0.1:8554/cam/0001/sub``);
progress goes to standard error. Ends on SIGINT and SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from commandwall.base.auth import ServerAuthenticator
from commandwall.base.errors import CommandwallError, InvalidError
from commandwall.base.logs import configure_logs
from commandwall.base.tasks import spawn
from commandwall.model.camera import StreamName
from commandwall.rtsp.server import RtspServer
from commandwall.rtsp.server_connection import Connection, Server
from simulators.bake import prepare_process
from simulators.ending import end_with_starter
from simulators.farm import Farm, FarmPlan
from simulators.faults.book import FaultBook
from simulators.faults.file import load_faults
from simulators.faults.wire import Wire
from simulators.loopfile import cache_root
from simulators.loudspeaker import TalkingConnection
from simulators.places import places, write_areas, write_cameras
from simulators.sound import AUDIO_CODECS
from simulators.spec import Codec, parse_spec

MAX_CAMERAS = 9999


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line; argparse ends the program with status 2 where it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.cameras", description="simulated cameras over RTSP"
    )
    parser.add_argument("--count", type=int, default=16, metavar="N", help="how many cameras (default 16)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--port", type=int, default=8554, metavar="P", help="port to listen on; 0 picks a free one"
    )
    parser.add_argument(
        "--main", default="1920x1080@25:4000k", metavar="SPEC", help="main stream, WxH@FPS:KBITSk"
    )
    parser.add_argument("--sub", default="640x360@15:384k", metavar="SPEC", help="sub stream")
    parser.add_argument("--codec", type=Codec, choices=list(Codec), default=Codec.H264)
    parser.add_argument("--audio", choices=AUDIO_CODECS, help="cameras have sound: a tone each")
    parser.add_argument(
        "--loudspeakers",
        type=Path,
        metavar="DIR",
        help="cameras have a loudspeaker (ONVIF backchannel); what it plays goes to DIR/NUMBER.wav",
    )
    parser.add_argument(
        "--clip", type=Path, metavar="FILE", help="pictures from a video file instead of drawn ones"
    )
    parser.add_argument(
        "--live", type=int, default=0, metavar="K", help="encode the first K cameras in real time"
    )
    parser.add_argument("--wait", action="store_true", help="say ready only when every sub stream is encoded")
    parser.add_argument(
        "--faults",
        type=Path,
        metavar="FILE",
        help="what is wrong with which cameras (docs/guide/simulators.md)",
    )
    parser.add_argument("--user", help="ask for this user by digest authentication")
    parser.add_argument("--password", default="", help="and this password (or set FARM_PASSWORD)")
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="where encoded loops are kept"
    )
    parser.add_argument(
        "--onvif", type=int, metavar="P", help="also be ONVIF devices, on this port; 0 picks a free one"
    )
    parser.add_argument(
        "--describe", choices=("csv", "areas"), help="print the cameras or their areas, and end"
    )
    return parser.parse_args(arguments)


def plan_of(options: argparse.Namespace) -> FarmPlan:
    """Return what ``options`` ask for. Raises InvalidError that names the option at fault."""
    if not 1 <= options.count <= MAX_CAMERAS:
        raise InvalidError(f"1 to {MAX_CAMERAS} cameras", field="--count")
    if not 0 <= options.live <= options.count:
        raise InvalidError("no more live cameras than cameras", field="--live")
    if options.clip is not None and not options.clip.is_file():
        raise InvalidError(f"there is no file {options.clip}", field="--clip")
    if options.loudspeakers is not None and not options.loudspeakers.is_dir():
        raise InvalidError(f"there is no folder {options.loudspeakers}", field="--loudspeakers")
    texts = {StreamName.MAIN: options.main, StreamName.SUB: options.sub}
    specs = {stream: parse_spec(text, options.codec) for stream, text in texts.items()}
    cache = options.cache or cache_root()
    faults = load_faults(options.faults) if options.faults else FaultBook()
    faults.check(options.codec)
    cameras = tuple(places(options.count))
    sound = options.audio, options.loudspeakers
    return FarmPlan(cameras, specs, options.clip, options.live, cache, faults, *sound)


async def serve(options: argparse.Namespace, plan: FarmPlan) -> None:
    """Serve until SIGINT or SIGTERM cancels it. Raises OSError when the port is taken."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    workers = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    async with AsyncExitStack() as stack:
        bakers = ProcessPoolExecutor(workers, mp_context=context, initializer=prepare_process)
        stack.callback(_stop_bakers, bakers)
        threads = ThreadPoolExecutor(max(1, min(options.live, workers)), "live")
        stack.callback(threads.shutdown, wait=True, cancel_futures=True)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        farm = Farm(plan, group, bakers, workers, threads)
        server = RtspServer(farm, options.host, options.port, authenticator=_authenticator(options),
                            name="commandwall camera farm", protocol=_protocol(plan))  # fmt: skip
        await stack.enter_async_context(server)
        farm.start()
        if options.wait:
            await _prepare(farm, options.count)
        rtsp_url = f"rtsp://{options.host}:{server.port}"
        ready = [f"{rtsp_url}/cam/0001/sub"]
        if options.onvif is not None:
            ready.append(await stack.enter_async_context(_onvif(options, plan, rtsp_url)))
        sys.stdout.write(f"ready {' '.join(ready)}\n")
        sys.stdout.flush()
        if not options.wait:
            spawn(group, _prepare(farm, options.count), "prepare")
        await asyncio.Event().wait()


@asynccontextmanager
async def _onvif(options: argparse.Namespace, plan: FarmPlan, rtsp_url: str) -> AsyncIterator[str]:
    """Serve the cameras as ONVIF devices too; yields the URL of the first."""
    from simulators.onvif.device import farm_devices
    from simulators.onvif.server import OnvifServer

    devices = farm_devices(plan.places, rtsp_url)
    async with OnvifServer(devices, options.host, options.onvif):
        yield f"{devices[0].address}/device_service"


def _stop_bakers(bakers: ProcessPoolExecutor) -> None:
    """End the baking processes at once; what they had begun is begun again next time."""
    for process in multiprocessing.active_children():
        process.terminate()
    bakers.shutdown(wait=True, cancel_futures=True)


def _protocol(plan: FarmPlan) -> Callable[[Server], asyncio.Protocol]:
    """Return what talks to clients: the plain protocol where nothing is wrong with any camera."""
    connection: Callable[[Server], Connection] = Connection
    if plan.loudspeakers is not None:
        connection = partial(TalkingConnection, folder=plan.loudspeakers)
    if plan.faults.rules:
        return partial(Wire, find=plan.faults.begin, connection=connection)
    return connection


def _authenticator(options: argparse.Namespace) -> ServerAuthenticator | None:
    if not options.user:
        return None
    password = options.password or os.environ.get("FARM_PASSWORD", "")
    return ServerAuthenticator("camera farm", {options.user: password})


async def _prepare(farm: Farm, count: int) -> None:
    columns = (TextColumn("cameras ready"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("cameras", total=count)
        await farm.prepare(lambda: progress.advance(bar))


def main(arguments: list[str] | None = None) -> int:
    """Run the farm; returns the exit status: 0, or 2 for what was asked for wrongly."""
    end_with_starter()
    options = parse_arguments(arguments)
    configure_logs("farm", "WARNING")
    faults: tuple[Exception, ...] = ()
    try:
        if options.describe == "areas":
            write_areas(sys.stdout)
        elif options.describe == "csv":
            credentials = "farm" if options.user else ""
            onvif_url = f"http://{options.host}:{options.onvif}" if options.onvif is not None else ""
            rtsp_url = f"rtsp://{options.host}:{options.port}"
            write_cameras(sys.stdout, options.count, rtsp_url, credentials, onvif_url)
        else:
            plan = plan_of(options)
            with suppress(asyncio.CancelledError):
                uvloop.run(serve(options, plan))
    except* (CommandwallError, OSError) as group:
        faults = group.exceptions
    for fault in faults:
        sys.stderr.write(f"simulators.cameras: {fault}\n")
    return 2 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
