"""Codec contexts (the only place for PyAV), scaling and stills: planes in, planes or bytes out."""
