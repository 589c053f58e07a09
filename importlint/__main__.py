"""`python -m importlint`: the command line."""

import sys

from importlint.cli import main

if __name__ == "__main__":
    sys.exit(main())
