"""The table of routes: what is there, who may call it, what goes in and what comes out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from commandwall.control.roles import Permission

API = "/api/v1"
_OTHER_API = ("/whep/", "/whip/", "/webrtc/", "/metrics", "/healthz", "/readyz")


@dataclass(frozen=True, slots=True)
class Query:
    """One parameter of the query string; ``type`` as in JSON schema."""

    name: str
    summary: str
    type: str = "integer"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation.

    ``permission`` is what the service asks for; ``None`` with ``signed_in`` means anybody who is
    signed in. ``takes`` is the model of a JSON body, or the content types of any other. ``gives`` is
    the type of the JSON answer, a content type, or ``None`` for none.
    """

    method: str
    path: str
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    summary: str
    permission: Permission | None = None
    signed_in: bool = True
    takes: type[BaseModel] | tuple[str, ...] | None = None
    gives: Any = None
    status: int = 200
    query: tuple[Query, ...] = ()
    problems: tuple[int, ...] = ()

    @property
    def api(self) -> bool:
        """Whether this belongs to the API; pages and files do not, nor what browsers ask before they call."""
        return self.method != "OPTIONS" and self.path.startswith((API, *_OTHER_API))
