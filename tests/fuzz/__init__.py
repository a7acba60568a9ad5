"""Coverage-guided fuzzing of everything that reads bytes from the network (docs/design/fuzzing.md)."""
