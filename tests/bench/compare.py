"""How long `compare` takes on 1,000 pairs: 250 worlds, 4 replicates, two conditions.

    uv run python tests/bench/compare.py [--pairs 1000]

The run is made first (the synthetic channel, about a minute); the comparison
is then timed as a whole process. The bar is 5 s of one processor, which on a
machine that does nothing else is what a person waits.
Reading the longer message of every pair again, at equal words, is not done
unasked for so many; its time is given too.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLI = Path(__file__).parents[2] / "cli.py"
REPLICATES = 4
BAR = 5.0


def program(folder, *words):
    """Run the program; return the seconds that it took of a processor, those by the clock, and what it printed."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, str(CLI), *words]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, env={**os.environ, "COLUMNS": "100"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return used, time.perf_counter() - began, done.stdout.decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=1000)
    pairs = parser.parse_args().pairs
    settings = (
        f"worlds={pairs // REPLICATES}", f"replicates={REPLICATES}", "depth=1", "facts=6", "prompt=plain",
        "model=channel:drop=0.1,channel:drop=0.2",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        program(folder, "run", *(word for setting in settings for word in ("--set", setting)))
        times = [program(folder, "compare") for _ in range(3)]
        used, clock = (max(row[place] for row in times) for place in (0, 1))
        equal, equal_clock, _ = program(folder, "compare", "--equal-words")
    sys.stdout.write(times[0][2])
    sys.stdout.write(
        f"\ncompare on {pairs // REPLICATES * REPLICATES} pairs, slowest of three: {used:.2f} s of a processor "
        f"(bar {BAR:.0f}), {clock:.2f} s by the clock; at equal words too: {equal:.2f} s, {equal_clock:.2f} s\n"
    )
    return used > BAR


if __name__ == "__main__":
    raise SystemExit(main())
