"""``python -m connect_kit``: the command line."""

import os
import sys

if __name__ == "__main__":
    try:
        from connect_kit.cli import main
    except KeyboardInterrupt:
        sys.stderr.write("connect-kit: stopped; nothing was done\n")
        sys.stderr.flush()
        os._exit(130)
    main()
