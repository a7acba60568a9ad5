"""Whose certificates are believed where a camera speaks TLS."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import cache

from commandwall.base.errors import LocalError


@dataclass(frozen=True, slots=True)
class Trust:
    """Which certificates are believed where a camera speaks TLS.

    ``verify``: a certificate must be signed by one of ``ca_file`` (PEM; ``""``: the system's), or
    stand there itself, and name the host or IP address of the URL. Otherwise any is taken: nobody
    can read along, but nothing tells a camera from a machine that poses as one.
    """

    verify: bool = True
    ca_file: str = ""


SYSTEM_TRUST = Trust()


@cache
def tls_context(trust: Trust) -> ssl.SSLContext:
    """Return the context that connections under ``trust`` share.

    Raises LocalError when the file cannot be read, or holds no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=trust.ca_file or None)
    except ssl.SSLError as error:
        raise LocalError("{file} holds no certificate", file=trust.ca_file) from error
    except OSError as error:
        raise LocalError(
            "{file} cannot be read: {reason}", file=trust.ca_file, reason=error.strerror
        ) from error
    if not trust.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
