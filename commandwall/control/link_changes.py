"""Links and bridges that may be asked for, as JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel

from commandwall.model.conference.feeds import MOST_FEEDS, USUAL_FEEDS
from commandwall.settings.links import JanusPlace, WhipPlace, janus_settings, whip_settings
from commandwall.settings.site import BridgeSettings, LinkSettings
from commandwall.settings.values import HttpUrl, Id, Text

Secret = Annotated[str, Field(max_length=4000, json_schema_extra={"writeOnly": True}, repr=False)]
_Name = Annotated[Text, Field(max_length=100)]


class NewLink(BaseModel):
    """The conference of the level above to join: at which daemon, which one, the token of a seat in it.

    ``feeds``: how many single pictures it carries at once beside the composed one.
    """

    model_config = ConfigDict(extra="forbid")

    url: HttpUrl
    conference: Id
    token: Secret
    id: Id = "above"
    feeds: Annotated[int, Field(ge=0, le=MOST_FEEDS)] = USUAL_FEEDS

    def settings(self, conference: str) -> LinkSettings:
        """Return the link of ``conference`` here."""
        return LinkSettings(self.id, conference, self.url, self.conference, self.token, self.feeds)


class NewWhip(WhipPlace):
    """A WHIP/WHEP server to join."""

    id: Id
    name: _Name
    token: Secret = ""

    def settings(self, conference: str) -> BridgeSettings:
        """Return the bridge of ``conference``."""
        return BridgeSettings(self.id, conference, self.name, whip_settings(self, self.token))


class NewJanus(JanusPlace):
    """A Janus to join."""

    id: Id
    name: _Name
    secret: Secret = ""
    token: Secret = ""
    pin: Secret = ""

    def settings(self, conference: str) -> BridgeSettings:
        """Return the bridge of ``conference``."""
        target = janus_settings(self, self.secret, self.token, self.pin)
        return BridgeSettings(self.id, conference, self.name, target)


class NewBridge(RootModel[Annotated[NewWhip | NewJanus, Field(discriminator="kind")]]):
    """A conference of another system to join, by its kind."""
