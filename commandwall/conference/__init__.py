"""Conferences: the sound process, which mixes what participants say, and the ways to other conferences."""
