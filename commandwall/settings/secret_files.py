"""Secrets in files of their own, so that no configuration holds one."""

from __future__ import annotations

from pathlib import Path


def read_secret(file: Path) -> tuple[str, str]:
    """Return the first line of ``file`` and what is wrong with it, one of them ``""``."""
    try:
        secret = file.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
    except OSError as error:
        return "", f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        return "", "is not UTF-8 text"
    return secret, "" if secret else "is empty; its first line is the password"
