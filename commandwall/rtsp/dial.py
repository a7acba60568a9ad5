"""Connections to cameras: opened within a time, over TLS where the URL says so, or refused in words."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from collections.abc import Callable
from typing import TypeVar

from commandwall.base.errors import ConnectionLostError, LocalError, UntrustedError
from commandwall.base.trust import Trust, tls_context
from commandwall.rtsp.address import Address

_OURS = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS))
"""What fails here, before anything is sent."""

ProtocolT = TypeVar("ProtocolT", bound=asyncio.Protocol)


async def dial(
    factory: Callable[[], ProtocolT], address: Address, trust: Trust, timeout_s: float
) -> ProtocolT:
    """Connect to a camera, TLS handshake included, and return the protocol that ``factory`` made.

    Raises UntrustedError for a certificate that is not believed, LocalError if it fails here and not at
    the camera, ConnectionLostError that says why the camera cannot be reached.
    """
    loop = asyncio.get_running_loop()
    where = f"connect: {address.where}"
    tls = tls_context(trust) if address.tls else None
    name = address.host.partition("%")[0] if tls else None
    try:
        async with asyncio.timeout(timeout_s):
            opened = loop.create_connection(
                factory, address.host, address.port, ssl=tls, server_hostname=name
            )
            _, protocol = await opened
    except TimeoutError:
        raise ConnectionLostError(
            "{where} does not answer within {timeout_s:g} s", where=where, timeout_s=timeout_s
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise UntrustedError(
            f"{where}: {error.verify_message}; add the certificate to ingest.tls.ca, or set"
            " tls_verify: false for this camera"
        ) from error
    except ssl.SSLError as error:
        raise ConnectionLostError(
            f"{where}: no TLS ({error.reason}); if the camera has none, write rtsp://"
        ) from error
    except OSError as error:
        number = error.errno or 0  # below 0 when a name is not known
        words = os.strerror(number) if number > 0 else error.strerror or error
        raise (LocalError if number in _OURS else ConnectionLostError)(f"{where}: {words}") from error
    return protocol
