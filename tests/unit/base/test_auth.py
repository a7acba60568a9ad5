from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.auth import (
    Challenge,
    ClientAuthenticator,
    Credentials,
    ServerAuthenticator,
    parse_challenges,
)

URL = "rtsp://10.1.1.11/main"


class ManualClock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def answer(*challenges: str, user: str = "Mufasa", password: str = "Circle Of Life") -> str:
    client = ClientAuthenticator(Credentials(user, password))
    assert client.accept(parse_challenges(challenges))
    value = client.authorise("DESCRIBE", URL)
    assert value is not None
    return value


def test_digest_without_qop_as_in_rfc_2069() -> None:
    value = answer('Digest realm="r", nonce="n"')
    secret, request = (
        hashlib.md5(text.encode()).hexdigest() for text in ("Mufasa:r:Circle Of Life", f"DESCRIBE:{URL}")
    )
    assert f'response="{hashlib.md5(f"{secret}:n:{request}".encode()).hexdigest()}"' in value
    assert "qop" not in value
    assert "algorithm" not in value


def test_digest_of_rfc_7616_section_3_9_1(monkeypatch: pytest.MonkeyPatch) -> None:
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    monkeypatch.setattr("commandwall.base.auth.secrets.token_hex", lambda _: cnonce)
    for algorithm, response in (
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ):
        client = ClientAuthenticator(Credentials("Mufasa", "Circle of Life"))
        client.accept(
            parse_challenges(
                [
                    f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm},'
                    f' nonce="{nonce}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
                ]
            )
        )
        assert f'response="{response}"' in (client.authorise("GET", "/dir/index.html") or "")


def test_the_strongest_challenge_is_answered() -> None:
    digests = [f'Digest realm="x", nonce="n", algorithm={name}' for name in ("MD5", "SHA-256")]
    offers = ['Basic realm="x"', *digests]
    assert "algorithm=SHA-256" in answer(*offers)
    assert "algorithm=MD5" in answer(*offers[:2])
    assert answer(offers[0]) == "Basic " + base64.b64encode(b"Mufasa:Circle Of Life").decode()


@pytest.mark.parametrize(
    "offer", ["", "Negotiate abc", 'Digest nonce="n", algorithm=SHA-512', 'Digest nonce="n", qop="auth-int"']
)
def test_what_cannot_be_answered_is_not(offer: str) -> None:
    client = ClientAuthenticator(Credentials("u", "p"))
    assert not client.accept(parse_challenges([offer]))
    assert client.authorise("DESCRIBE", URL) is None


def test_several_challenges_in_one_value_and_dialects() -> None:
    value = 'Digest realm="a, \\"b\\"", nonce=abc ,stale=TRUE, Basic realm="c"'
    assert parse_challenges([value]) == [
        Challenge("digest", {"realm": 'a, "b"', "nonce": "abc", "stale": "TRUE"}),
        Challenge("basic", {"realm": "c"}),
    ]
    assert parse_challenges([value])[0].stale
    assert "qop" not in answer('Digest realm="r", nonce="n", qop=""')
    assert "algorithm=SHA256" in answer('Digest realm="r", nonce="n", algorithm="SHA256"')


def test_the_use_of_a_nonce_is_counted() -> None:
    client = ClientAuthenticator(Credentials("u", "p"))
    client.accept(parse_challenges(['Digest realm="r", nonce="n", qop="auth"']))
    assert "nc=00000001" in (client.authorise("SETUP", URL) or "")
    assert "nc=00000002" in (client.authorise("PLAY", URL) or "")


def test_the_password_is_in_no_repr() -> None:
    assert "hunter2" not in repr(Credentials("u", "hunter2"))


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=12),
    st.text(max_size=12).filter(lambda text: text.isprintable()),
    st.sampled_from(("SHA-256", "MD5", "SHA-256-sess", "MD5-sess")),
)
def test_client_and_server_agree_for_any_credentials(user: str, password: str, algorithm: str) -> None:
    server = ServerAuthenticator("centre", {user: password}, algorithms=(algorithm.upper(),))
    value = answer(*server.challenges(), user=user, password=password)
    assert server.refuse("DESCRIBE", value) is None
    assert server.refuse("PLAY", value) is not None
    assert server.refuse("DESCRIBE", answer(*server.challenges(), user=user, password=password + "x"))


def test_basic_only_where_it_is_allowed() -> None:
    value = answer('Basic realm="x"', user="u", password="p:1")
    assert ServerAuthenticator("r", {"u": "p:1"}).refuse("PLAY", value)
    assert ServerAuthenticator("r", {"u": "p:1"}, basic=True).refuse("PLAY", value) is None
    assert ServerAuthenticator("r", {"u": "p"}, basic=True).refuse("PLAY", value)
    assert ServerAuthenticator("r", {"u": "p"}, basic=True).refuse("PLAY", "Basic ???")


@pytest.mark.parametrize("basic", [False, True])
def test_users_with_paths_come_to_these_only(basic: bool) -> None:
    passwords = {"street": "p", "city": "p"}
    algorithms = () if basic else ("SHA-256",)
    server = ServerAuthenticator(
        "r", passwords, algorithms=algorithms, basic=basic, paths={"street": {"/walls/main/left"}}
    )
    street = answer(*server.challenges(), user="street", password="p")
    assert server.refuse("DESCRIBE", street, "/walls/main/left") is None
    for foreign in ("/walls/main/right", "/walls/main/left/", "/cameras/c-1/sub", ""):
        assert server.refuse("DESCRIBE", street, foreign), foreign
    city = answer(*server.challenges(), user="city", password="p")
    assert server.refuse("DESCRIBE", city, "/cameras/c-1/sub") is None


def test_an_old_nonce_is_stale_and_a_made_up_one_is_not_taken() -> None:
    clock = ManualClock()
    server = ServerAuthenticator("r", {"u": "p"}, nonce_ttl_s=60, clock=clock)
    value = answer(*server.challenges(), user="u", password="p")
    clock.now_s += 61
    refused = server.refuse("DESCRIBE", value)
    assert refused
    assert all(challenge.stale for challenge in parse_challenges(refused))
    made_up = answer('Digest realm="r", nonce="000000000000aa", qop="auth"', user="u", password="p")
    assert not any(c.stale for c in parse_challenges(server.refuse("DESCRIBE", made_up) or []))


def test_no_credentials_and_unknown_users_get_a_challenge() -> None:
    server = ServerAuthenticator("r", {"u": "p"})
    assert len(server.refuse("DESCRIBE", "") or []) == 2
    assert server.refuse("DESCRIBE", answer(*server.challenges(), user="nobody", password="p"))


@given(st.text(max_size=80))
def test_arbitrary_headers_raise_nothing(text: str) -> None:
    server = ServerAuthenticator("r", {"u": "p"}, basic=True)
    for value in (text, f"Digest {text}", f"Basic {text}", f'Digest username="u", response="{text}"'):
        parse_challenges([value])
        assert server.refuse("PLAY", value)
