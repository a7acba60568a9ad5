"""Conferences: who is in one, who is heard and seen, and what its chair may do.

Everything here is pure: a :class:`~commandwall.model.conference.state.Conference` and what happened go
in, another one comes out. Times are arguments, in seconds UTC of one clock that never jumps back.
"""
