"""Errors as problem documents (RFC 9457), the same by HTTP and by MQTT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    HeldError,
    InvalidError,
    NotFoundError,
    StaleError,
)
from commandwall.base.sentence import Sentence
from commandwall.control.guessing import TooManyTriesError
from commandwall.control.users import NotSignedInError

_T = TypeVar("_T")
_MOST_FAULTS = 20
"""People mend no more at a time, and whoever sends 100,000 must not keep the daemon busy with sentences."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One faulty field of a request; ``field`` is its path, ``sources[3]``."""

    field: str
    detail: str
    detail_zh: str

    @classmethod
    def of(cls, field: str, message: str) -> FieldFault:
        """Return the fault of which ``message`` tells."""
        sentence = Sentence(message)
        return cls(field, str(sentence), sentence.zh)


class FieldsError(InvalidError):
    """Raised when fields of a request are wrong; ``faults`` names each of them, or the first of ``more``."""

    def __init__(self, faults: Sequence[FieldFault], more: int = 0) -> None:
        said = [
            Sentence.of(f"{fault.field}: {fault.detail}", f"{fault.field}：{fault.detail_zh}")
            for fault in faults
        ]
        if more:
            said.append(Sentence("and {count} more", count=more))
        super().__init__(Sentence.of("; ".join(said), "；".join(each.zh for each in said)))
        self.faults = tuple(faults)

    @classmethod
    def of(cls, wrong: Sequence[_T], fault: Callable[[_T], FieldFault]) -> FieldsError:
        """Return the error of all that is ``wrong``; only for what it names (20) ``fault`` is called."""
        return cls([fault(each) for each in wrong[:_MOST_FAULTS]], max(0, len(wrong) - _MOST_FAULTS))


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
    _Kind(HeldError, "held", HTTPStatus.CONFLICT),
    _Kind(InvalidError, "invalid", HTTPStatus.UNPROCESSABLE_ENTITY),
    _Kind(CommandwallError, "unavailable", HTTPStatus.SERVICE_UNAVAILABLE),
)


def problem(status: int, detail: str, type: str = "about:blank") -> dict[str, Any]:
    """Return a problem document in both languages; its title is the phrase of the status."""
    title, said = Sentence(HTTPStatus(status).phrase), Sentence(detail)
    return {
        "type": type,
        "title": title,
        "title_zh": title.zh,
        "status": status,
        "detail": said,
        "detail_zh": said.zh,
    }


def problem_of(error: CommandwallError | TimeoutError) -> dict[str, Any]:
    """Return the problem document of one of this project's errors, or of a worker that did not answer."""
    if isinstance(error, TimeoutError):
        return problem(HTTPStatus.GATEWAY_TIMEOUT, "a worker process did not answer in time; try again")
    kind = next(kind for kind in _KINDS if isinstance(error, kind.error))
    document = problem(kind.status, error.sentence, f"urn:commandwall:problem:{kind.type}")
    match error:
        case FieldsError(faults=faults):
            document["errors"] = [asdict(fault) for fault in faults]
        case InvalidError(field=field, reason=reason) if field:
            document["errors"] = [asdict(FieldFault.of(field, reason))]
    return document
