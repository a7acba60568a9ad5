"""Incidents as content: they come where nobody shows anything, go by themselves, and contradict nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from commandwall.control.conference_changes import ChairCommand
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.incident_content import IncidentContent
from commandwall.control.state import CameraBoard
from commandwall.ipc.overlay_messages import SourceAlarm, SourceAlarms
from commandwall.model.conference.command import Verb
from commandwall.model.masks import Mask
from commandwall.model.overlays import Alarm, AlarmLevel
from tests.unit.control.hall import OPERATOR, Hall, open_hall
from tests.unit.control.rig import make_board

CRITICAL, WARNING, INFO = AlarmLevel.CRITICAL, AlarmLevel.WARNING, AlarmLevel.INFO


@pytest.fixture
def board() -> CameraBoard:
    return make_board(EventLog())


@pytest.fixture
async def hall(board: CameraBoard, database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(board, database, tmp_path, wall="main") as hall:
        yield hall


@pytest.fixture
def incidents(hall: Hall) -> IncidentContent:
    incidents = IncidentContent(hall.conferences, hall.content.check)
    hall.conferences.watch(incidents.follow)
    incidents.told(SourceAlarms(()))
    return incidents


def alarms(*levels: tuple[str, AlarmLevel]) -> SourceAlarms:
    """Return alarms of cameras, the oldest first."""
    return SourceAlarms(tuple(SourceAlarm(f"camera:{camera}", Alarm(level)) for camera, level in levels))


def shown(hall: Hall) -> str:
    """Return what is content now, once everybody was told."""
    hall.conferences.act()
    content = hall.room.state.content
    return content.holder or content.source


def presents(hall: Hall, target: str) -> None:
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.PRESENT, target=target))


def test_the_gravest_is_shown_of_equals_the_newest_until_it_is_over(
    hall: Hall, incidents: IncidentContent
) -> None:
    incidents.told(alarms(("c-1", INFO)))
    assert shown(hall) == ""
    incidents.told(alarms(("c-1", INFO), ("c-2", WARNING), ("c-3", WARNING)))
    assert shown(hall) == "camera:c-3"
    incidents.told(alarms(("c-0", CRITICAL), ("c-2", WARNING), ("c-3", WARNING)))
    assert shown(hall) == "camera:c-0"
    incidents.told(alarms(("c-2", WARNING)))
    assert shown(hall) == "camera:c-2"
    incidents.told(alarms())
    assert shown(hall) == ""


def test_what_somebody_shows_stays(hall: Hall, incidents: IncidentContent) -> None:
    presents(hall, "camera:c-0")
    incidents.told(alarms(("c-1", CRITICAL)))
    assert shown(hall) == "camera:c-0"
    presents(hall, "")
    assert shown(hall) == "camera:c-1", "nobody shows anything any more"


@pytest.mark.parametrize("instead", ["", "camera:c-3"])
def test_who_takes_it_away_is_not_contradicted_until_another_incident(
    hall: Hall, incidents: IncidentContent, instead: str
) -> None:
    incidents.told(alarms(("c-1", WARNING)))
    assert shown(hall) == "camera:c-1"
    presents(hall, instead)
    incidents.told(alarms(("c-2", INFO), ("c-1", WARNING)))
    assert shown(hall) == instead
    presents(hall, "")
    assert shown(hall) == ""
    incidents.told(alarms(("c-1", WARNING), ("c-2", CRITICAL)))
    assert shown(hall) == "camera:c-2"


def test_a_masked_camera_is_passed_over(hall: Hall, incidents: IncidentContent, board: CameraBoard) -> None:
    board.set_masks("c-1", (Mask.rectangle(0.1, 0.1, 0.2, 0.2),))
    incidents.told(alarms(("c-2", WARNING), ("c-1", CRITICAL)))
    assert shown(hall) == "camera:c-2"


def test_only_where_a_wall_reacts(hall: Hall, incidents: IncidentContent) -> None:
    hall.opens(id="budget")
    incidents.told(alarms(("c-1", CRITICAL)))
    assert shown(hall) == "camera:c-1"
    assert not hall.conferences.room("budget").state.content.taken


def test_a_conference_that_opens_during_an_incident_sees_it(hall: Hall, incidents: IncidentContent) -> None:
    incidents.told(alarms(("c-1", CRITICAL)))
    hall.opens(id="later", wall="main")
    hall.conferences.act()
    assert hall.conferences.room("later").state.content.source == "camera:c-1"


def test_what_was_shown_before_a_restart_goes_with_its_alarm(hall: Hall) -> None:
    presents(hall, "camera:c-1")
    restarted = IncidentContent(hall.conferences, hall.content.check)
    restarted.told(alarms(("c-1", WARNING)))
    restarted.told(alarms())
    assert shown(hall) == ""
