"""``python -m commandwall``."""

from commandwall.cli import main

if __name__ == "__main__":
    main()
