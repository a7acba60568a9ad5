"""Links to the conferences of other levels, and bridges to those of other systems, as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, ValidationError, model_validator

from commandwall.base.sentence import Sentence
from commandwall.model.conference.feeds import MOST_FEEDS, USUAL_FEEDS
from commandwall.settings.faults import Fault, Place, schema_faults
from commandwall.settings.schema import Entry, keys_of
from commandwall.settings.secret_files import read_secret
from commandwall.settings.site import (
    BridgeSettings,
    ConferenceSettings,
    JanusSettings,
    LinkSettings,
    WhipSettings,
)
from commandwall.settings.values import HttpUrl, Id, Text, WebSocketUrl

Room: TypeAlias = Annotated[int, Field(ge=0)] | Text
"""A room of Janus: a number, or text where it is configured so."""


class LinkEntry(Entry):
    """One of ``conferences.links``: ``conference`` here joins ``to`` of the daemon at ``url``."""

    id: Id = "above"
    conference: Id
    url: HttpUrl
    to: Id | None = None
    token_file: Text
    feeds: Annotated[int, Field(ge=0, le=MOST_FEEDS)] = USUAL_FEEDS


class WhipPlace(Entry):
    """Where a WHIP/WHEP server is: what is published to and what is watched, or one of them."""

    kind: Literal["whip"]
    whip: HttpUrl | None = None
    whep: HttpUrl | None = None

    @model_validator(mode="after")
    def _some_way(self) -> WhipPlace:
        if self.whip is None and self.whep is None:
            raise ValueError("must have whip, whep or both")
        return self


class JanusPlace(Entry):
    """Where the rooms of a Janus are, whose picture is taken (``feed``), and what we are called there."""

    kind: Literal["janus"]
    url: WebSocketUrl
    video: Room | None = None
    audio: Room | None = None
    feed: Annotated[str, Field(max_length=100)] = ""

    @model_validator(mode="after")
    def _some_room(self) -> JanusPlace:
        if self.video is None and self.audio is None:
            raise ValueError("must have video, audio or both")
        return self


class _BridgeEntry(Entry):
    id: Id
    conference: Id
    name: Annotated[Text, Field(max_length=100)]
    token_file: Text | None = None


class WhipEntry(WhipPlace, _BridgeEntry):
    """One of ``conferences.bridges``: a WHIP/WHEP server."""


class JanusEntry(JanusPlace, _BridgeEntry):
    """One of ``conferences.bridges``: a Janus."""

    secret_file: Text | None = None
    pin_file: Text | None = None


_BRIDGES: Mapping[str, type[WhipEntry | JanusEntry]] = {"whip": WhipEntry, "janus": JanusEntry}


def whip_settings(place: WhipPlace, token: str) -> WhipSettings:
    """Return what ``place`` comes to."""
    return WhipSettings(place.whip or "", place.whep or "", token)


def janus_settings(place: JanusPlace, secret: str, token: str, pin: str) -> JanusSettings:
    """Return what ``place`` comes to."""
    return JanusSettings(place.url, place.video, place.audio, place.feed, secret, token, pin)


def conferences_of(
    links: Iterable[tuple[Place, Any]], bridges: Iterable[tuple[Place, Any]], root: Path, faults: list[Fault]
) -> ConferenceSettings:
    """Return the links and bridges of the configuration; secrets are in files relative to ``root``."""
    reading = _Reading(root, faults)
    return ConferenceSettings(
        tuple(link for place, data in links if (link := reading.link(place, data)) is not None),
        tuple(bridge for place, data in bridges if (bridge := reading.bridge(place, data)) is not None),
    )


class _Reading:
    """One pass over both lists."""

    def __init__(self, root: Path, faults: list[Fault]) -> None:
        self._root = root
        self._faults = faults
        self._taken: set[tuple[str, str]] = set()

    def link(self, place: Place, data: Any) -> LinkSettings | None:
        try:
            entry = LinkEntry.model_validate(data)
        except ValidationError as error:
            self._faults += schema_faults(error, place, keys_of(LinkEntry))
            return None
        self._check_unique(place, entry.conference, entry.id)
        token = self._secret(place, "token_file", entry.token_file)
        to = entry.to or entry.conference
        return LinkSettings(entry.id, entry.conference, entry.url, to, token, entry.feeds)

    def bridge(self, place: Place, data: Any) -> BridgeSettings | None:
        kind = _BRIDGES.get(str(data.get("kind"))) if isinstance(data, dict) else None
        if kind is None:
            self._faults.append(place.fault(("kind",), "must be whip or janus"))
            return None
        try:
            entry = kind.model_validate(data)
        except ValidationError as error:
            self._faults += schema_faults(error, place, keys_of(kind))
            return None
        self._check_unique(place, entry.conference, entry.id)
        token = self._secret(place, "token_file", entry.token_file)
        if isinstance(entry, WhipEntry):
            return BridgeSettings(entry.id, entry.conference, entry.name, whip_settings(entry, token))
        secret = self._secret(place, "secret_file", entry.secret_file)
        pin = self._secret(place, "pin_file", entry.pin_file)
        return BridgeSettings(
            entry.id, entry.conference, entry.name, janus_settings(entry, secret, token, pin)
        )

    def _check_unique(self, place: Place, conference: str, participant: str) -> None:
        """Note an id that another link or bridge of the same conference has: they are its participants."""
        if (conference, participant) in self._taken:
            self._faults.append(place.fault(("id",), "is taken by another link or bridge of this conference"))
        self._taken.add((conference, participant))

    def _secret(self, place: Place, key: str, name: str | None) -> str:
        if name is None:
            return ""
        secret, reason = read_secret(self._root / name)
        if reason:
            self._faults.append(
                place.fault((key,), Sentence("{path}: {reason}", path=self._root / name, reason=reason))
            )
        return secret
