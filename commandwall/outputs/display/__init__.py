"""A head on a monitor of this machine, with no encoding: one process a display."""
