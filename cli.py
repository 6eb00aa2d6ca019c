"""The terminal, from a checkout: `python cli.py --help`. Installed, the same program is `mazedom`."""

import sys

from chains.terminal.main import main

if __name__ == "__main__":
    sys.exit(main())
