"""python -m tests.calibration rates: writes the table of an instrument beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.calibration import rates

TABLES = {"rates": rates.write}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in TABLES:
        sys.exit(f"usage: python -m tests.calibration {{{','.join(TABLES)}}}")
    name = sys.argv[1]
    Path(__file__).with_name(f"{name}.md").write_text(TABLES[name]())
