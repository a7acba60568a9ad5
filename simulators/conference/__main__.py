"""``python -m simulators.conference --url http://127.0.0.1:8080 --conference morning --sites 12``.

Simulated participants join a conference of a running daemon and stay until SIGINT or SIGTERM. With
``--sites N`` they are invited first, which needs an operator's token in ``CONFERENCE_TOKEN``; with
``--token`` each comes by an invitation that somebody else gave. Prints ``ready N`` when all have
joined, and with ``--report`` one line of JSON for each of them every so often.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from commandwall.base.errors import CommandwallError, InvalidError
from commandwall.base.logs import configure_logs
from simulators.conference.connection import RefusedError
from simulators.conference.desk import Desk, invitation_of
from simulators.conference.faults import NAMED, Faults, parse_faults
from simulators.conference.hooks import on_loopback
from simulators.conference.peer import Peer, Person, Seat
from simulators.conference.report import report
from simulators.conference.sites import SITES, site_name
from simulators.ending import end_with_starter
from simulators.loopfile import cache_root

_LOCAL = ("127.0.0.1", "localhost")


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line; argparse ends the program with status 2 where it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.conference", description="simulated participants of a conference"
    )
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="the daemon")
    parser.add_argument("--conference", default="demo", metavar="ID", help="opened if it is not (demo)")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--sites", type=int, default=len(SITES), metavar="N", help="invite so many (12)")
    who.add_argument("--token", nargs="+", metavar="T", help="come by these invitations")
    parser.add_argument("--role", choices=("chair", "member", "site"), default="site", help="of the invited")
    parser.add_argument("--first", type=int, default=1, metavar="N", help="number of the first one (1)")
    parser.add_argument("--talking", type=int, metavar="N", help="so many say something, the others nothing")
    parser.add_argument("--content", action="store_true", help="the first one shows a second picture")
    parser.add_argument(
        "--faults", nargs="+", default=[], metavar="NUMBER:FAULTS",
        help=f"what is wrong with whom; {', '.join(NAMED)}, or fields as loss=0.05, joined by commas",
    )  # fmt: skip
    parser.add_argument(
        "--report", type=float, metavar="S", help="tell every S seconds what each sees and hears"
    )
    parser.add_argument("--cache", type=Path, default=cache_root(), metavar="DIR")
    return parser.parse_args(arguments)


def faults_of(words: Sequence[str]) -> dict[int, Faults]:
    """Return what is wrong with whom, by number; raises InvalidError."""
    found = {}
    for word in words:
        number, colon, text = word.partition(":")
        if not colon or not number.isdecimal():
            raise InvalidError(f"{word!r} is not NUMBER:FAULTS, such as 3:bad-line", field="--faults")
        found[int(number)] = parse_faults(text)
    return found


async def seats(options: argparse.Namespace) -> list[tuple[Person, Seat]]:
    """Return who comes, and where each sits; raises RefusedError, aiohttp's errors."""
    found = []
    if options.token:
        for number, token in enumerate(options.token, options.first):
            invitation = await invitation_of(options.url, token)
            person = Person(number, invitation["name"])
            place = invitation["conference"], invitation["participant"]
            found.append((person, Seat(options.url, *place, token)))
        return found
    headers = {"Authorization": f"Bearer {os.environ.get('CONFERENCE_TOKEN', '')}"}
    async with aiohttp.ClientSession(options.url, headers=headers) as session:
        desk = Desk(session, options.conference)
        await desk.open(options.conference)
        for number in range(options.first, options.first + options.sites):
            participant, token = await desk.invite(site_name(number), options.role)
            seat = Seat(options.url, options.conference, participant, token)
            found.append((Person(number, site_name(number)), seat))
    return found


async def run(options: argparse.Namespace) -> None:
    """Join with everybody and stay until SIGINT or SIGTERM; raises what keeps all of them out."""
    faults = faults_of(options.faults)
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    if urlsplit(options.url).hostname in _LOCAL:
        on_loopback()
    async with AsyncExitStack() as stack:
        peers = [
            await stack.enter_async_context(Peer(person, seat, options.cache, faults.get(person.number)))
            for person, seat in await seats(options)
        ]
        talking = len(peers) if options.talking is None else options.talking
        for index, peer in enumerate(peers):
            peer.voice.talking = index < talking
        joined = [peer for peer in peers if await _joined(peer)]
        if options.content and joined:
            await joined[0].send_content()
        _say(f"ready {len(joined)}")
        while options.report:
            await asyncio.sleep(options.report)
            for line in await asyncio.to_thread(_lines, joined):
                _say(line)
        await asyncio.Event().wait()


async def _joined(peer: Peer) -> bool:
    """Return whether ``peer`` is in; who is refused, as some are made to be, is named."""
    try:
        await peer.join()
    except (RefusedError, TimeoutError) as error:
        sys.stderr.write(f"simulators.conference: {peer.person.name}: {str(error) or 'no connection'}\n")
        return False
    return True


def _lines(peers: Sequence[Peer]) -> list[str]:
    return [json.dumps(report(peer, peers), ensure_ascii=False) for peer in peers]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit status: 0, 1 when the daemon refuses, 2 for a wrong option."""
    end_with_starter()
    options = parse_arguments(arguments)
    configure_logs("conference", "WARNING")
    try:
        with suppress(asyncio.CancelledError):
            asyncio.run(run(options))
    except InvalidError as error:
        sys.stderr.write(f"simulators.conference: {error}\n")
        return 2
    except (CommandwallError, aiohttp.ClientError, OSError) as error:
        sys.stderr.write(f"simulators.conference: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
