"""`python -m benchmarks.load [--quick]` prints what the drivers measure, as JSON."""

import json
import sys

from .drivers import measure

print(json.dumps(measure("--quick" in sys.argv), indent=1))
