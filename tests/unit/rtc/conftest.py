"""What every test of the rtc process gets: aiortc is afterwards as it was."""

from __future__ import annotations

from collections.abc import Iterator

import aioice.ice
import pytest
from aiortc.codecs import CODECS, HEADER_EXTENSIONS


@pytest.fixture(autouse=True, scope="package")
def aiortc_as_before() -> Iterator[None]:
    """Take back what the hooks put into aiortc's tables: other tests of this process are its plain users."""
    codecs = {kind: codecs[:] for kind, codecs in CODECS.items()}
    extensions = {kind: extensions[:] for kind, extensions in HEADER_EXTENSIONS.items()}
    addresses = aioice.ice.get_host_addresses
    yield
    CODECS.update(codecs)
    HEADER_EXTENSIONS.update(extensions)
    aioice.ice.get_host_addresses = addresses
