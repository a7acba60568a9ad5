"""Ways out of a wall: encoded heads for browsers, other systems and displays."""
