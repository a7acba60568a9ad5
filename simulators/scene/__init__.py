"""Procedural surveillance scenes: a world in metres, seen by a camera on a pole.

``sceneries.build`` makes a ``Scene`` for a camera number; ``Scene.render`` draws it at a phase of
its loop. Everything that moves comes back to where it began when the phase goes from 1 to 0.
"""
