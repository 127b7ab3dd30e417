"""The unit tests: `python3 -m unittest`. No host is needed, and nothing has to be installed."""

import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "vendor")]
