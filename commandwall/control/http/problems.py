"""Errors as problem documents (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    InvalidError,
    NotFoundError,
    StaleError,
)
from commandwall.control.guessing import TooManyTriesError
from commandwall.control.users import NotSignedInError

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One faulty field of a request body; ``field`` is its path, ``sources[3]``."""

    field: str
    detail: str


class FieldsError(InvalidError):
    """Raised when fields of a request body are wrong; ``faults`` names each of them."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.detail}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class _Kind:
    error: type[CommandwallError]
    type: str
    status: HTTPStatus


# The first kind that fits; what is none of them could not be done now.
_KINDS = (
    _Kind(NotSignedInError, "not-signed-in", HTTPStatus.UNAUTHORIZED),
    _Kind(AccessRefusedError, "refused", HTTPStatus.FORBIDDEN),
    _Kind(TooManyTriesError, "too-many-tries", HTTPStatus.TOO_MANY_REQUESTS),
    _Kind(NotFoundError, "not-found", HTTPStatus.NOT_FOUND),
    _Kind(StaleError, "stale", HTTPStatus.PRECONDITION_FAILED),
    _Kind(InvalidError, "invalid", HTTPStatus.UNPROCESSABLE_ENTITY),
    _Kind(CommandwallError, "unavailable", HTTPStatus.SERVICE_UNAVAILABLE),
)


def problem(
    status: int, detail: str, type: str = "about:blank", headers: dict[str, str] | None = None, **more: Any
) -> web.Response:
    """Return a problem document; ``title`` is the phrase of the status."""
    document = {"type": type, "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    text = json.dumps(document, ensure_ascii=False)
    return web.Response(status=status, text=text, content_type=CONTENT_TYPE, headers=headers)


def problem_of(error: CommandwallError) -> web.Response:
    """Return the problem document of one of this project's errors."""
    kind = next(kind for kind in _KINDS if isinstance(error, kind.error))
    headers: dict[str, str] = {}
    more: dict[str, Any] = {}
    match error:
        case NotSignedInError():
            headers["WWW-Authenticate"] = 'Bearer realm="commandwall"'
        case TooManyTriesError(retry_after_s=wait_s):
            headers["Retry-After"] = str(int(wait_s) + 1)
        case FieldsError(faults=faults):
            more["errors"] = [{"field": fault.field, "detail": fault.detail} for fault in faults]
        case InvalidError(field=field, reason=reason) if field:
            more["errors"] = [{"field": field, "detail": reason}]
    return problem(kind.status, str(error), f"urn:commandwall:problem:{kind.type}", headers, **more)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer whatever goes wrong with a problem document; what is our own fault goes to the log."""
    try:
        return await handler(request)
    except CommandwallError as error:
        return problem_of(error)
    except web.HTTPError as error:
        kept = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        return problem(error.status, _http_detail(request, error), headers=kept)
    except TimeoutError:
        return problem(504, "a worker process did not answer in time; try again")
    except Exception:  # The outermost boundary: nobody else would tell the client or the log.
        log.exception("%s %s failed", request.method, request.path)
        return problem(500, "the daemon has a fault; its log says more")


def _http_detail(request: web.Request, error: web.HTTPError) -> str:
    match error:
        case web.HTTPMethodNotAllowed():
            return f"{request.path} takes {', '.join(sorted(error.allowed_methods))}, not {request.method}"
        case web.HTTPNotFound():
            return f"there is nothing at {request.path}"
        case web.HTTPRequestEntityTooLarge():
            return error.text or "the request is too large"
        case _:
            return error.reason
