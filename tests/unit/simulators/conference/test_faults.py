from __future__ import annotations

import pytest

from commandwall.base.errors import InvalidError
from simulators.conference.faults import NAMED, Codec, Faults, NetworkFaults, parse_faults


def test_names_and_fields_are_joined() -> None:
    assert parse_faults("") == Faults()
    assert parse_faults("bad-line").network == NetworkFaults(loss=0.05, jitter_ms=100)
    both = parse_faults("bad-line,fast-clock,burst=3")
    assert (both.network.loss, both.network.burst, both.device.drift_ppm) == (0.05, 3, 300)
    assert parse_faults("codec=vp8").device.codec is Codec.VP8


@pytest.mark.parametrize("text", ["worse-line", "loss=much", "colour=3", "codec=av9"])
def test_what_is_no_fault_is_named(text: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_faults(text)
    assert refused.value.field == "--faults"


def test_every_named_fault_does_something() -> None:
    assert all(faults != Faults() for faults in NAMED.values())
