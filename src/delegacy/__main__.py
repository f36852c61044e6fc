"""``python -m delegacy``."""

import sys

from delegacy.cli import main

sys.exit(main())
