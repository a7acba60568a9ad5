"""One target a module: ``check`` reads bytes as the daemon would, ``WORDS`` is what they are made of."""
