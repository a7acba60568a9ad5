"""Conferences: the sound process, which mixes what participants say."""
