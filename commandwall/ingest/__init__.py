"""Receiving cameras and painting the tiles that show them: everything inside an ingest worker."""
