"""Whether `plan` names the right worlds: studies of the size that it names, drawn and analysed one by one.

Run it with `python tests/bench/planning.py [--studies N] [--only NAME]`; pytest does not collect it. Each row plans a
test at 80%, then draws studies of as many worlds and counts. Right is from 74% to 88% (the plan's own error and that of
the count), and for a margin, which steps from world to world, at least 76% there and less at four fifths of it. The
last row is the time of the verb: the default experiment at 24 worlds within 10 s on two idle cores.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from forging import judged

from chains.stats.fit.inference import How
from chains.stats.law.depth import depth_law
from chains.stats.observations.simulate import Planted, simulate
from chains.stats.paired.bounded import bounded
from chains.stats.paired.paired import sign_flip
from chains.stats.power import by_world, equivalence, exponents_differ, measures_differ, power, superlinear

PLAIN = Planted(worlds=24, replicates=3, statements=12, loss=0.12, worker=0.1, fact_sd=0.8, chain_sd=0.5)
STEEP = replace(PLAIN, q=1.4)
SPARING = replace(PLAIN, loss=0.01, worker=0.02, fact_sd=0.0, chain_sd=0.0)
"""Few facts are lost, and none of them for what it is."""
ROOT = Path(__file__).parents[2]


def one(planted, seed, worlds):
    return simulate(replace(planted, worlds=worlds), seed).paths()


def contrast(worlds, seed):
    left, right = (depth_law(one(arm, 2 * seed + at, worlds), How()).q for at, arm in enumerate((STEEP, PLAIN)))
    return left.value - right.value > 2.05 * np.hypot(left.se, right.se)


def margin(arm, worlds, seed):
    left, right = (by_world(replace(arm, worlds=worlds), "retention", 2 * seed + at) for at in (0, 1))
    found = bounded(left - right, -0.1, -1, 1)
    return (left - right).mean() > -0.1 and found.p <= 0.05


def news(worlds, seed):
    arms = replace(PLAIN, bad=1.5), PLAIN
    left, right = (by_world(replace(arm, worlds=worlds), "bad_excess", 2 * seed + at) for at, arm in enumerate(arms))
    return (left - right).mean() > 0 and sign_flip(left - right, seed).p <= 0.05


ROWS = {
    "superlinear, q 1.4": (
        lambda: superlinear(STEEP, studies=200)[0],
        lambda worlds, seed: judged(one(STEEP, seed, worlds)).word == "superlinear",
    ),
    "superlinear anyway, q 1.4": (
        lambda: superlinear(STEEP, studies=200)[1],
        lambda worlds, seed: judged(one(STEEP, seed, worlds)).tier == "all",
    ),
    "contrast, q 1.4 against 1": (lambda: exponents_differ((STEEP, PLAIN), "q", 0, studies=200), contrast),
    "bad_excess, hazards 1.5 to 1": (
        lambda: measures_differ((replace(PLAIN, bad=1.5), PLAIN), "bad_excess", 0, up=True, level=0.05, studies=200),
        news,
    ),
    "margin .10, no loss": (
        lambda: measures_differ((PLAIN, PLAIN), "retention", -0.1, up=True, level=0.05, studies=200),
        lambda worlds, seed: margin(PLAIN, worlds, seed),
    ),
    "margin .10, no loss, little lost": (
        lambda: measures_differ((SPARING, SPARING), "retention", -0.1, up=True, level=0.05, studies=200),
        lambda worlds, seed: margin(SPARING, worlds, seed),
    ),
    "linear": (
        lambda: equivalence(PLAIN, studies=200),
        lambda worlds, seed: judged(one(PLAIN, seed, worlds)).word == "linear",
    ),
    "linear, chain sd 0": (
        lambda: equivalence(replace(PLAIN, chain_sd=0.0), studies=200),
        lambda worlds, seed: judged(one(replace(PLAIN, chain_sd=0.0), seed, worlds)).word == "linear",
    ),
}


def row(name, test, study, studies):
    began = time.perf_counter()
    planned = power(test(), 24, 3)
    seconds = time.perf_counter() - began
    found = np.mean([study(planned.needed, 1000 + seed) for seed in range(studies)])
    said = f"{name:<34}plan {seconds:4.1f} s: {planned.needed:>4} worlds for {planned.checked:.2f}; drawn {found:.3f}"
    fine = 0.74 <= found <= 0.88
    if name.startswith("margin"):
        fewer = np.mean([study(planned.needed * 4 // 5, 1000 + seed) for seed in range(studies)])
        fine = found >= 0.76 and fewer < 0.8
        said += f", with {planned.needed * 4 // 5} {fewer:.3f}"
    sys.stdout.write(f"{said}  {'ok' if fine else 'MISSED'}\n")
    sys.stdout.flush()
    return fine


def timed():
    began = time.perf_counter()
    words = [sys.executable, "cli.py", "plan", "depth", "--set", "worlds=24"]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    seconds = time.perf_counter() - began
    sys.stdout.write(f"plan depth --set worlds=24: {seconds:.1f} s\n")
    return seconds < 10


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--only", default="", help="rows whose name holds this")
    arguments = parser.parse_args()
    fine = [row(name, *parts, arguments.studies) for name, parts in ROWS.items() if arguments.only in name]
    if not arguments.only:
        fine.append(timed())
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
