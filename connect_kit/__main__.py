"""``python -m connect_kit``: the command line."""

import sys

if __name__ == "__main__":
    try:
        from connect_kit.cli import main
    except KeyboardInterrupt:
        sys.exit("connect-kit: stopped")
    main()
