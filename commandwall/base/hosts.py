"""Names of hosts, before anybody looks them up."""

from __future__ import annotations


def can_be_host(name: str) -> bool:
    """Return whether ``name`` may be a host's name or IP address.

    The resolver does not answer for others but raises what is no OSError: a label is empty or longer than
    63 bytes (``10.1..1.11``), or there is a control character in it.
    """
    try:
        return name.isprintable() and bool(name.encode("idna"))
    except UnicodeError:
        return False
