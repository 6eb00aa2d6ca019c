"""How long `report` takes on 5,000 trials: 50 worlds, 50 replicates, two depths.

    uv run python tests/bench/report.py [--trials 5000]

The run is made first (the synthetic channel, some minutes); the report is then
timed as a whole process. The bar is 20 s of one processor, which on a machine
that does nothing else is what a person waits.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from compare import program

REPLICATES = 50
BAR = 20.0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=5000)
    trials = parser.parse_args().trials
    settings = (
        "model=channel:drop=0.08,invert=0.02", "prompt=plain", "depth=2,4", "facts=8", f"replicates={REPLICATES}",
        f"worlds={trials // (2 * REPLICATES)}",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        program(folder, "run", *(word for setting in settings for word in ("--set", setting)))
        used, waited, _ = program(folder, "report", "last", "--out", "report.html")
        size = (Path(folder) / "report.html").stat().st_size
    times = f"{used:.1f} s of a processor, {waited:.1f} s by the clock"
    sys.stdout.write(f"{trials:,} trials: {times}, {size / 1e3:,.0f} kB\n")
    sys.exit(used > BAR)


if __name__ == "__main__":
    main()
