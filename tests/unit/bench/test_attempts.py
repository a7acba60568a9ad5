from __future__ import annotations

import asyncio

import pytest

from tests.bench.attempts import Attempts, ports_towards

FARM = 8554
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def table(*ports: int, far: int = FARM) -> str:
    """Return a table of connections from these ports to the farm, with the farm's own ends."""
    rows = [f"   0: 0100007F:{port:04X} 0100007F:{far:04X} 02 00000000:00000000\n" for port in ports]
    rows += [f"   0: 0100007F:{far:04X} 0100007F:{port:04X} 01 00000000:00000000\n" for port in ports]
    return HEAD + "".join(rows)


def test_only_sockets_towards_the_port_count() -> None:
    assert ports_towards(table(40000, 40001), FARM) == {40000, 40001}
    assert ports_towards(table(40000, far=80), FARM) == set()


def test_what_was_there_before_is_no_attempt_and_a_port_that_is_used_again_is_one() -> None:
    attempts = Attempts(FARM)
    for now_s, ports in ((10.0, (1, 2)), (10.1, (1, 2, 3)), (10.2, (1,)), (10.3, (1, 3))):
        attempts.look(table(*ports), now_s)
    assert attempts.total == 2


def test_the_fullest_second_is_told() -> None:
    attempts = Attempts(FARM)
    now_s, seen = 10.0, 0
    for new in (0, 5, 5, 1, 0, 7, 7, 0):
        seen += new
        attempts.look(table(*range(40000, 40000 + seen)), now_s)
        now_s += 0.5
    assert (attempts.total, attempts.most_per_s) == (25, 14)


@pytest.mark.blocks_loop
async def test_real_connections_are_seen() -> None:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        attempts = Attempts(port)
        follow = asyncio.create_task(attempts.follow())
        while attempts.total < 3 or attempts.most_per_s < 3:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(0.03)
            writer.close()
        follow.cancel()
