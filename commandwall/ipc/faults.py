"""What pydantic finds wrong, in words that may be logged."""

from __future__ import annotations

from pydantic import ValidationError


def first_fault(error: ValidationError) -> str:
    """Return where the first fault is and which; never the faulty value, which may be a password."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = ".".join(str(part) for part in fault["loc"])
    return f"{path[:80]!a}: {fault['msg'][:200]}" if path else fault["msg"][:200]
