"""What strangers say, made fit to be logged in a line, sent on as UTF-8 and shown."""

from __future__ import annotations


def readable(text: str, most: int) -> str:
    """Return ``text`` without space around it, cut to ``most`` characters.

    White space of any kind becomes a space; what cannot be printed (control characters, half surrogates,
    marks that turn the direction of writing) becomes U+FFFD.
    """
    return "".join(map(_readable, text.strip()[:most]))


def _readable(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\ufffd"
