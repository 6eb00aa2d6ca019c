"""How often a margin is said to hold that does not: losses that are rare and large, by betting and by sign flips.

Run it with `python tests/bench/margins.py [--studies N]`; pytest does not collect it. Two arms send the same messages,
but one loses a whole report with a small chance; the margin is its true loss, so the hypothesis that the loss is
smaller is false, and should be supported in 2.5% of the studies at most. Last, arms that do the same, and a margin of
.1.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from chains.stats.paired.bounded import bounded, fewest_worlds
from chains.stats.paired.paired import sign_flip

ROWS = (
    (8, 3, 0.05, 0.95), (12, 3, 0.05, 0.95), (24, 3, 0.05, 0.95), (24, 1, 0.05, 0.95), (8, 3, 0.02, 0.98),
    (24, 3, 0.02, 0.98), (24, 3, 0.01, 0.99), (48, 3, 0.02, 0.98), (24, 3, 0.05, 0.7), (160, 3, 0.02, 0.98),
)  # fmt: skip
FACTS = 12
MARGIN = 0.1


def difference(random, worlds, replicates, loss, kept):
    """Return the second arm's retention less the first's, by world."""
    first = random.binomial(FACTS, kept, (worlds, replicates)) / FACTS
    second = random.binomial(FACTS, kept, (worlds, replicates)) / FACTS
    second[random.random((worlds, replicates)) < loss] = 0.0
    return (second - first).mean(axis=1)


def supported(worlds, replicates, loss, kept, margin, studies):
    """Return in which share of studies the loss is said to be smaller than the margin, by betting and by sign flips."""
    counts = np.zeros(2)
    for seed in range(studies):
        values = difference(np.random.default_rng(seed), worlds, replicates, loss, kept)
        if values.mean() > -margin:
            counts += bounded(values, -margin, -1, 1).p <= 0.05, sign_flip(values + margin, seed).p <= 0.05
    return counts / studies


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000)
    studies = parser.parse_args().studies
    fine = True
    for worlds, replicates, loss, kept in ROWS:
        betting, flips = supported(worlds, replicates, loss, kept, loss * kept, studies)
        fine &= betting <= 0.064
        sys.stdout.write(
            f"{worlds:>4} worlds x {replicates}, a report lost in {loss:.0%}, kept {kept:.0%}: supported "
            f"{betting:.3f} (by sign flips {flips:.3f})\n"
        )
    fewest = fewest_worlds(MARGIN, 0.05)
    for worlds in (24, fewest, fewest + 10):
        betting, flips = supported(worlds, 3, 0.0, 0.95, MARGIN, studies)
        sys.stdout.write(
            f"{worlds:>4} worlds x 3, no loss, margin {MARGIN}: {betting:.3f} (by sign flips {flips:.3f})\n"
        )
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
