"""What monitoring reads: workers, metrics, liveness, readiness, and the description of the API."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from commandwall.control.http.context import OPENAPI, is_loopback, web_of, who
from commandwall.control.http.exchange import Items, answer
from commandwall.control.http.routes import API, Route
from commandwall.control.roles import Permission
from commandwall.workers.worker import WorkerState, WorkerStatus

_FORWARDED = ("Forwarded", "X-Forwarded-For")


@dataclass(frozen=True, slots=True)
class WorkerDocument:
    """One worker process. ``cpu_s`` counts over all its lives; ``note`` is what is particular about it."""

    kind: str
    name: str
    state: WorkerState
    pid: int
    restarts: int
    cpu_s: float
    memory_bytes: int
    note: str
    note_zh: str


@dataclass(frozen=True, slots=True)
class Health:
    """The daemon answers. ``warnings``: what is not well but keeps no wall from its work."""

    warnings: list[str]
    status: str = "ok"


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the daemon does its work, and what is missing if not."""

    ready: bool
    reasons: list[str]


async def workers(request: web.Request) -> web.Response:
    """Return all worker processes."""
    statuses = web_of(request).service.workers(who(request))
    return answer(Items([_worker(status) for status in statuses]), Items[WorkerDocument])


async def metrics(request: web.Request) -> web.Response:
    """Return the metrics; monitoring on the machine itself needs no token."""
    if not _from_this_machine(request):
        who(request).require(Permission.DIAGNOSE)
    body, content_type = await web_of(request).probes.metrics()
    return web.Response(body=body, headers={"Content-Type": content_type})


async def healthz(request: web.Request) -> web.Response:
    """Say that the control plane answers."""
    return answer(Health(web_of(request).probes.warnings()), Health)


async def readyz(request: web.Request) -> web.Response:
    """Say whether the configuration is loaded, workers are up and walls tick."""
    reasons = web_of(request).probes.not_ready()
    return answer(Readiness(not reasons, reasons), Readiness, status=503 if reasons else 200)


async def openapi(request: web.Request) -> web.Response:
    """Return the description of this API."""
    return web.json_response(request.app[OPENAPI], headers={"Cache-Control": "no-cache"})


def _from_this_machine(request: web.Request) -> bool:
    """Return whether the peer is this machine, and not a proxy on it that speaks for others."""
    return is_loopback(request.remote or "") and not any(name in request.headers for name in _FORWARDED)


def _worker(status: WorkerStatus) -> WorkerDocument:
    return WorkerDocument(
        status.kind,
        status.name,
        status.state,
        status.pid,
        status.restarts,
        status.cpu_s,
        status.memory_bytes,
        status.note,
        status.note_zh,
    )


ROUTES = (
    Route("GET", f"{API}/workers", workers, "All workers", Permission.DIAGNOSE, gives=Items[WorkerDocument]),
    Route(
        "GET",
        "/metrics",
        metrics,
        "Prometheus metrics; no sign-in needed from the machine itself",
        Permission.DIAGNOSE,
        gives="text/plain",
    ),
    Route("GET", "/healthz", healthz, "Liveness", signed_in=False, gives=Health),
    Route("GET", "/readyz", readyz, "Readiness", signed_in=False, gives=Readiness),
    Route(
        "GET", f"{API}/openapi.json", openapi, "This description", signed_in=False, gives="application/json"
    ),
)
