"""Whole configurations: what they come to, and every fault at its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from commandwall.model.camera import Area, Camera, StreamAddress, Transport
from commandwall.model.head import Bezel, Display, Head
from commandwall.model.rect import Rect
from commandwall.settings.faults import SettingsError
from commandwall.settings.load import check_settings, load_settings
from commandwall.settings.site import Address, Credential, Language, Level, Site
from tests.certificates import self_signed
from tests.conftest import ROOT
from tests.unit.settings.conftest import Change


def test_a_right_site_becomes_the_model(site: Path) -> None:
    settings = load_settings(site)
    assert settings.site == Site("luohu", "罗湖", Level.DISTRICT)
    assert settings.state_dir == site.parent / "state"
    assert settings.language is Language.CHINESE
    assert settings.areas == (Area("dongmen", "东门步行街"), Area("north", "北", "dongmen"))
    assert settings.cameras == (
        Camera(
            id="dongmen-001",
            name="东门 01",
            area="dongmen",
            main=StreamAddress("rtsp://10.1.1.11/main", Transport.UDP),
            sub=StreamAddress("rtsp://10.1.1.11:8554/sub?x=1"),
            position=(22.5470, 114.1190),
            credentials="dongmen",
        ),
    )
    assert settings.walls[0].heads == (Head("left", Rect(0, 0, 1920, 2160)),)
    assert settings.walls[0].fps == 25
    assert settings.layouts["4x4"].columns == 4


def test_what_is_left_out_gets_its_default(site: Path) -> None:
    settings = load_settings(site)
    assert settings.rtsp.listen == Address("127.0.0.1", 8554)
    assert (settings.mqtt, settings.http.tls) == (None, None)
    assert (settings.ingest.workers, settings.ingest.decode_threads) == (None, None)
    assert (settings.ingest.connects_per_s, settings.ingest.connects_per_host) == (400, 16)


def test_the_password_is_the_first_line_of_its_file_and_never_shown(site: Path) -> None:
    settings = load_settings(site)
    assert settings.credentials == {"dongmen": Credential("admin", "pass word")}
    assert "pass word" not in repr(settings)


def test_paths_are_relative_to_the_file_and_absolute_in_the_settings(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.parent)
    settings = load_settings(Path("site.yaml"))
    assert settings.state_dir == site.parent / "state"
    assert settings.file == site


def test_check_says_nothing_of_a_right_site(site: Path) -> None:
    assert check_settings(site) == []


def test_a_fault_is_one_line_with_file_line_field_and_what_to_do(site: Path) -> None:
    site.write_text(site.read_text().replace("layout: 4x4", "layout: 4xx4"))
    assert check_settings(site) == [
        f"{site}:17: walls[0].layout: there is no layout '4xx4'; did you mean 4x4?"
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ("level: district", "level: province", 1, "site.level", "must be 'city', 'district' or 'street'"),
        ("state: state", "stat: state", 2, "stat", "did you mean state?"),
        ("state: state", "state: [1]", 2, "state", "must be text"),
        ("state: state", "state: a\nstate: b", 3, "state", "stands here twice"),
        ('"127.0.0.1:0"', "localhost", 3, "http.listen", "HOST:PORT"),
        ('"127.0.0.1:0"', '"127.0.0.1:70000"', 3, "http.listen", "65535"),
        ('"127.0.0.1:0"', '"::1:80"', 3, "http.listen", "[::1]:8080"),
        ("state: state", "ingest: {workers: many}", 2, "ingest.workers", "must be auto or a whole number"),
        ("state: state", "cameras_file: no.csv", 2, "cameras_file", "does not exist"),
        ("state: state", "layouts: no", 2, "layouts", "does not exist"),
        ("state: state", "conferences: {links: [x]}", 2, "conferences.links[0]", "mapping"),
        ("state: state", 'mqtt: {url: "http://h"}', 2, "mqtt.url", "mqtt://HOST"),
        ("state: state", 'mqtt: {url: "mqtt://h", prefix: "a/#"}', 2, "mqtt.prefix", "MQTT topic"),
        (
            "state: state",
            'mqtt: {url: "mqtt://h", credentials: x}',
            2,
            "mqtt.credentials",
            "no credential 'x'",
        ),
        ('"127.0.0.1:0"', '"127.0.0.1:0", tls: {cert: c, key: k}', 3, "http.tls.cert", "cannot be read"),
        ("parent: dongmen", "parent: dongmem", 6, "areas[1].parent", "did you mean dongmen?"),
        ("parent: dongmen", "parent: north", 6, "areas[1].parent", "inside itself"),
        ("{id: north", "{id: dongmen", 6, "areas[1].id", "taken at site.yaml:5"),
        ("id: dongmen-001", "id: 东门", 8, "cameras[0].id", "letters, digits"),
        ("    area: dongmen\n", "", 8, "cameras[0].area", "is missing"),
        ("    area: dongmen\n", "    area: x\n", 10, "cameras[0].area", "no area 'x'"),
        ("[22.5470, 114.1190]", "[114.1190, 22.5470]", 11, "cameras[0].position", "latitude first"),
        (
            "transport: udp",
            "transport: quic",
            12,
            "cameras[0].main.transport",
            "must be 'tcp', 'udp', 'multicast' or 'http'",
        ),
        ("transport: udp", "transprot: udp", 12, "cameras[0].main.transprot", "did you mean transport?"),
        ("rtsp://10.1.1.11/main", "http://10.1.1.11", 12, "cameras[0].main.url", "must be rtsp://HOST"),
        ("rtsp://10.1.1.11/main", "rtsp://h:99999/", 12, "cameras[0].main.url", "is not a URL"),
        (
            "rtsp://10.1.1.11/main",
            "rtsp://10.1..1.11/",
            12,
            "cameras[0].main.url",
            "neither a name nor an IP",
        ),
        ("rtsp://10.1.1.11/main", "rtsp://h/a b", 12, "cameras[0].main.url", "must be rtsp://HOST"),
        ("credentials: dongmen", "credentials: who", 14, "cameras[0].credentials", "no credential 'who'"),
        (
            "password_file: secret",
            "password_file: no",
            15,
            "credentials.dongmen.password_file",
            "No such file",
        ),
        (
            "password_file: secret",
            "password_file: secret, pw: a",
            15,
            "credentials.dongmen.pw",
            "not a known key",
        ),
        ("[3840, 2160]", "[3841, 2160]", 17, "walls[0].size", "even"),
        ("[3840, 2160]", "[3840]", 17, "walls[0].size[1]", "is missing"),
        ("layout: 4x4", "layout: 4x4, align_ms: 2000", 17, "walls[0].align_ms", "from 0 to 1000"),
        ("layout: 4x4", "layout: 4x4, fps: 90", 17, "walls[0].fps", "from 1 to 60"),
        (
            ", heads: [{id: left, rect: [0, 0, 1920, 2160]}]",
            ", heads: []",
            17,
            "walls[0].heads",
            "not be empty",
        ),
        ("rect: [0", "rec: [0", 17, "walls[0].heads[0].rec", "did you mean rect?"),
        ("[0, 0, 1920, 2160]", "[1920, 0, 1922, 2160]", 17, "walls[0].heads[0].rect", "leaves the canvas"),
        ("[0, 0, 1920, 2160]", "[-2, 0, 1920, 2160]", 17, "walls[0].heads[0].rect", "none below 0"),
        (
            "rect: [0, 0, 1920, 2160]",
            "rect: [0, 0, 1920, 2160], bezel: [960, 0, 960, 0]",
            17,
            "walls[0].heads[0].bezel",
            "hides all but 0 x 2160",
        ),
        (
            "rect: [0, 0, 1920, 2160]",
            "rect: [0, 0, 1920, 2160], bezel: [-1, 0, 0, 0]",
            17,
            "walls[0].heads[0].bezel",
            "none below 0",
        ),
        (
            "rect: [0, 0, 1920, 2160]",
            "rect: [0, 0, 1920, 2160], bezel: [1, 2, 3]",
            17,
            "walls[0].heads[0].bezel[3]",
            "is missing",
        ),
        (
            "rect: [0, 0, 1920, 2160]",
            "rect: [0, 0, 1920, 2160], rotate: 45",
            17,
            "walls[0].heads[0].rotate",
            "must be 0, 90, 180 or 270",
        ),
        (
            "rect: [0, 0, 1920, 2160]",
            "rect: [0, 0, 1920, 2160], size: [1919, 1080]",
            17,
            "walls[0].heads[0].size",
            "even numbers",
        ),
        (
            "rect: [0, 0, 1920, 2160]",
            "rect: [0, 0, 1920, 2160], size: [9000, 1080]",
            17,
            "walls[0].heads[0].size",
            "9000 x 1080 is too large",
        ),
        (
            "rect: [0, 0, 1920, 2160]",
            "rect: [0, 0, 1920, 2160], display: {monitor: -1}",
            17,
            "walls[0].heads[0].display.monitor",
            "the number of a monitor, from 0, or its name",
        ),
        (
            "rect: [0, 0, 1920, 2160]",
            "rect: [0, 0, 1920, 2160], display: {monitors: 0}",
            17,
            "walls[0].heads[0].display.monitors",
            "did you mean monitor",
        ),
        (
            "rect: [0, 0, 1920, 2160]",
            "rect: [0, 0, 1920, 2160], display: {fullscreen: maybe}",
            17,
            "walls[0].heads[0].display.fullscreen",
            "true or false",
        ),
    ],
)
def test_each_fault_is_named_at_its_line(
    faults_after: Change, old: str, new: str, line: int, field: str, words: str
) -> None:
    fault = faults_after(old, new)[0]
    assert (fault.line, fault.field) == (line, field)
    assert words in fault.message


TWO_HEADS = """[{id: left, rect: [0, 0, 1920, 2160], display: {monitor: DP-1}},
 {id: right, rect: [1920, 0, 1920, 2160], display: {monitor: DP-1, fullscreen: %s}}]"""


def test_a_monitor_is_filled_by_one_head(faults_after: Change) -> None:
    (fault,) = faults_after("[{id: left, rect: [0, 0, 1920, 2160]}]", TWO_HEADS % "true")
    assert fault.field == "walls[0].heads[1].display.monitor"
    assert "'DP-1' is filled by head" in fault.message and "/left" in fault.message


def test_windows_share_a_monitor(site: Path) -> None:
    two = site.read_text().replace("[{id: left, rect: [0, 0, 1920, 2160]}]", TWO_HEADS % "false")
    site.write_text(two)
    assert len(load_settings(site).walls[0].heads) == 2


def test_all_that_a_head_takes_is_taken(site: Path) -> None:
    more = ", bezel: [1, 2, 3, 4], rotate: 90, size: [1080, 1920], display: {monitor: DP-1}"
    site.write_text(site.read_text().replace("rect: [0, 0, 1920, 2160]", f"rect: [0, 0, 1920, 2160]{more}"))
    (head,) = load_settings(site).walls[0].heads
    rect = Rect(0, 0, 1920, 2160)
    assert head == Head("left", rect, Bezel(1, 2, 3, 4), 90, (1080, 1920), Display("DP-1"))


def test_a_password_in_a_url_is_refused_and_not_repeated(faults_after: Change) -> None:
    (fault,) = faults_after("rtsp://10.1.1.11/main", "rtsp://admin:hunter2@10.1.1.11/main")
    assert "credentials" in fault.message
    assert "hunter2" not in str(fault)
    assert "admin" not in str(fault)


def test_all_faults_are_found_at_once_in_file_order(faults_after: Change) -> None:
    faults = faults_after("id: luohu, name: 罗湖, level: district}", "id: luohu}\nx: 1\nwalls: 3\nmqtt: {}")
    assert [fault.field for fault in faults] == ["site.level", "site.name", "x", "mqtt.url", "walls"]


def test_an_entry_that_is_wrong_elsewhere_can_still_be_referred_to(faults_after: Change) -> None:
    faults = faults_after("{id: dongmen, name: 东门步行街}", "{id: dongmen}")
    assert [fault.field for fault in faults] == ["areas[0].name"]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"site: [", 2, "is not YAML"),
        (b"a: 1\n\tb: 2", 2, "is not YAML"),
        (b"a: !python/object x", 1, "is not YAML"),
        (b"\xff\xfe", 1, "UTF-8"),
        (b"a: \x00", 1, "is not YAML"),
        (b"- 1", 1, "must be a mapping"),
        (b"", 1, "must be a mapping"),
    ],
)
def test_a_file_that_is_no_configuration_says_so(
    tmp_path: Path, content: bytes, line: int, words: str
) -> None:
    file = tmp_path / "site.yaml"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert caught.value.faults[0].line == line
    assert words in caught.value.faults[0].message


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert check_settings(tmp_path / "no.yaml") == [
        f"{tmp_path}/no.yaml:1: cannot be read: No such file or directory"
    ]


def test_scalars_are_what_people_mean_by_them(site: Path) -> None:
    site.write_text(
        site.read_text()
        .replace("id: north, name: 北", "id: 007, name: on")
        .replace("layout: 4x4", "layout: 1")
    )
    settings = load_settings(site)
    assert settings.areas[1] == Area("007", "on", "dongmen")
    assert settings.walls[0].layout == "1"


def test_a_wall_without_heads_has_one_of_its_whole_canvas(site: Path) -> None:
    site.write_text(site.read_text().replace(", heads: [{id: left, rect: [0, 0, 1920, 2160]}]", ""))
    assert load_settings(site).walls[0].heads == (Head("all", Rect(0, 0, 3840, 2160)),)


def test_mqtt_takes_its_port_from_the_scheme_and_its_user_from_credentials(site: Path) -> None:
    site.write_text(site.read_text() + 'mqtt: {url: "mqtts://broker", prefix: cw, credentials: dongmen}\n')
    mqtt = load_settings(site).mqtt
    assert mqtt is not None
    assert (mqtt.host, mqtt.port, mqtt.tls, mqtt.prefix) == ("broker", 8883, True, "cw")
    assert mqtt.credential == Credential("admin", "pass word")


def test_own_layouts_come_on_top_of_the_shipped_ones(site: Path) -> None:
    own = site.parent / "own"
    own.mkdir()
    (own / "4x4.yaml").write_text("name: mine\ngrid: [1, 4]")
    (own / "wide.yaml").write_text("name: wide\ngrid: [9, 1]")
    site.write_text(site.read_text() + "layouts: own\n")
    layouts = load_settings(site).layouts
    assert layouts["4x4"].name == "mine"
    assert {"wide", "8x8"} <= set(layouts)


def test_the_sample_of_a_whole_centre_is_right() -> None:
    settings = load_settings(ROOT / "config" / "luohu.yaml")
    assert len(settings.cameras) >= 400
    parents = [area.parent for area in settings.areas]
    assert parents.count("schools") == 56
    assert parents.count("streets") == 10
    assert {wall.id: len(wall.heads) for wall in settings.walls} == {"main": 2, "ultra": 3}


def test_the_authority_of_cameras_is_a_file_with_certificates(site: Path) -> None:
    authority = self_signed(site.parent / "ca.pem")
    site.write_text(site.read_text() + "ingest: {tls: {ca: ca.pem}}\n")
    assert load_settings(site).ingest.ca_file == authority
    authority.write_text("not a certificate")
    line = site.read_text().count("\n")
    assert check_settings(site) == [
        f"{site}:{line}: ingest.tls.ca: {authority} holds no certificate in PEM form"
    ]
    authority.unlink()
    assert "cannot be read" in check_settings(site)[0]


def test_https_needs_a_certificate_and_its_own_key(site: Path) -> None:
    cert, other = self_signed(site.parent / "cert.pem"), self_signed(site.parent / "other.pem")
    before = site.read_text()

    def found(cert_name: str, key_name: str) -> list[str]:
        tls = f"tls: {{cert: {cert_name}, key: {key_name}}}"
        site.write_text(before.replace('"127.0.0.1:0"', f'"127.0.0.1:0", {tls}', 1))
        return [fault.removeprefix(f"{site}:3: ") for fault in check_settings(site)]

    assert found("cert.pem", "cert.pem") == []
    wrong = f"does not hold the private key of {cert}, in PEM form and without a password"
    assert found("cert.pem", "other.pem") == [f"http.tls.key: {other} {wrong}"]
    other.write_bytes(encrypted(cert.read_bytes()))
    assert found("cert.pem", "other.pem") == [f"http.tls.key: {other} {wrong}"]
    other.write_text("not a certificate")
    assert found("cert.pem", "other.pem") == [f"http.tls.key: {other} {wrong}"]
    assert found("other.pem", "no.pem") == [
        f"http.tls.cert: {other} holds no certificate in PEM form",
        f"http.tls.key: {other.with_name('no.pem')} cannot be read: No such file or directory",
    ]


def encrypted(pem: bytes) -> bytes:
    """Return the key in ``pem`` as a file that asks for a password."""
    password = serialization.BestAvailableEncryption(b"secret")
    form = serialization.PrivateFormat.PKCS8
    key = serialization.load_pem_private_key(pem, None)
    return key.private_bytes(serialization.Encoding.PEM, form, password)


def test_pictures_over_tls_are_not_sent_unencrypted(faults_after: Change) -> None:
    (fault,) = faults_after("rtsp://10.1.1.11/main", "rtsps://10.1.1.11/main")
    assert fault.field == "cameras[0].main"
    assert "unencrypted" in fault.message
