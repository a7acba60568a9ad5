"""Cameras from spreadsheets, as different programs save them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.model.camera import StreamAddress, Transport
from commandwall.settings.faults import Fault, SettingsError
from commandwall.settings.load import check_settings, load_settings
from commandwall.settings.spreadsheet import COLUMNS, read_cameras

HEADER = ",".join(COLUMNS)
LINE = "dm-1,东门 01,dongmen,22.5,114.1,rtsp://h/m,udp,rtsp://h/s,,http://h/onvif,dongmen,是,否,0,Profile_2"


@pytest.fixture
def sheet(site: Path) -> Path:
    """Return the path of the spreadsheet that the site names; the test writes it."""
    site.write_text(site.read_text() + "cameras_file: cameras.csv\n")
    return site.parent / "cameras.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_excel_and_libreoffice_write_is_read(
    sheet: Path, site: Path, encoding: str, newline: str
) -> None:
    sheet.write_bytes(f"{HEADER}{newline}{LINE}{newline}{newline}".encode(encoding))
    camera = load_settings(site).cameras[1]
    assert (camera.id, camera.name, camera.position) == ("dm-1", "东门 01", (22.5, 114.1))
    assert camera.main == StreamAddress("rtsp://h/m", Transport.UDP)
    assert camera.sub == StreamAddress("rtsp://h/s", Transport.TCP)
    assert (camera.credentials, camera.enabled, camera.tls_verify) == ("dongmen", True, False)
    assert not camera.audio
    assert (camera.onvif_url, camera.onvif_profile) == ("http://h/onvif", "Profile_2")


def test_columns_come_in_any_order_and_may_be_left_out(sheet: Path, site: Path) -> None:
    sheet.write_text("Sub_URL, area,name ,id\nrtsp://h/s,dongmen,Gate,g-1\n")
    camera = load_settings(site).cameras[1]
    assert (camera.id, camera.name, camera.main, camera.position) == ("g-1", "Gate", None, None)


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ("d,n,dongmen,1,,rtsp://h/m", "longitude", "must be a number"),
        ("d,n,dongmen,91,0,rtsp://h/m", "position", "latitude first"),
        ("d,n,dongmen,,,ftp://h/m", "main_url", "must be rtsp://"),
        ("d,n,dongmen,,,rtsp://h/m,quic", "main_transport", "must be 'tcp', 'udp', 'multicast' or 'http'"),
        ("d,n,dongmen,,,rtsp://h/m,,,udp", "sub_url", "is missing"),
        ("d,n,dongmen", "", "neither main nor sub"),
        ("d,,dongmen,,,rtsp://h/m", "name", "is missing"),
        ("d,n,dongmen,,,rtsp://h/m,,,,rtsp://h/onvif", "onvif_url", "must be http://"),
        ("d,n,dongmen,,,rtsp://h/m,,,,http://u:p@h/", "onvif_url", "must not carry a user"),
        ("d,n,where,,,rtsp://h/m", "area", "no area 'where'"),
        ("d,n,dongmen,,,rtsp://h/m,,,,,who", "credentials", "no credential 'who'"),
        ("d,n,dongmen,,,rtsp://h/m,,,,,,maybe", "enabled", "must be true or false"),
        ("dongmen-001,n,dongmen,,,rtsp://h/m", "id", "taken at site.yaml:8"),
        ("d,n,dongmen,,,rtsp://h/m,,,,,,,,,,extra", "", "more than 15 columns"),
    ],
)
def test_each_fault_is_named_at_its_line_and_column(
    sheet: Path, site: Path, line: str, field: str, words: str
) -> None:
    sheet.write_text(f"{HEADER}\n{LINE}\n\n{line}\n", encoding="utf-8")
    (fault,) = check_settings(site)
    assert fault.startswith(f"{sheet}:4: {field}{': ' if field else ''}")
    assert words in fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "id: is missing from the first line"),
        ("id,name,area,colour", "colour: is not a column"),
        ("id,name,area,id", "id: is there twice"),
        ("id,name,area,", "column 4: is not a column"),
    ],
)
def test_a_wrong_first_line_is_named(sheet: Path, site: Path, text: str, words: str) -> None:
    sheet.write_text(text)
    assert any(words in fault for fault in check_settings(site))


def test_an_unclosed_quote_is_a_fault(sheet: Path, site: Path) -> None:
    sheet.write_text(f'{HEADER}\nd,"n')
    assert any("is not CSV" in fault for fault in check_settings(site))


def test_a_line_counts_from_where_its_record_begins() -> None:
    data = b'id,name,area\na,"two\nlines",x\nb,n,x\n'
    assert [place.line for place, _ in read_cameras(Path("c.csv"), data, []).lines] == [2, 4]


def test_other_bytes_are_a_fault() -> None:
    with pytest.raises(SettingsError, match="CSV UTF-8"):
        read_cameras(Path("c.csv"), b"\xff\xff\xff", [])


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=12), max_size=5))
def test_any_table_is_read_or_refused(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([list(COLUMNS), *rows])
    faults: list[Fault] = []
    cameras = read_cameras(Path("any.csv"), out.getvalue().encode(), faults).lines
    assert len(cameras) + len(faults) <= len(rows) + 1
