from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.camera_store import CameraStore
from commandwall.control.database import Database
from commandwall.control.problem import FieldsError
from commandwall.control.roster import CameraSettings, Roster, merge_cameras
from commandwall.control.state import CameraBoard
from commandwall.control.vault import Vault
from commandwall.model.camera import Area, Camera, StreamAddress, Transport
from commandwall.settings.checks import entry_of
from commandwall.settings.schema import CameraEntry
from commandwall.settings.site import Credential
from tests.unit.control.rig import FakePlant

CONFIGURED = Camera("conf", "Conf", "dongmen", StreamAddress("rtsp://h/conf"), None, None, "school")
AREAS = (Area("dongmen", "东门"), Area("north", "北"))


def entry(camera: str = "new", **changes: Any) -> CameraEntry:
    data = {"id": camera, "name": "新", "area": "dongmen", "sub": {"url": "rtsp://h/s"}}
    return CameraEntry.model_validate({**data, **changes})


class Site:
    """A roster over a board that it fills; what it keeps lies in a real database."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.store = CameraStore(database)
        self.vault = Vault(directory, {"school": Credential("a", "b")})
        self.plant = FakePlant(CameraBoard([CONFIGURED], lambda kind, body: None))
        self.roster = Roster(self.plant, [CONFIGURED], AREAS, self.store, self.vault)

    async def kept(self) -> list[str]:
        return [kept.id for kept in await self.store.load()]

    def ids(self) -> list[str]:
        return [camera.id for camera in self.plant.board.cameras()]


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Site:
    return Site(database, tmp_path)


async def test_a_camera_is_added_kept_and_installed(site: Site) -> None:
    await site.roster.add(entry(position=(22.5, 114.1), sub={"url": "rtsp://h/s", "transport": "udp"}))
    camera = Camera(
        "new", "新", "dongmen", None, StreamAddress("rtsp://h/s", Transport.UDP), position=(22.5, 114.1)
    )
    assert site.plant.installed == [camera]
    assert site.roster.settings("new") == CameraSettings(False, entry_of(camera))
    assert site.roster.settings("conf") == CameraSettings(True, entry_of(CONFIGURED))
    kept = await site.store.load()
    assert merge_cameras([CONFIGURED], kept, AREAS, site.vault) == [CONFIGURED, camera]


async def test_a_camera_is_changed_and_removed(site: Site) -> None:
    for name in ("a", "b"):
        await site.roster.add(entry(name))
    await site.roster.change("a", entry("a", area="north", enabled=False))
    assert site.plant.board.camera("a").area == "north"
    assert [(kept.id, kept.enabled) for kept in await site.store.load()] == [("a", False), ("b", True)]
    await site.roster.remove("a")
    assert site.ids() == ["conf", "b"] and await site.kept() == ["b"]


async def test_the_configuration_is_not_changed_here(site: Site) -> None:
    for change in (site.roster.change("conf", entry("conf")), site.roster.remove("conf")):
        with pytest.raises(InvalidError, match="change it there"):
            await change
    assert site.ids() == ["conf"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (entry("conf"), "already a camera 'conf'"),
        (entry(area="nowhere"), "area: there is no area 'nowhere'"),
        (entry(credentials="schol"), "did you mean school"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_kept(site: Site, wrong: CameraEntry, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        await site.roster.add(wrong)
    assert site.ids() == ["conf"] and await site.kept() == []


async def test_unknown_cameras_and_new_ids_are_refused(site: Site) -> None:
    for change in (site.roster.change("ghost", entry("ghost")), site.roster.remove("ghost")):
        with pytest.raises(NotFoundError, match="'ghost'"):
            await change
    await site.roster.add(entry())
    with pytest.raises(InvalidError, match="id: must be 'new'"):
        await site.roster.change("new", entry("other"))


async def test_a_spreadsheet_is_taken_except_its_faults(site: Site) -> None:
    sheet = b"id,name,area,sub_url\na,A,dongmen,rtsp://h/a\nb,B,nowhere,rtsp://h/b\nc,C,north,rtsp://h/c\n"
    tried = await site.roster.import_sheet(sheet, dry_run=True)
    assert (tried.added, tried.refused, site.ids()) == (2, 1, ["conf"])
    await site.roster.import_sheet(sheet, dry_run=False)
    assert site.ids() == ["conf", "a", "c"] and await site.kept() == ["a", "c"]
    again = await site.roster.import_sheet(sheet, dry_run=False)
    assert (again.unchanged, again.added) == (2, 0) and len(site.plant.installed) == 2
    with pytest.raises(FieldsError):
        await site.roster.import_sheet(b"", dry_run=False)


async def test_credentials_are_named_and_never_told(site: Site) -> None:
    await site.roster.add_credentials("gate", Credential("admin", "canary"))
    await site.roster.add(entry(credentials="gate"))
    await site.roster.replace_credentials("gate", Credential("admin", "canary 2"))
    assert site.plant.signed_in_anew == ["gate", "gate"]
    told = site.roster.credentials()
    assert [(each.name, each.configured, each.cameras) for each in told] == [
        ("school", True, 1),
        ("gate", False, 1),
    ]
    assert "canary" not in str(told)
    with pytest.raises(InvalidError, match="'new' uses credentials 'gate'"):
        await site.roster.remove_credentials("gate")
    await site.roster.remove("new")
    await site.roster.remove_credentials("gate")
    assert list(site.vault) == ["school"]


async def test_what_the_configuration_has_come_to_comes_up(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    added = [entry("conf"), entry("a", area="gone"), entry("b", credentials="gone")]
    cameras = merge_cameras([CONFIGURED], added, AREAS, site.vault)
    assert [camera.id for camera in cameras] == ["conf", "a", "b"] and cameras[0] == CONFIGURED
    assert len(caplog.messages) == 3


async def test_a_record_that_cannot_be_read_stays(
    site: Site, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await site.roster.add(entry())
    await database.run(lambda it: it.execute("INSERT INTO cameras (id, entry) VALUES ('odd', '{}')"))
    assert await site.kept() == ["new"]
    assert "added camera odd" in caplog.text
