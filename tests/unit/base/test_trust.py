from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from commandwall.base.errors import LocalError
from commandwall.base.trust import Trust, tls_context
from tests.certificates import self_signed, signed_by_authority

pytestmark = pytest.mark.blocks_loop  # the system's certificates are read


def test_contexts_are_shared() -> None:
    assert tls_context(Trust(verify=False)) is tls_context(Trust(verify=False))


def test_certificates_that_are_not_there(tmp_path: Path) -> None:
    gone, empty = tmp_path / "gone.pem", tmp_path / "empty.pem"
    empty.touch()
    with pytest.raises(LocalError, match=r"gone\.pem cannot be read: No such file"):
        tls_context(Trust(ca_file=str(gone)))
    with pytest.raises(LocalError, match=r"empty\.pem holds no certificate"):
        tls_context(Trust(ca_file=str(empty)))


async def test_a_certificate_that_stands_there_itself_is_believed_whoever_signed_it(tmp_path: Path) -> None:
    leaf, chain, key = signed_by_authority(tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(chain, key)
    async with await asyncio.start_server(lambda _, out: out.close(), "127.0.0.1", ssl=server) as listening:
        port = listening.sockets[0].getsockname()[1]
        for file in (leaf, chain):
            _, out = await asyncio.open_connection(
                "127.0.0.1", port, ssl=tls_context(Trust(ca_file=str(file)))
            )
            out.close()
        other = tls_context(Trust(ca_file=str(self_signed(tmp_path / "other.pem"))))
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("127.0.0.1", port, ssl=other)
