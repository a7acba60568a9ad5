"""Fuzzes one target in this process; libFuzzer ends it, after its time or at the first finding.

Usage: ``python -m tests.fuzz.engine TARGET LIBFUZZER-ARGUMENT...``
"""

from __future__ import annotations

import os
import sys

import atheris

from tests.fuzz.judge import judge


def main() -> None:
    """Instrument the project and the parsers it is built on, and hand its target to libFuzzer.

    Does not return.
    """
    os.nice(19)
    name, *arguments = sys.argv[1:]
    with atheris.instrument_imports(include=["commandwall", "aiortc.sdp", "aiortc.rtp"]):
        from tests.fuzz.catalogue import load

        target = load(name)
    atheris.Setup([sys.argv[0], *arguments], lambda data: judge(target.check, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
