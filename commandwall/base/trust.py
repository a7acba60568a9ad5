"""Whose certificates are believed: where a camera speaks TLS, and the daemon itself."""

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


def believing(ca_file: str) -> ssl.SSLContext:
    """Return a new context that believes the certificates in ``ca_file`` (``""``: the system's).

    Those that they signed are believed too. Each is enough by itself, whoever signed it.
    Raises LocalError when the file cannot be read, or holds no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except ssl.SSLError as error:
        raise LocalError("{file} holds no certificate", file=ca_file) from error
    except OSError as error:
        raise LocalError("{file} cannot be read: {reason}", file=ca_file, reason=error.strerror) from error
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # The default only since Python 3.13.
    return context


@cache
def tls_context(trust: Trust) -> ssl.SSLContext:
    """Return the context that connections under ``trust`` share; raises as :func:`believing` does."""
    context = believing(trust.ca_file)
    if not trust.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
