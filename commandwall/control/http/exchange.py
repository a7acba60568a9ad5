"""JSON in and out: bodies checked against their model, answers written from dataclasses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from commandwall.base.errors import InvalidError
from commandwall.control.changes import parse
from commandwall.control.documents import WallDocument
from commandwall.control.encoding import adapter
from commandwall.control.http.context import who

_T = TypeVar("_T")
_Model = TypeVar("_Model", bound=BaseModel)
_REVISION = re.compile(r'(?:W/)?"(\d{1,15})"')


@dataclass(frozen=True, slots=True)
class Items(Generic[_T]):
    """A list, as every list of the API comes."""

    items: Sequence[_T]


def answer(value: object, kind: Any, *, status: int = 200, etag: str | None = None) -> web.Response:
    """Return ``value``, which is a ``kind``, as a JSON response that nobody may cache."""
    response = web.Response(
        status=status, body=adapter(kind).dump_json(value), content_type="application/json", charset="utf-8"
    )
    response.headers["Cache-Control"] = "no-store"
    if etag is not None:
        response.headers["ETag"] = f'"{etag}"'
    return response


def wall_answer(document: WallDocument) -> web.Response:
    """Return a wall, with its revision as entity tag."""
    return answer(document, WallDocument, etag=str(document.revision))


async def read(request: web.Request, model: type[_Model]) -> _Model:
    """Return the JSON body of ``request``, of somebody who is signed in; of others nothing is read.

    Raises :class:`FieldsError` naming the faulty fields. Other content types are refused, since a form of
    a foreign page could send those.
    """
    who(request)
    return await read_of_anybody(request, model)


async def read_of_anybody(request: web.Request, model: type[_Model]) -> _Model:
    """Return the JSON body of ``request`` as :func:`read` does, whoever sent it."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(reason="send JSON as application/json")
    return parse(model, await request.read())


def expected_revision(request: web.Request) -> int | None:
    """Return the revision that ``If-Match`` names, ``None`` without it or for ``*``."""
    text = request.headers.get("If-Match", "*").strip()
    if text == "*":
        return None
    match = _REVISION.fullmatch(text)
    if match is None:
        raise InvalidError('must be one revision in quotes, like "17"', field="If-Match")
    return int(match[1])


def number(request: web.Request, name: str, least: int, most: int) -> int | None:
    """Return a whole number of the query; raises :class:`InvalidError` unless in ``least``..``most``."""
    text = request.query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,16}", text) or not least <= int(text) <= most:
        raise InvalidError(
            "must be a whole number from {least} to {most}", least=least, most=most, field=name
        )
    return int(text)
