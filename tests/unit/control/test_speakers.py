from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control import speakers as speakers_module
from commandwall.control.speakers import Speakers
from commandwall.model.talk import RtpAddress, SpeakerCodec

GATE = {"name": "东门广播", "url": "rtp://10.1.1.30:5004", "codec": "pcma"}


def announced(**fields: Any) -> bytes:
    """Return an announcement of the gate with other ``fields``; those that are ``None`` are left out."""
    return json.dumps({key: value for key, value in (GATE | fields).items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({}, RtpAddress("10.1.1.30", 5004, SpeakerCodec.PCM_ALAW, 8)),
        ({"codec": "pcmu"}, RtpAddress("10.1.1.30", 5004, SpeakerCodec.PCM_MULAW, 0)),
        ({"codec": "opus"}, RtpAddress("10.1.1.30", 5004, SpeakerCodec.OPUS, 111)),
        ({"codec": "opus", "payload_type": 97}, RtpAddress("10.1.1.30", 5004, SpeakerCodec.OPUS, 97)),
        ({"url": "rtp://[fd00::5]:6000"}, RtpAddress("fd00::5", 6000, SpeakerCodec.PCM_ALAW, 8)),
        ({"url": "rtp://239.1.2.3:6000"}, RtpAddress("239.1.2.3", 6000, SpeakerCodec.PCM_ALAW, 8)),
    ],
)
def test_what_announces_itself_can_be_sent_to(fields: dict[str, Any], address: RtpAddress) -> None:
    speakers = Speakers()
    speakers.announce("gate", announced(**fields))
    assert speakers.get("gate").address == address
    assert speakers.get("gate").address.clock_hz == (48000 if address.codec is SpeakerCodec.OPUS else 8000)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": None}, "name"),
        ({"url": "rtp://speaker.street:5004"}, "url: must be rtp://IP-ADDRESS:PORT"),
        ({"url": "http://10.1.1.30:5004"}, "url"),
        ({"url": "rtp://u:p@10.1.1.30:5004"}, "url"),
        ({"url": "rtp://10.1.1.30:5004/x"}, "url"),
        ({"url": "rtp://10.1.1.30"}, "url: must have a port from 1024"),
        ({"url": "rtp://10.1.1.30:80"}, "url: must have a port from 1024"),
        ({"url": "rtp://10.1.1.30:65535"}, "url: must have a port from 1024"),
        ({"url": "rtp://10.1.1.30:99999"}, "url"),
        ({"url": "rtp://0.0.0.0:5004"}, "url: must be the address of one"),
        ({"url": "rtp://255.255.255.255:5004"}, "url: must be the address of one"),
        ({"codec": "g722"}, "codec"),
        ({"codec": "opus", "payload_type": 8}, "payload_type"),
        ({"volume": 3}, "volume"),
    ],
)
def test_what_cannot_be_used_is_named(fields: dict[str, Any], words: str) -> None:
    speakers = Speakers()
    with pytest.raises(InvalidError, match=words):
        speakers.announce("gate", announced(**fields))
    assert speakers.all() == {}


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(payload: bytes) -> None:
    with pytest.raises(InvalidError):
        Speakers().announce("gate", payload)


def test_ids_are_those_that_paths_can_hold() -> None:
    with pytest.raises(InvalidError, match="id: must be 1 to 64 letters"):
        Speakers().announce("东门", announced())


def test_there_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speakers_module, "MOST_SPEAKERS", 1)
    speakers = Speakers()
    speakers.announce("gate", announced())
    with pytest.raises(InvalidError, match="take some away"):
        speakers.announce("hall", announced())
    speakers.announce("gate", announced(name="门"))


def test_who_is_gone_or_moved_is_told_of() -> None:
    gone: list[str] = []
    speakers = Speakers()
    speakers.watch(gone.append)
    for _ in range(2):
        speakers.announce("gate", announced())
    speakers.announce("gate", announced(name="门"))
    assert gone == []
    speakers.announce("gate", announced(url="rtp://10.1.1.31:5004"))
    assert gone == ["gate"]
    for _ in range(2):
        speakers.withdraw("gate")
    assert gone == ["gate", "gate"]
    with pytest.raises(NotFoundError, match="'gate' has announced itself"):
        speakers.get("gate")


def test_what_the_broker_does_not_bring_again_is_gone() -> None:
    gone: list[str] = []
    speakers = Speakers()
    speakers.watch(gone.append)
    for speaker in ("gate", "hall", "yard"):
        speakers.announce(speaker, announced(), retained=True)
    speakers.announce("van", announced())
    speakers.withdraw_silent()
    assert gone == [], "there was no other connection"
    speakers.expect_again()
    speakers.announce("hall", announced(), retained=True)
    speakers.withdraw("yard")
    speakers.announce("yard", announced())
    speakers.withdraw_silent()
    assert gone == ["yard", "gate"] and list(speakers.all()) == ["hall", "van", "yard"]
