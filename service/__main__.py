"""``python -m service`` is ``alliance``."""

import sys

from service.cli import main

sys.exit(main())
