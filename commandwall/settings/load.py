"""Loads a site's configuration and everything that it names."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from commandwall.model.camera import Area, Camera
from commandwall.model.data import Panel
from commandwall.model.layout import Layout
from commandwall.settings import checks
from commandwall.settings.document import DocumentPlace, read_document
from commandwall.settings.faults import Fault, Place, SettingsError, schema_faults
from commandwall.settings.layouts import load_layouts, shipped_layouts
from commandwall.settings.links import conferences_of
from commandwall.settings.panels import PanelEntry, panels_of
from commandwall.settings.schema import (
    AreaEntry,
    CameraEntry,
    CameraTlsEntry,
    CredentialEntry,
    IngestEntry,
    MqttEntry,
    SiteFile,
    TlsEntry,
    WallEntry,
    keys_of,
)
from commandwall.settings.secret_files import read_secret
from commandwall.settings.site import (
    ConferenceSettings,
    Credential,
    HttpSettings,
    IngestSettings,
    MqttSettings,
    RtcSettings,
    RtspSettings,
    Settings,
    Site,
    Tls,
)
from commandwall.settings.spreadsheet import read_cameras
from commandwall.settings.watchers import watchers_of

_MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}


def load_settings(file: Path) -> Settings:
    """Return the configuration in ``file``, with the spreadsheet, layouts and secrets that it names.

    Blocks on the disk: call it before the loop runs. Raises :class:`SettingsError` with every fault.
    """
    return _Loading(file).settings()


def check_settings(file: Path) -> list[str]:
    """Return one line for each fault of the configuration in ``file``: none when it is right."""
    try:
        load_settings(file)
    except SettingsError as error:
        return [str(fault) for fault in error.faults]
    return []


def _ingest(entry: IngestEntry, ca_file: Path | None) -> IngestSettings:
    return IngestSettings(
        entry.workers,
        entry.decode_threads,
        entry.connects_per_s,
        entry.connects_per_host,
        ca_file,
        entry.decode,
    )


class _Loading:
    """One pass over a configuration; it goes on after each fault, so that all are found."""

    def __init__(self, file: Path) -> None:
        self._document = read_document(file)
        self._root = file.parent
        self._faults: list[Fault] = list(self._document.repeated)
        data = self._document.data
        self._data: dict[Any, Any] = data if isinstance(data, dict) else {}

    def settings(self) -> Settings:
        """Return the settings; raises :class:`SettingsError` with all that was found."""
        site_file = self._site_file()
        layouts = self._layouts()
        credentials = self._credentials()
        areas, cameras = self._areas_and_cameras()
        wall_entries = self._wall_entries()
        declared = checks.Declared(layouts, areas, {camera.id for camera in cameras})
        walls = checks.walls_of(wall_entries, declared, self._root, self._faults)
        panels, conferences = self._panels(), self._conferences()
        if site_file is None:
            raise SettingsError(self._faults)
        mqtt, tls = self._mqtt(site_file.mqtt, credentials), self._tls(site_file.http.tls)
        ca_file = self._ca_file(site_file.ingest.tls)
        watcher = self._credential("rtsp", site_file.rtsp.credentials, credentials)
        watchers = watchers_of(wall_entries, watcher, credentials, self._faults)
        if self._faults:
            raise SettingsError(self._faults)
        return Settings(
            file=self._document.file.absolute(),
            site=Site(site_file.site.id, site_file.site.name, site_file.site.level),
            language=site_file.language,
            state_dir=(self._root / site_file.state).absolute(),
            http=HttpSettings(site_file.http.listen, tls),
            rtsp=RtspSettings(site_file.rtsp.listen, watcher, watchers),
            rtc=RtcSettings(tuple(site_file.rtc.ice_servers)),
            mqtt=mqtt,
            ingest=_ingest(site_file.ingest, ca_file),
            areas=tuple(areas),
            cameras=tuple(cameras),
            credentials=credentials,
            walls=tuple(walls),
            layouts=layouts,
            panels=tuple(panels),
            conferences=conferences,
        )

    def _site_file(self) -> SiteFile | None:
        try:
            return SiteFile.model_validate(self._document.data)
        except ValidationError as error:
            self._faults += schema_faults(error, DocumentPlace(self._document), keys_of(SiteFile))
            return None

    def _listed(self, *keys: str) -> list[tuple[Place, Any]]:
        """Return the entries of the list at ``keys``; a wrong type is the schema's to name."""
        entries: Any = self._data
        for key in keys:
            entries = entries.get(key) if isinstance(entries, dict) else None
        if not isinstance(entries, list):
            return []
        return [(DocumentPlace(self._document, (*keys, index)), entry) for index, entry in enumerate(entries)]

    def _declared(self, key: str) -> set[str]:
        """Return the ids that stand in the list at ``key``, also of entries that are wrong elsewhere."""
        return {
            str(entry["id"]) for _, entry in self._listed(key) if isinstance(entry, dict) and "id" in entry
        }

    def _named(self, key: str) -> Path | None:
        """Return the path that stands at ``key``; that nothing is there is a fault."""
        name = self._data.get(key)
        if not isinstance(name, str):
            return None
        path = self._root / name
        if not path.exists():
            self._faults.append(
                self._document.fault((key,), f"{path} does not exist; create it or name another")
            )
            return None
        return path

    def _layouts(self) -> dict[str, Layout]:
        layouts = load_layouts(shipped_layouts())
        own = self._named("layouts")
        if own is not None:
            try:
                layouts |= load_layouts(own)
            except SettingsError as error:
                self._faults += error.faults
        return layouts

    def _credentials(self) -> dict[str, Credential]:
        named = self._data.get("credentials")
        credentials = {}
        for name, data in named.items() if isinstance(named, dict) else ():
            place = DocumentPlace(self._document, ("credentials", name))
            for located in checks.read_entries(CredentialEntry, [(place, data)], self._faults):
                password = self._password(located)
                credentials[str(name)] = Credential(located.entry.user, password)
        return credentials

    def _password(self, located: checks.Located[CredentialEntry]) -> str:
        """Return the first line of the password file; what is wrong with it is a fault."""
        file = self._root / located.entry.password_file
        password, reason = read_secret(file)
        if reason:
            self._faults.append(located.place.fault(("password_file",), f"{file} {reason}"))
        return password

    def _areas_and_cameras(self) -> tuple[list[Area], list[Camera]]:
        areas = checks.read_entries(AreaEntry, self._listed("areas"), self._faults)
        checks.check_unique(areas, self._faults)
        declared = self._declared("areas")
        cameras = checks.read_entries(CameraEntry, self._listed("cameras") + self._sheet(), self._faults)
        checks.check_unique(cameras, self._faults)
        named = self._data.get("credentials")
        credentials = {str(name) for name in named} if isinstance(named, dict) else set()
        return (
            checks.areas_of(areas, declared, self._faults),
            checks.cameras_of(cameras, declared, credentials, self._faults),
        )

    def _sheet(self) -> list[tuple[Place, Any]]:
        file = self._named("cameras_file")
        if file is None:
            return []
        try:
            return [*read_cameras(file, file.read_bytes(), self._faults).lines]
        except SettingsError as error:
            self._faults += error.faults
        except OSError as error:
            self._faults.append(Fault(file, 1, "", f"cannot be read: {error.strerror}"))
        return []

    def _wall_entries(self) -> list[checks.Located[WallEntry]]:
        walls = checks.read_entries(WallEntry, self._listed("walls"), self._faults)
        checks.check_unique(walls, self._faults)
        return walls

    def _panels(self) -> list[Panel]:
        entries = checks.read_entries(PanelEntry, self._listed("data"), self._faults)
        checks.check_unique(entries, self._faults)
        return panels_of(entries, self._declared("areas"), self._root, self._faults)

    def _conferences(self) -> ConferenceSettings:
        links, bridges = self._listed("conferences", "links"), self._listed("conferences", "bridges")
        return conferences_of(links, bridges, self._root, self._faults)

    def _mqtt(self, entry: MqttEntry | None, credentials: Mapping[str, Credential]) -> MqttSettings | None:
        if entry is None:
            return None
        url = urlsplit(entry.url)
        return MqttSettings(
            host=url.hostname or "",
            port=url.port or _MQTT_PORTS[url.scheme],
            tls=url.scheme == "mqtts",
            prefix=entry.prefix,
            credential=self._credential("mqtt", entry.credentials, credentials),
        )

    def _credential(
        self, section: str, name: str | None, credentials: Mapping[str, Credential]
    ) -> Credential | None:
        if name is not None and name not in credentials:
            message = checks.unknown("credential", name, credentials)
            self._faults.append(self._document.fault((section, "credentials"), message))
        return credentials.get(name or "")

    def _tls(self, entry: TlsEntry | None) -> Tls | None:
        if entry is None:
            return None
        cert, key = ((self._root / name).absolute() for name in (entry.cert, entry.key))
        no_cert, no_key = _no_certificate(cert), _fault_of(lambda: key.open("rb").close())
        if not (no_cert or no_key):
            no_key = _no_key(cert, key)
        for name, file, reason in (("cert", cert, no_cert), ("key", key, no_key)):
            if reason:
                self._faults.append(self._document.fault(("http", "tls", name), f"{file} {reason}"))
        return Tls(cert, key)

    def _ca_file(self, entry: CameraTlsEntry | None) -> Path | None:
        """Return the file that vouches for cameras; that it holds no certificate is a fault."""
        if entry is None:
            return None
        file = (self._root / entry.ca).absolute()
        if reason := _no_certificate(file):
            self._faults.append(self._document.fault(("ingest", "tls", "ca"), f"{file} {reason}"))
        return file


def _no_certificate(file: Path) -> str:
    """Return what is wrong with a file that is to hold certificates; nothing where it does."""
    return _fault_of(lambda: ssl.create_default_context(cafile=file), "holds no certificate in PEM form")


def _no_key(cert: Path, key: Path) -> str:
    """Return what is wrong with the file that is to hold the private key of ``cert``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    wrong = f"does not hold the private key of {cert}, in PEM form and without a password"
    return _fault_of(lambda: context.load_cert_chain(cert, key, password=""), wrong)  # Asks nobody for one.


def _fault_of(load: Callable[[], object], wrong: str = "") -> str:
    try:
        load()
    except ssl.SSLError:
        return wrong
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""
