"""Cameras that misbehave: the fault language, the faults, and the zoo of scenarios built from them."""
