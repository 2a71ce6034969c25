"""`python -m workstation`: the headless commands, where there is no Qt."""

import sys

from workstation.cli import main

sys.exit(main(sys.argv[1:]))
