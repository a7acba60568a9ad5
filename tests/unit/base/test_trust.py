from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.trust import Trust, tls_context

pytestmark = pytest.mark.blocks_loop  # the system's certificates are read


def test_contexts_are_shared(tmp_path: Path) -> None:
    assert tls_context(Trust(verify=False)) is tls_context(Trust(verify=False))
    with pytest.raises(FileNotFoundError):
        tls_context(Trust(ca_file=str(tmp_path / "gone.pem")))
