"""The recording process: encoded pictures and sound into files, as they come."""
