"""The crew: how many processes receive cameras and decode them, with how many threads each."""

from __future__ import annotations

from typing import NamedTuple

from commandwall.settings.site import IngestSettings

_FEEDS_PER_WORKER = 200
_FEEDS_OF_ONE = 64
"""More cameras than these, all shown, are more work than one thread does in time. Two threads of a process
wait for each other's interpreter, two processes don't."""
_MOST_THREADS = 8
"""In one process: more of them wait for the interpreter."""


class Crew(NamedTuple):
    """So many ingest workers with so many decode threads each.

    ``own`` of the threads of each have a core to themselves while all workers decode.
    """

    workers: int
    threads: int
    own: int

    def busy_cores(self, cores: int) -> int:
        """Return how many of ``cores`` can decode at once."""
        return min(cores, self.workers * self.threads)


def crew_for(ingest: IngestSettings, cameras: int, cores: int) -> Crew:
    """Return the crew of a machine with ``cores`` that receives ``cameras``; what ``ingest`` sets is kept to.

    By itself there is a worker for each 200 cameras, two from 65 on, and enough of them that their threads
    reach all cores; at most one per core.
    """
    least = 2 if cameras > _FEEDS_OF_ONE else 1
    workers = max(least, -(-cameras // _FEEDS_PER_WORKER), -(-cores // _MOST_THREADS))
    workers = ingest.workers or min(cores, workers)
    threads = ingest.decode_threads or min(cores, _MOST_THREADS)
    return Crew(workers, threads, min(threads, -(-cores // workers)))
