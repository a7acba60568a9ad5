from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.errors import LocalError
from commandwall.base.trust import Trust, tls_context

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
