"""Does a pilot find the planted load, at the cost that it announced: `pilot` itself, on the channel, 300 times.

The channel's capacity differs from try to try, and beyond it each fact adds a tenth to a manager's hazard. The
load sought is known then: at capacity + ln(1 / .725) / .1 facts the first manager keeps .725, the middle of what is
wanted.

    python tests/bench/pilots.py --tries 300
"""

import argparse
import contextlib
import io
import json
import math
import os
import random
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from chains.terminal.main import main

SMALL = 'worlds = 2\n[fixed]\nfacts = 8\ndepth = {depth}\n[factors]\nprompt = ["plain", "career"]\n'
NEAR = 0.15


def piloted(*words):
    """Return the JSON of one pilot."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        main(["pilot", "small", "--json", *words])
    return json.loads(out.getvalue())


def tried(seed, worlds, depth):
    """Return the capacity of one try, its document, and the calls announced and made."""
    capacity = random.Random(seed).randint(8, 50)
    shutil.rmtree("runs", ignore_errors=True)
    Path("runs").mkdir()
    Path("runs/small.toml").write_text(SMALL.format(depth=depth))
    words = ("--worlds", str(worlds), "--set", f"model=channel:overload=0.1,capacity={capacity},seed={seed}")
    announced = piloted(*words, "--dry-run")["calls"]
    return capacity, piloted(*words), announced


def bench(tries, worlds, depth):
    """Print how often the load was found within 15%, and what it took."""
    hits = none = over = 0
    loads, shares = [], []
    for seed in range(tries):
        capacity, found, announced = tried(seed, worlds, depth)
        true = capacity + math.log(1 / 0.725) / 0.1
        made = found["calls"]
        over += made > announced
        loads.append(len(found["tried"]))
        shares.append(made / announced)
        if found["found"] is None:
            none += 1
        else:
            hits += abs(found["found"]["facts"] / true - 1) <= NEAR
        if (seed + 1) % 25 == 0:
            sys.stderr.write(f"{seed + 1} tries, {hits} found\n")
    lines = [
        f"{tries} tries, capacity 8 to 50, {worlds} worlds, {depth} hops",
        f"found within {NEAR:.0%}: {hits / tries:.3f}; no load found: {none / tries:.3f}",
        f"more calls than announced: {over}; made, of the calls announced: {statistics.mean(shares):.2f}",
        f"loads tried: mean {statistics.mean(loads):.1f}, most {max(loads)}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=300)
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--depth", type=int, default=4)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        bench(asked.tries, asked.worlds, asked.depth)
