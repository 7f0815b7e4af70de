"""`python -m ptychoparity`: the command line."""

import sys

from ptychoparity.harness.cli import main

if __name__ == "__main__":
    sys.exit(main())
