"""``python -m connect_kit``: the command line."""

from connect_kit.cli import main

if __name__ == "__main__":
    main()
