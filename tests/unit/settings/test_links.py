"""Links and bridges of a configuration: what they come to, and every fault at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.settings.faults import SettingsError
from commandwall.settings.load import check_settings, load_settings
from commandwall.settings.site import BridgeSettings, JanusSettings, LinkSettings, WhipSettings
from tests.unit.settings.conftest import Change

CONFERENCES = """
conferences:
  links:
    - {conference: duty, url: "https://10.0.0.1:8080", to: morning, token_file: secret}
  bridges:
    - {id: studio, conference: duty, name: 演播室, kind: whip, whep: "https://studio/whep/1",
       token_file: secret}
    - {id: centre, conference: duty, name: 市中心, kind: janus, url: "ws://10.0.0.2:8188",
       video: 1234, audio: hall, secret_file: secret, pin_file: secret}
"""


def with_conferences(site: Path, old: str = "", new: str = "") -> Path:
    assert old in CONFERENCES
    site.write_text(
        site.read_text() + CONFERENCES.replace(old, new) if old else site.read_text() + CONFERENCES
    )
    return site


def test_links_and_bridges_become_settings_with_their_secrets_from_files(site: Path) -> None:
    settings = load_settings(with_conferences(site)).conferences
    assert settings.links == (LinkSettings("above", "duty", "https://10.0.0.1:8080", "morning", "pass word"),)
    janus = JanusSettings("ws://10.0.0.2:8188", 1234, "hall", "", "pass word", "", "pass word")
    assert settings.bridges == (
        BridgeSettings("studio", "duty", "演播室", WhipSettings("", "https://studio/whep/1", "pass word")),
        BridgeSettings("centre", "duty", "市中心", janus),
    )
    assert "pass word" not in repr(settings)


def test_without_another_name_the_conference_above_is_called_the_same(site: Path) -> None:
    settings = load_settings(with_conferences(site, " to: morning,", ""))
    assert settings.conferences.links[0].to == "duty"


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("https://10.0.0.1:8080", "ftp://10.0.0.1", "links[0].url", "must be http"),
        (
            "https://10.0.0.1:8080",
            "https://u:p@10.0.0.1",
            "links[0].url",
            "must not carry a user or password",
        ),
        ("to: morning, token_file: secret", "to: morning", "links[0].token_file", "is missing"),
        ("to: morning, token_file", "token: x, token_file", "links[0].token", "is not a known key"),
        (
            "morning, token_file: secret",
            "morning, token_file: no",
            "links[0].token_file",
            "cannot be read",
        ),
        ("kind: whip", "kind: sip", "bridges[0].kind", "must be whip or janus"),
        ('whep: "https://studio/whep/1",', "", "bridges[0]", "must have whip, whep or both"),
        ("ws://10.0.0.2:8188", "http://10.0.0.2", "bridges[1].url", "must be ws"),
        ("video: 1234, audio: hall", "feed: x", "bridges[1]", "must have video, audio or both"),
        ("id: centre", "id: studio", "bridges[1].id", "is taken by another"),
        ("pin_file: secret", "pin_file: no", "bridges[1].pin_file", "cannot be read"),
    ],
)
def test_a_fault_is_named_at_its_field(site: Path, old: str, new: str, field: str, words: str) -> None:
    faults = check_settings(with_conferences(site, old, new))
    assert len(faults) == 1, faults
    assert f"conferences.{field}:" in faults[0]
    assert words in faults[0]
    with pytest.raises(SettingsError):
        load_settings(site)


def test_a_list_is_wanted(faults_after: Change) -> None:
    faults = faults_after("state: state", "conferences: {bridges: x}")
    assert [fault.field for fault in faults] == ["conferences.bridges"]
