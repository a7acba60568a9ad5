"""Whatever goes wrong, answered with a problem document (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from commandwall.base.errors import CommandwallError
from commandwall.base.sentence import Sentence
from commandwall.control.guessing import TooManyTriesError
from commandwall.control.problem import problem, problem_of
from commandwall.control.users import NotSignedInError

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer whatever goes wrong with a problem document; what is our own fault goes to the log."""
    try:
        if not _is_utf8(request.raw_path):
            raise web.HTTPBadRequest(reason="the address is not UTF-8; send it percent-encoded")
        return await handler(request)
    except (CommandwallError, TimeoutError) as error:
        return _response(problem_of(error), _headers_of(error))
    except web.HTTPError as error:
        kept = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        return _response(problem(error.status, _http_detail(request, error)), kept)
    except Exception:  # The outermost boundary: nobody else would tell the client or the log.
        log.exception("%s %s failed", request.method, request.path)
        return _response(problem(500, "the daemon has a fault; its log says more"))


def _is_utf8(address: str) -> bool:
    """Return whether ``address`` can be told again: bytes that are no UTF-8 come as half surrogates."""
    try:
        address.encode()
    except UnicodeEncodeError:
        return False
    return True


def _response(document: dict[str, Any], headers: Mapping[str, str] | None = None) -> web.Response:
    text = json.dumps(document, ensure_ascii=False)
    return web.Response(status=document["status"], text=text, content_type=CONTENT_TYPE, headers=headers)


def _headers_of(error: CommandwallError | TimeoutError) -> dict[str, str]:
    match error:
        case NotSignedInError():
            return {"WWW-Authenticate": 'Bearer realm="commandwall"'}
        case TooManyTriesError(retry_after_s=wait_s):
            return {"Retry-After": str(int(wait_s) + 1)}
        case _:
            return {}


def _http_detail(request: web.Request, error: web.HTTPError) -> Sentence:
    path = request.path
    match error:
        case web.HTTPMethodNotAllowed(allowed_methods=allowed, method=method):
            taken = ", ".join(sorted(allowed))
            return Sentence("{path} takes {taken}, not {method}", path=path, taken=taken, method=method)
        case web.HTTPNotFound():
            return Sentence("there is nothing at {path}", path=path)
        case web.HTTPRequestEntityTooLarge():
            return Sentence("what was sent is larger than {path} takes", path=path)
        case _:
            return Sentence(error.reason)
