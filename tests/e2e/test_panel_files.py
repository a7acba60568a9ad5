"""The panel's files: both languages are complete, and nothing in them needs a lax security policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.browser import PANEL

PAGES = sorted(PANEL.glob("*.html"))
SCRIPTS = sorted(path for path in PANEL.glob("js/**/*.js") if path.parent.name != "words")
# Words asked for by a name that is put together when the page runs: `camera.${state}`.
GROUPS = {"camera", "tile", "stream", "decode", "role", "level", "kind", "process", "problem"}
GROUPS |= {
    "alarm",
    "aspect",
    "connection",
    "truth",
    "fallback",
    "layouts",
    "column",
    "worker",
    "title",
    "data",
}
GROUPS |= {"tour", "tourstate", "tourhalt", "transition", "action", "outcome", "day", "lost"}
GROUPS |= {
    "presence",
    "seat",
    "mode",
    "verb",
    "link",
    "line",
    "quality",
    "plain",
    "fault",
    "roll",
    "notice",
    "bar",
    "join",
}
GROUPS |= {"recording", "look", "chair", "talkstate", "heard", "content"}


def words(language: str) -> dict[str, str]:
    files = sorted((PANEL / "js" / "words").glob(f"{language}*.js"))
    text = "".join(file.read_text("utf-8") for file in files)
    pairs = re.findall(r'^  "?([\w. ]+)"?:\s*\n?\s*"((?:[^"\\]|\\.)*)",$', text, re.MULTILINE)
    return dict(pairs)


def asked() -> set[str]:
    keys: set[str] = set()
    for page in PAGES:
        text = page.read_text("utf-8")
        keys.update(re.findall(r'data-(?:text|label|hint|placeholder|title)="([\w.]+)"', text))
    for script in SCRIPTS:
        text = script.read_text("utf-8")
        for call in re.findall(r"\bt\(([^`]*?)[,)]", text):
            keys.update(re.findall(r'"([\w.]+)"', call))
    return keys


def test_both_languages_have_the_same_words() -> None:
    zh, en = words("zh"), words("en")
    assert zh.keys() == en.keys()
    assert len(zh) > 120


def test_both_languages_fill_in_the_same_values() -> None:
    zh, en = words("zh"), words("en")
    for key, text in zh.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", en[key])), key


def test_languages_are_not_mixed() -> None:
    # The switch itself is written in the language that it switches to.
    switch = {"language.other", "language.switch"}
    han = re.compile(r"[\u4e00-\u9fff]")
    assert [key for key, text in words("en").items() if key not in switch and han.search(text)] == []
    assert [key for key, text in words("zh").items() if key not in switch and not han.search(text)] == []


def test_every_word_that_is_asked_for_is_there() -> None:
    assert asked() - words("zh").keys() == set()


def test_every_word_is_asked_for() -> None:
    unasked = words("zh").keys() - asked()
    assert {key for key in unasked if key.split(".")[0] not in GROUPS} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_obey_a_strict_policy(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"\son\w+=", text), "an inline handler"
    assert not re.search(r"\sstyle=|<style", text), "an inline style"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "an inline script"


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in [*PAGES, *SCRIPTS, *PANEL.glob("css/*.css"), *PANEL.glob("img/*.svg")]:
        addresses = set(re.findall(r"""["'(](https?://[^"')]+)""", path.read_text("utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}, path


def test_every_file_that_is_named_exists() -> None:
    for page in PAGES:
        for name in re.findall(r'(?:src|href)="/panel/([^"#]+)', page.read_text("utf-8")):
            assert (PANEL / name).is_file(), f"{page.name} names {name}"
    for script in PANEL.glob("js/**/*.js"):
        for name in re.findall(r'from "(\.[^"]+)"', script.read_text("utf-8")):
            assert (script.parent / name).is_file(), f"{script.name} imports {name}"


def test_every_icon_that_is_named_is_drawn() -> None:
    sprite = (PANEL / "img" / "icons.svg").read_text("utf-8")
    drawn = set(re.findall(r'<symbol id="(\w+)"', sprite))
    named: set[str] = set()
    for path in [*PAGES, *SCRIPTS]:
        text = path.read_text("utf-8")
        for pattern in (r'data-icon="(\w+)"', r'\bicon\("(\w+)"\)', r'\bicon: "(\w+)"'):
            named.update(re.findall(pattern, text))
    assert named <= drawn
