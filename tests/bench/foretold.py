"""What a study of any size will take to join and to analyse, foretold from small ones on the channel.

    python tests/bench/foretold.py [--trials 100000] [--known DIR]

Runs of three sizes (`reading.py` makes them) are joined from a shard, as a cluster's are, and read, each verb as a
process of its own. Memory and CPU time against steps are straight lines, fitted by least squares; so are the log, the
calls and the tokens. The lines are drawn out to a study of so many trials, half of 8 steps and half of 20. `--known`
names a folder in which `reading.py --keep` has made a long run: what is foretold for its size stands beside what it
takes.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from reading import VERBS, made, ran

from chains.running.folders import LOG_FILE
from chains.running.log.log import Log
from chains.running.record_file import read_record, write_record

SIZES = (11_200, 50_400, 100_800)
STEPS_A_TRIAL = 14
READ = ("show", "compare", "law")
VERBS["join"] = ("resume", "{run}")


def joined(folder):
    """Return a copy of a run as the workers of a cluster leave it: one shard, and nothing in the log."""
    left = Path("left") / "runs" / folder.parent.name / folder.name
    shutil.rmtree("left", ignore_errors=True)
    left.mkdir(parents=True)
    write_record(read_record(folder).model_copy(update={"held": {}}), left)
    os.link(folder / LOG_FILE, left / "log-w1.jsonl")
    (left / LOG_FILE).touch()
    return left


def measured(folder, verbs):
    """Return peak MB and CPU seconds of each verb, and the millions of calls, tokens and bytes of the log."""
    found = {}
    for verb in verbs:
        status, _, cpu, mb = ran(verb, joined(folder) if verb == "join" else folder)
        if status:
            sys.exit(f"{verb} failed: {Path(f'{verb}.err').read_text()[-500:]}")
        found[verb] = mb, cpu
    with Log(folder) as log:
        used = {"calls": log.index.calls / 1e6, "tokens": log.index.tokens / 1e6}
    return found | {
        name: (size, None) for name, size in (used | {"bytes of log": log.path.stat().st_size / 1e6}).items()
    }


def line(steps, values, at):
    """Return the value of the least-squares line at a size."""
    return float(np.polyval(np.polyfit(steps, values, 1), at))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--known")
    arguments = parser.parse_args()
    known = None if arguments.known is None else next(Path(arguments.known).resolve().glob("runs/*/*/run.json")).parent
    verbs, found, sizes = ("join", *READ), {}, []
    for steps in SIZES:
        with tempfile.TemporaryDirectory() as place:
            os.chdir(place)
            folder, logged, trials = made(steps)
            sizes.append(logged)
            for name, pair in measured(folder, verbs).items():
                found.setdefault(name, []).append(pair)
            last = {name: pairs[-1] for name, pairs in found.items()}
            sys.stdout.write(f"{logged:,} steps, {trials:,} trials: {told(last)}\n")
            sys.stdout.flush()
            os.chdir("/")
    at = arguments.trials * STEPS_A_TRIAL
    sys.stdout.write(f"foretold for {arguments.trials:,} trials, {at:,} steps: {told(foretold(sizes, found, at))}\n")
    if known is not None:
        steps = read_record(known).held["steps"]
        sys.stdout.write(f"foretold for {steps:,} steps: {told(foretold(sizes, found, steps))}\n")
        os.chdir(known.parent.parent.parent)
        sys.stdout.write(f"measured at {steps:,} steps: {told(measured(known, verbs))}\n")
        shutil.rmtree("left", ignore_errors=True)


def foretold(sizes, found, at):
    """Return what each figure is at a size, by the lines through what was found."""
    return {
        name: tuple(None if None in column else line(sizes, column, at) for column in zip(*pairs, strict=True))
        for name, pairs in found.items()
    }


def told(values):
    """Say figures in one line."""
    return "; ".join(
        f"{name} {size:,.2f} million" if cpu is None else f"{name} {size:,.0f} MB, {cpu:,.1f} s"
        for name, (size, cpu) in values.items()
    )


if __name__ == "__main__":
    main()
