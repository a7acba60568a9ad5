"""commandwall: the software that an emergency command centre runs its video wall on."""

__version__ = "0.1.0"
