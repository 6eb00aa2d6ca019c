"""How long the program takes to start, against another checkout of it: verbs that read and print little.

    python tests/bench/starting.py CHECKOUT    a folder with its own .venv, as `git worktree add` and `uv sync` make it

The two take turns, so that whatever else the machine does slows both. Prints each verb's median seconds, wall and CPU,
here and there, and the ratios.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
VERBS = (("show", "runs/sample"), ("list", "runs"), ("list", "settings"), ("--help",))
TIMES = 10


def once(folder, words):
    """Return the seconds that one call took, wall and CPU."""
    began = time.perf_counter()
    process = subprocess.Popen([folder / ".venv/bin/python", "cli.py", *words], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(words)} failed in {folder}")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folders = (HERE, Path(sys.argv[1]).resolve())
    for words in VERBS:
        rounds = [[once(folder, words) for folder in folders] for _ in range(TIMES + 1)][1:]  # the first fills caches
        parts = []
        for number, what in enumerate(("wall", "CPU")):
            here, there = (statistics.median(row[side][number] for row in rounds) for side in (0, 1))
            parts.append(f"{what} {here:.2f} s against {there:.2f}: {here / there:.2f}")
        sys.stdout.write(f"{' '.join(words):18} {'; '.join(parts)}\n")


if __name__ == "__main__":
    main()
