"""Basic (RFC 7617) and Digest (RFC 7616, RFC 2617) authentication, both sides of it.

Nothing here puts a password into a message, a ``repr`` or a log.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from commandwall.base.clock import Clock, monotonic_s

_HASHES: Mapping[str, Callable[[bytes], str]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
}
_STRENGTH = ("SHA-256-SESS", "SHA-256", "MD5-SESS", "MD5")
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_PARAMETER = re.compile(rf'[\s,]*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))')
_SCHEME = re.compile(rf"[\s,]*({_TOKEN})(?=\s|$)(?!\s*=)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way that a server offers to sign in; names of ``parameters`` are in lower case."""

    scheme: str
    parameters: Mapping[str, str]

    @property
    def algorithm(self) -> str:
        """The digest algorithm in capitals; MD5 when the server names none. Some write SHA256."""
        return self.parameters.get("algorithm", "").upper().replace("SHA256", "SHA-256") or "MD5"

    @property
    def stale(self) -> bool:
        """Whether the credentials were right and only the nonce was too old."""
        return self.parameters.get("stale", "").lower() == "true"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and a password; either may hold any character. The password is not in ``repr``."""

    user: str
    password: str = field(repr=False)


def parse_challenges(values: Iterable[str]) -> list[Challenge]:
    """Parse the values of WWW-Authenticate; several challenges may share one value.

    Schemes are given in lower case. What cannot be read is left out; nothing is raised.
    """
    return [challenge for value in values for challenge in _challenges(value)]


def _challenges(value: str) -> list[Challenge]:
    found: list[Challenge] = []
    position = 0
    while scheme := _SCHEME.match(value, position):
        position = scheme.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(value, position):
            name, quoted, token = parameter.groups()
            parameters[name.lower()] = token if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            position = parameter.end()
        found.append(Challenge(scheme[1].lower(), parameters))
    return found


class ClientAuthenticator:
    """Answers the challenges of one server with one user's credentials.

    Belongs to one connection: it counts the uses of a nonce.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._challenge: Challenge | None = None
        self._uses = 0
        self._cnonce = secrets.token_hex(8)

    def accept(self, challenges: Iterable[Challenge]) -> bool:
        """Take the strongest of ``challenges``; return False if none of them can be answered."""
        ranked = [(rank, challenge) for challenge in challenges if (rank := _rank(challenge)) is not None]
        if not ranked:
            return False
        self._challenge = min(ranked, key=lambda pair: pair[0])[1]
        self._uses = 0
        return True

    def authorise(self, method: str, url: str) -> str | None:
        """Return the value of Authorization for a request, or ``None`` as long as nobody asked."""
        challenge = self._challenge
        if challenge is None:
            return None
        who = self._credentials
        if challenge.scheme == "basic":
            return "Basic " + base64.b64encode(f"{who.user}:{who.password}".encode()).decode()
        self._uses += 1
        given = challenge.parameters
        fields = {
            "username": who.user,
            "realm": given.get("realm", ""),
            "nonce": given.get("nonce", ""),
            "uri": url,
        }
        if given.get("qop"):
            fields |= {"qop": "auth", "nc": f"{self._uses:08x}", "cnonce": self._cnonce}
        elif challenge.algorithm.endswith("-SESS"):
            fields["cnonce"] = self._cnonce
        fields["response"] = _digest(challenge.algorithm, fields, who.password, method)
        fields |= {name: given[name] for name in ("opaque", "algorithm") if name in given}
        return "Digest " + ", ".join(f"{name}={_written(name, value)}" for name, value in fields.items())


def _rank(challenge: Challenge) -> int | None:
    """Return how strong ``challenge`` is (0 is best), ``None`` if it cannot be answered."""
    if challenge.scheme == "basic":
        return len(_STRENGTH)
    if challenge.scheme != "digest" or challenge.algorithm not in _STRENGTH:
        return None
    offered = challenge.parameters.get("qop")
    if offered and "auth" not in re.split(r"[\s,]+", offered.lower()):
        return None
    return _STRENGTH.index(challenge.algorithm)


def _written(name: str, value: str) -> str:
    if name in ("nc", "qop", "algorithm"):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _digest(algorithm: str, fields: Mapping[str, str], password: str, method: str) -> str:
    """Return the response of RFC 7616 section 3.4.1; without ``qop`` in ``fields`` that of RFC 2069."""

    def h(text: str) -> str:
        return _HASHES[algorithm.removesuffix("-SESS")](text.encode("utf-8", "surrogateescape"))

    secret = h(f"{fields['username']}:{fields['realm']}:{password}")
    if algorithm.endswith("-SESS"):
        secret = h(f"{secret}:{fields['nonce']}:{fields.get('cnonce', '')}")
    request = h(f"{method}:{fields['uri']}")
    if "qop" not in fields:
        return h(f"{secret}:{fields['nonce']}:{request}")
    counted = ":".join(fields.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
    return h(f"{secret}:{counted}:{request}")


class ServerAuthenticator:
    """Challenges clients and checks what they answer. Keeps no state per client.

    Users who are in ``paths`` may come to these paths only, all others to every one.
    A nonce holds the time it was made, signed with a key that lives as long as this object;
    after ``nonce_ttl_s`` it is stale and the client is told to take a new one.
    """

    def __init__(
        self,
        realm: str,
        passwords: Mapping[str, str],
        *,
        algorithms: tuple[str, ...] = ("SHA-256", "MD5"),
        basic: bool = False,
        paths: Mapping[str, Collection[str]] | None = None,
        nonce_ttl_s: float = 3600.0,
        clock: Clock = monotonic_s,
    ) -> None:
        self._realm = realm
        self._passwords = passwords
        self._algorithms = algorithms
        self._basic = basic
        self._paths = paths or {}
        self._ttl_s = nonce_ttl_s
        self._clock = clock
        self._key = secrets.token_bytes(16)

    def challenges(self, *, stale: bool = False) -> list[str]:
        """Return the values of WWW-Authenticate for a 401, strongest first."""
        realm = _written("realm", self._realm)
        nonce = self._nonce(int(self._clock() * 1000))
        mark = ", stale=true" if stale else ""
        values = [
            f'Digest realm={realm}, nonce="{nonce}", qop="auth", algorithm={algorithm}{mark}'
            for algorithm in self._algorithms
        ]
        return [*values, f"Basic realm={realm}"] if self._basic else values

    def refuse(self, method: str, authorization: str, path: str = "") -> list[str] | None:
        """Check the Authorization of a request for ``path``; ``None`` lets it in.

        Otherwise returns the challenges to send with 401. The digest's ``uri`` is taken as the
        client wrote it: cameras and players differ in what they put there.
        """
        offered = parse_challenges([authorization])
        answer = offered[0] if offered else None
        if answer is not None and answer.scheme == "digest":
            return self._refuse_digest(method, answer, path)
        if answer is not None and answer.scheme == "basic" and self._basic:
            return None if self._knows_basic(authorization, path) else self.challenges()
        return self.challenges()

    def _refuse_digest(self, method: str, answer: Challenge, path: str) -> list[str] | None:
        fields = {"username": "", "realm": "", "nonce": "", "uri": "", **answer.parameters}
        password = self._passwords.get(fields["username"])
        known = answer.algorithm in self._algorithms and fields["realm"] == self._realm
        age_s = self._age_s(fields["nonce"])
        if password is None or not known or age_s is None or not self._may(fields["username"], path):
            return self.challenges()
        expected = _digest(answer.algorithm, fields, password, method)
        if not hmac.compare_digest(
            expected.encode(), fields.get("response", "").lower().encode("utf-8", "replace")
        ):
            return self.challenges()
        return None if age_s <= self._ttl_s else self.challenges(stale=True)

    def _may(self, user: str, path: str) -> bool:
        return user not in self._paths or path in self._paths[user]

    def _knows_basic(self, authorization: str, path: str) -> bool:
        try:
            text = base64.b64decode(authorization.split(None, 1)[1], validate=True).decode()
        except (ValueError, IndexError):
            return False
        user, _, password = text.partition(":")
        expected = self._passwords.get(user)
        if expected is None or not self._may(user, path):
            return False
        return hmac.compare_digest(expected.encode(), password.encode())

    def _nonce(self, made_ms: int) -> str:
        time = f"{made_ms:012x}"
        return time + hmac.digest(self._key, time.encode(), "sha256").hex()[:32]

    def _age_s(self, nonce: str) -> float | None:
        """Return how old ``nonce`` is, or ``None`` if it is not one of ours."""
        time = nonce[:12]
        if not re.fullmatch(r"[0-9a-f]{12}", time):
            return None
        made_ms = int(time, 16)
        if not hmac.compare_digest(self._nonce(made_ms).encode(), nonce.encode("utf-8", "replace")):
            return None
        return self._clock() - made_ms / 1000
