"""Run the command line as ``python -m eih``."""

import sys

from .cli import main

sys.exit(main())
