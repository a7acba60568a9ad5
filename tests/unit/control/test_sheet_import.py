from __future__ import annotations

from dataclasses import replace

import pytest

from commandwall.control.problem import FieldsError
from commandwall.control.sheet_import import ImportPlan, Known, Outcome, plan_import
from commandwall.model.camera import Camera, StreamAddress, Transport
from commandwall.model.masks import Mask
from commandwall.settings.checks import camera_of

HEADER = "id,name,area,main_url,credentials\n"
CONFIGURED = Camera("conf", "Conf", "dongmen", StreamAddress("rtsp://h/conf"), None)
ADDED = Camera("old", "Old", "dongmen", StreamAddress("rtsp://h/old"), None)
KNOWN = Known({"dongmen"}, {"school"}, {"conf": CONFIGURED, "old": ADDED}, {"conf"})


def plan(*lines: str) -> ImportPlan:
    return plan_import((HEADER + "\n".join(lines)).encode(), KNOWN)


def outcomes(planned: ImportPlan) -> dict[int, tuple[str, Outcome]]:
    return {line.line: (line.camera, line.outcome) for line in planned.lines}


def test_every_line_is_told() -> None:
    planned = plan(
        "new,新,dongmen,rtsp://h/n,school",
        "old,Old,dongmen,rtsp://h/old,",
        "",
        "conf,Conf,dongmen,rtsp://h/conf,",
        "bad,Bad,nowhere,ftp://h,",
        "new,Again,dongmen,rtsp://h/n,",
    )
    assert outcomes(planned) == {
        2: ("new", Outcome.ADDED),
        3: ("old", Outcome.UNCHANGED),
        5: ("conf", Outcome.UNCHANGED),
        6: ("bad", Outcome.REFUSED),
        7: ("new", Outcome.REFUSED),
    }
    assert [entry.id for entry in planned.entries] == ["new"]
    report = planned.report(dry_run=True)
    assert (report.dry_run, report.summary) == (True, "1 added, 0 changed, 2 unchanged, 2 refused")


def test_a_changed_line_is_wanted() -> None:
    planned = plan("old,Other name,dongmen,rtsp://h/old,")
    assert outcomes(planned) == {2: ("old", Outcome.CHANGED)}
    assert planned.entries[0].name == "Other name"


def test_what_has_no_column_stays() -> None:
    mask = Mask(((0.0, 0.0), (0.5, 0.0), (0.5, 0.5)))
    covered = replace(
        ADDED, masks=(mask,), position=(22.5, 114.1), enabled=False, audio=False, tls_verify=False
    )
    covered = replace(covered, sub=StreamAddress("rtsp://h/sub", Transport.UDP), credentials="school")
    known = replace(KNOWN, cameras={"old": covered, "conf": replace(CONFIGURED, masks=(mask,))})
    lines = b"old,New,dongmen,rtsp://h/other,\nconf,Conf,dongmen,rtsp://h/conf,\n"
    planned = plan_import(HEADER.encode() + lines, known)
    assert outcomes(planned) == {2: ("old", Outcome.CHANGED), 3: ("conf", Outcome.UNCHANGED)}
    (entry,) = planned.entries
    main = StreamAddress("rtsp://h/other")
    assert camera_of(entry) == replace(covered, name="New", main=main, credentials=None), (
        "an empty field empties"
    )


UDP = StreamAddress("rtsp://h/a", Transport.UDP)
TCP = StreamAddress("rtsp://h/a", Transport.TCP)
OTHER_UDP = StreamAddress("rtsp://h/b", Transport.UDP)


def with_stream(camera: Camera, part: str, stream: StreamAddress | None) -> Camera:
    return replace(camera, main=stream) if part == "main" else replace(camera, sub=stream)


@pytest.mark.parametrize("part", ["main", "sub"])
@pytest.mark.parametrize(
    ("columns", "values", "after"),
    [
        ("{}_url", "rtsp://h/a", UDP),
        ("{}_url", "rtsp://h/b", OTHER_UDP),
        ("{}_url", "", None),
        ("{}_transport", "udp", UDP),
        ("{}_transport", "", TCP),
        ("{}_url,{}_transport", "rtsp://h/a,", TCP),
        ("{}_url,{}_transport", ",", None),
    ],
)
def test_address_and_transport_of_a_stream_stay_each_for_itself(
    part: str, columns: str, values: str, after: StreamAddress | None
) -> None:
    beside = StreamAddress("rtsp://h/beside", Transport.HTTP)
    old = with_stream(replace(ADDED, main=beside, sub=beside), part, UDP)
    text = f"id,name,area,{columns.replace('{}', part)}\nold,Old,dongmen,{values}\n"
    planned = plan_import(text.encode(), replace(KNOWN, cameras={"old": old}))
    (line,) = planned.lines
    if after == UDP:
        assert (line.outcome, planned.entries) == (Outcome.UNCHANGED, ())
    else:
        (entry,) = planned.entries
        assert camera_of(entry) == with_stream(old, part, after)


@pytest.mark.parametrize(
    ("columns", "values", "after"),
    [
        ("onvif_url", "http://h/b", ("http://h/b", "p1")),
        ("onvif_url", "", (None, None)),
        ("onvif_profile", "p2", ("http://h/a", "p2")),
        ("onvif_url,onvif_profile", "http://h/a,", ("http://h/a", None)),
        ("onvif_url,onvif_profile", ",", (None, None)),
    ],
)
def test_address_and_profile_of_a_device_stay_each_for_itself(
    columns: str, values: str, after: tuple[str | None, str | None]
) -> None:
    old = replace(ADDED, onvif_url="http://h/a", onvif_profile="p1")
    text = f"id,name,area,{columns}\nold,Old,dongmen,{values}\n"
    (entry,) = plan_import(text.encode(), replace(KNOWN, cameras={"old": old})).entries
    assert camera_of(entry) == replace(old, onvif_url=after[0], onvif_profile=after[1])


def test_a_transport_alone_is_no_stream() -> None:
    (line,) = plan_import(b"id,name,area,sub_transport\nold,Old,dongmen,udp\n", KNOWN).lines
    assert (line.faults[0].field, line.faults[0].detail) == ("sub_url", "is missing; add it")


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ("x,X,nowhere,rtsp://h/x,", "area", "no area 'nowhere'"),
        ("x,X,dongmen,rtsp://h/x,who", "credentials", "no credential 'who'"),
        ("x,X,dongmen,rtsp://u:canary@h/x,", "main_url", "must not carry a user or password"),
        ("x,X,dongmen,,", "", "neither main nor sub"),
        ("conf,Renamed,dongmen,rtsp://h/conf,", "id", "stands in the configuration"),
        ("x,X,dongmen,rtsp://h/x,,more", "", "more than 5 columns"),
    ],
)
def test_why_a_line_is_refused(line: str, field: str, words: str) -> None:
    (told,) = plan(line).lines
    assert (told.line, told.outcome) == (2, Outcome.REFUSED)
    assert (told.faults[0].field, words in told.faults[0].detail) == (field, True), told.faults
    assert "canary" not in str(told)


def test_a_wrong_first_line_refuses_all() -> None:
    with pytest.raises(FieldsError, match="area: is missing from the first line"):
        plan_import(b"id,name\n", KNOWN)
    with pytest.raises(FieldsError, match="line 1: is neither UTF-8 nor GB18030"):
        plan_import(b"\xff\xff\xff", KNOWN)


def test_lines_in_front_of_a_broken_one_are_taken() -> None:
    planned = plan("new,新,dongmen,rtsp://h/n,", 'x,"X')
    assert [line.outcome for line in planned.lines] == [Outcome.ADDED, Outcome.REFUSED]
