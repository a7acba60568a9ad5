"""The vault: users and passwords of cameras, those of the configuration and those added since."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from commandwall.base.clock import utc_iso
from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.database import StoreError
from commandwall.settings.site import Credential

log = logging.getLogger(__name__)

FILE_NAME = "credentials.json"


class Vault(Mapping[str, Credential]):
    """Every credential set by name; the configuration's come before added ones of the same name.

    Added sets lie in one file of the state directory that only the daemon's user can read. Belongs
    to the control plane's event loop; one change at a time.
    """

    def __init__(self, directory: Path, configured: Mapping[str, Credential]) -> None:
        """Read the file; a damaged one is moved aside. Blocks; raises :class:`StoreError`."""
        self._file = directory / FILE_NAME
        self._configured = configured
        self._added = self._read()

    def __getitem__(self, name: str) -> Credential:
        return self._configured[name] if name in self._configured else self._added[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._configured, **self._added})

    def __len__(self) -> int:
        return len({**self._configured, **self._added})

    def is_configured(self, name: str) -> bool:
        """Return whether the set stands in the configuration, and is changed there only."""
        return name in self._configured

    async def add(self, name: str, credential: Credential) -> None:
        """Keep a new set; raises :class:`InvalidError` when the name is taken, :class:`StoreError`."""
        if name in self:
            raise InvalidError(
                "there are already credentials {name!r}; replace those", name=name, field="name"
            )
        await self._keep({**self._added, name: credential})

    async def replace(self, name: str, credential: Credential) -> None:
        """Keep another user and password.

        Raises :class:`NotFoundError`, :class:`InvalidError` for a set of the configuration,
        :class:`StoreError`.
        """
        self._check_added(name)
        await self._keep({**self._added, name: credential})

    async def remove(self, name: str) -> None:
        """Forget a set; raises as :meth:`replace` does."""
        self._check_added(name)
        await self._keep({known: credential for known, credential in self._added.items() if known != name})

    def _check_added(self, name: str) -> None:
        if name in self._configured:
            raise InvalidError(
                "credentials {name!r} stand in the configuration; change them there", name=name
            )
        if name not in self._added:
            raise NotFoundError("there are no credentials {name!r}", name=name)

    async def _keep(self, added: dict[str, Credential]) -> None:
        try:
            await asyncio.to_thread(self._write, added)
        except OSError as error:
            raise StoreError(
                "{file}: {strerror}; make its directory writable", file=self._file, strerror=error.strerror
            ) from error
        self._added = added

    def _write(self, added: Mapping[str, Credential]) -> None:
        """Replace the file whole: after a power cut it is the old one or the new one."""
        data = {name: {"user": each.user, "password": each.password} for name, each in added.items()}
        new = self._file.with_suffix(".new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(data, out, ensure_ascii=False)
            out.flush()
            os.fsync(out.fileno())
        new.replace(self._file)

    def _read(self) -> dict[str, Credential]:
        try:
            data = json.loads(self._file.read_text(encoding="utf-8"))
            return {name: Credential(str(each["user"]), str(each["password"])) for name, each in data.items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(
                "{file}: {strerror}; let the daemon's user read it", file=self._file, strerror=error.strerror
            ) from error
        except (ValueError, TypeError, LookupError, AttributeError):  # Their words might quote a password.
            aside = self._file.with_name(f"{FILE_NAME}.damaged-{utc_iso().replace(':', '')}")
            log.error("%s is damaged: kept as %s; add the credentials again", self._file, aside.name)
            self._file.rename(aside)
            return {}
