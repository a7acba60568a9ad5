"""What an operator is told is there in both languages, held by reading the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from string import Formatter

import pytest

from commandwall.base.chinese import ZH
from commandwall.control.roles import Permission, Role
from commandwall.settings.faults import WORDINGS
from commandwall.workers.worker import WorkerState
from tests.arch.source import Module, modules
from tests.arch.test_architecture import place
from tests.conftest import ROOT

COMMANDWALL = modules(ROOT, "commandwall")

SPEAKING = (
    "base", "model", "control", "onvif", "settings", "workers", "compose.data", "compose.heads",
    "compose.snapshot", "ingest.audio", "ingest.worker", "ingest.still", "ipc.channel", "media.still",
    "conference.bridges", "conference.links", "ingest.lifecycle", "ingest.retry", "ingest.feed",
    "ingest.talks", "ingest.rtp_loudspeaker",
    "rtp.formats", "rtp.aac_config", "rtsp.tracks",
)  # fmt: skip
"""Whose errors become problem documents, or what is said of a camera."""

ENGLISH = (
    "settings.document", "settings.load", "control.http.application", "onvif.discovery",
)  # fmt: skip
"""Who of them speaks at start or on the command line only, which is English."""

PROTOCOL = "channel: "
"""How messages between our own processes begin; people read them in the log."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message where it is said; ``template`` is ``None`` for an f-string, which has no template."""

    place: str
    template: str | None
    fields: frozenset[str]


def said_in(module: Module) -> Iterator[Said]:
    """Yield the messages of errors, faults, sentences and problems that stand in ``module``."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and (message := message_of(node)) is not None:
            fields = frozenset(keyword.arg for keyword in node.keywords if keyword.arg is not None)
            if isinstance(message, ast.JoinedStr):
                if not ast.unparse(message).startswith(f"f'{PROTOCOL}"):
                    yield Said(place(module, node.lineno), None, fields)
            elif isinstance(message, ast.Constant) and message.value:
                yield Said(place(module, node.lineno), str(message.value), fields)


def message_of(call: ast.Call) -> ast.expr | None:
    """Return what ``call`` says, ``None`` when it says nothing or passes on what another one says."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("problem", "fault"):
        return call.args[1] if len(call.args) > 1 else None
    if name.startswith("HTTP"):
        return next((keyword.value for keyword in call.keywords if keyword.arg == "reason"), None)
    if name == "Sentence" or name.endswith("Error"):
        return call.args[0] if call.args else None
    return None


def fields_of(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


SAID = [
    said
    for module in COMMANDWALL
    if module.inner.startswith(SPEAKING) and module.inner not in ENGLISH
    for said in said_in(module)
]
TERMS = [*Permission, *Role, *WorkerState, *WORDINGS.values()]
TITLES = [
    HTTPStatus(status).phrase for status in (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 426, 429)
]


def test_whatever_an_operator_is_told_has_chinese_words() -> None:
    assert [said.place for said in SAID if said.template is None] == []
    assert [f"{said.place}: {said.template}" for said in SAID if said.template not in ZH] == []
    assert [term for term in (*TERMS, *TITLES) if term not in ZH] == []


def test_every_field_of_a_template_is_given() -> None:
    for said in SAID:
        if said.template and len(said.fields) > 0:
            assert fields_of(said.template) <= said.fields, said.place


@pytest.mark.parametrize("template", ZH)
def test_both_languages_name_the_same_fields(template: str) -> None:
    if fields_of(template):
        assert fields_of(ZH[template]) == fields_of(template)
    assert not ZH[template].isascii() or fields_of(template)


def test_there_are_no_words_for_what_nobody_says() -> None:
    constants = {
        node.value
        for module in COMMANDWALL
        if not module.inner.startswith("base.chinese")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    phrases = {status.phrase for status in HTTPStatus}
    composed = {"credential", "area", "layout"}
    assert set(ZH) - constants - phrases - composed == set()


def test_the_test_notices_what_cannot_be_translated() -> None:
    tree = ast.parse(
        "raise InvalidError(f'no {x}')\nraise InvalidError('no {x}', x=x)\nplace.fault((), 'gone')"
    )
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = [message_of(call) for call in calls]
    assert sorted(type(message).__name__ for message in found) == ["Constant", "Constant", "JoinedStr"]
