"""Things that stand in for the outside world in demos, tests and benchmarks: cameras and their faults."""
