"""Replays what the fuzzer begins with, and all that it ever found."""

from __future__ import annotations

import gc
import sys

import pytest

from commandwall.base.errors import CommandwallError
from tests.fuzz.catalogue import CORPUS, NAMES, Target, load
from tests.fuzz.judge import judge

ROUNDS = 10
MAX_BLOCKS_KEPT = 200
"""Blocks of memory that one round may leave behind, in caches of the libraries used."""


@pytest.fixture(params=NAMES)
def target(request: pytest.FixtureRequest) -> Target:
    return load(request.param)


def test_nothing_in_the_corpus_is_a_finding(target: Target) -> None:
    assert target.corpus
    for file in target.corpus:
        judge(target.check, file.read_bytes())


def test_something_in_the_corpus_is_taken(target: Target) -> None:
    taken = 0
    for file in target.corpus:
        try:
            target.check(file.read_bytes())
        except CommandwallError:
            continue
        taken += 1
    assert taken


def test_nothing_is_kept_when_a_target_is_done(target: Target) -> None:
    inputs = [data for file in target.corpus if len(data := file.read_bytes()) < 10_000]

    def replay(rounds: int) -> int:
        for _ in range(rounds):
            for data in inputs:
                judge(target.check, data)
        gc.collect()
        return sys.getallocatedblocks()

    gc.freeze()  # To look at all that other tests have left takes ten times as long as this one.
    try:
        replay(5)  # numpy and codecs fill their caches slowly
        before = replay(1)
        assert replay(ROUNDS) - before < MAX_BLOCKS_KEPT
    finally:
        gc.unfreeze()


def test_the_corpus_is_small_and_belongs_to_targets() -> None:
    assert {directory.name for directory in CORPUS.iterdir()} == set(NAMES)
    assert sum(file.stat().st_size for file in CORPUS.rglob("*")) < 1 << 20
