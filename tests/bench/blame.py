"""Whether blame finds what is planted: `python tests/bench/blame.py [--studies N]`; pytest does not collect it.

Studies of a chain of eight seats that drop .1 of the facts, 24 worlds of 8 facts, 4 continuations, drawn as the
synthetic channel would: with one seat that drops .5, with two, and with none. Printed are how often exactly the
planted seats are blamed, and how often each seat's 95% interval covers its share.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from test_blame import studied

from chains.stats.paired.culprits import culprits

SEATS, USUAL, SABOTEUR = 8, 0.1, 0.5
PLANTED = {"one saboteur": (3,), "two saboteurs": (2, 5), "all alike": ()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=300)
    studies = parser.parse_args().studies
    for name, planted in PLANTED.items():
        drops = np.full(SEATS, USUAL)
        drops[list(planted)] = SABOTEUR
        share = np.prod(1 - drops) / (1 - drops) * drops
        named, covered = 0, np.zeros(SEATS)
        for seed in range(studies):
            found = culprits(studied(drops, seed))
            named += set(found.blamed) == set(planted)
            covered += [one.low <= true <= one.high for one, true in zip(found.saved, share, strict=True)]
        found = f"exactly these blamed in {named / studies:.1%}; coverage {np.round(covered / studies, 3)}"
        sys.stdout.write(f"{name}: {found}\n")


if __name__ == "__main__":
    main()
