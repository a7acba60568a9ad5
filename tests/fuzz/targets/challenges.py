"""The challenges of WWW-Authenticate, answered; and Authorization, checked."""

from __future__ import annotations

from commandwall.base.auth import ClientAuthenticator, Credentials, ServerAuthenticator, parse_challenges

PASSWORD = "canary-7413"
WORDS = (
    b"Digest ", b"Basic ", b'realm="', b'nonce="', b'opaque="', b"algorithm=SHA-256",
    b"algorithm=MD5-sess", b"stale=true", b'qop="auth,auth-int"', b'username="admin"', b'response="',
    b'uri="', b"nc=00000001", b"cnonce=",
)  # fmt: skip


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    client = ClientAuthenticator(Credentials("admin", PASSWORD))
    if client.accept(parse_challenges([text])):
        answer = client.authorise("DESCRIBE", "rtsp://camera/main")
        assert answer is not None and PASSWORD not in answer
    server = ServerAuthenticator("site", {"admin": PASSWORD}, basic=True)
    assert server.refuse("DESCRIBE", text)
