"""Credentials that open one head by RTSP."""

from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.settings.load import check_settings, load_settings
from commandwall.settings.site import Credential

SETS = """\
credentials:
  dongmen: {user: admin, password_file: secret}
  city: {user: city, password_file: secret}
  street: {user: street, password_file: secret}
  other: {user: street, password_file: another}
"""
HEADS = "heads: [{id: left, rect: [0, 0, 1920, 2160]}]"


def with_heads(site: Path, heads: str, rtsp: str = "rtsp: {credentials: city}\n") -> Path:
    """Return ``site`` with more credentials, and with these ``heads``, each ``ID: CREDENTIALS``."""
    (site.parent / "another").write_text("another word\n")
    each = (
        f"{{id: {name}, rect: [0, 0, 1920, 2160], credentials: {credentials}}}"
        for name, credentials in (head.split(": ") for head in heads.split(", "))
    )
    text = site.read_text().replace("credentials: {dongmen: {user: admin, password_file: secret}}\n", SETS)
    site.write_text(rtsp + text.replace(HEADS, f"heads: [{', '.join(each)}]"))
    return site


def test_heads_may_have_credentials_of_their_own(site: Path) -> None:
    rtsp = load_settings(with_heads(site, "left: street, middle: street, right: dongmen")).rtsp
    street = Credential("street", "pass word")
    assert rtsp.credential == Credential("city", "pass word")
    assert rtsp.heads == {
        "main/left": street, "main/middle": street, "main/right": Credential("admin", "pass word"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("heads", "rtsp", "words"),
    [
        (
            "left: streat",
            "rtsp: {credentials: city}\n",
            "heads[0].credentials: there is no credential 'streat'",
        ),
        ("left: street", "", "without rtsp.credentials everybody may watch"),
        ("left: city", "rtsp: {credentials: city}\n", "user 'city' of rtsp.credentials may watch everything"),
        (
            "left: street, right: other",
            "rtsp: {credentials: city}\n",
            "heads[1].credentials: user 'street' has another password at another head",
        ),
    ],
)
def test_credentials_that_would_not_do_what_they_say_are_faults(
    site: Path, heads: str, rtsp: str, words: str
) -> None:
    (fault,) = check_settings(with_heads(site, heads, rtsp))
    assert words in fault
