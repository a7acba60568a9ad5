"""The daemon's conferences by HTTP: opened, filled with participants and directed, by a token."""

from __future__ import annotations

from typing import Any

import aiohttp

from simulators.conference.connection import RefusedError


class Desk:
    """One conference at one daemon. ``session`` has the daemon's address and somebody's token."""

    def __init__(self, session: aiohttp.ClientSession, conference: str) -> None:
        self._session = session
        self.conference = conference
        self._path = f"/api/v1/conferences/{conference}"

    async def open(self, name: str) -> None:
        """Open the conference, if it is not open; raises RefusedError."""
        async with self._session.get(self._path) as response:
            if response.status == 200:
                return
        await self._call("POST", "/api/v1/conferences", {"id": self.conference, "name": name})

    async def invite(self, name: str, role: str = "site") -> tuple[str, str]:
        """Return a new participant's id and token; raises RefusedError."""
        member = await self._call("POST", f"{self._path}/members", {"name": name, "role": role})
        return member["participant"], member["token"]

    async def roster(self) -> dict[str, Any]:
        """Return the conference as the API shows it; raises RefusedError."""
        roster: dict[str, Any] = await self._call("GET", self._path)
        return roster

    async def chair(self, verb: str, target: str = "", **more: Any) -> Any:
        """Do as the chair does, with what else the verb takes; raises RefusedError."""
        return await self._call("POST", f"{self._path}/chair", {"verb": verb, "target": target, **more})

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        async with self._session.request(method, path, json=body) as response:
            document = await response.json(content_type=None)
            if response.status >= 400:
                raise RefusedError(response.status, str((document or {}).get("detail", "")))
            return document


async def invitation_of(url: str, token: str) -> dict[str, Any]:
    """Return what the invitation in ``token`` is for: conference, participant, name; raises RefusedError."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(url, headers=headers) as session,
        session.get("/api/v1/invitation") as response,
    ):
        document: dict[str, Any] = await response.json(content_type=None)
        if response.status != 200:
            raise RefusedError(response.status, str(document.get("detail", "")))
        return document
