"""How far intervals of d' and criterion can be trusted: their coverage in simulated studies.

    OMP_NUM_THREADS=1 python tests/bench/signals.py [STUDIES]

Half of the worlds have a signal; worlds differ by themselves (a probit random
effect), three replicates each; the two conditions meet the same worlds. 300
studies a row take some ten minutes on an idle core. Seen on 24 November 2026, with 1,000 resamples instead of 4,000:

    worlds  rates of both conditions      d'    criterion   difference of d', of the criterion    d' found where equal
    16      .85/.15 and .704/.062        .99    .99         .97  .98                              .02
    24      the same                     .95    .95         .95  .97                              .05
    60      the same                     .93    .96         .93  .93                              .06
    200     the same                     .93    .97         .93  .96                              .07
    24      .95/.05 and .85/.15          1.00   .99         .97  .99
    200     the same                     .93    .96         .95  .94

The first row's conditions have the same d' and criteria .5 apart, which was
found in .11, .40, .87 and 1.00 of the studies with 16, 24, 60 and 200 worlds.
"""

import sys

import numpy as np
from scipy.stats import norm

from chains.stats.decisions.signal_detection import AGGREGATES, Seen, Table, differing, estimated, tabled

REPLICATES, BETWEEN = 3, 0.7
"""Trials of a world, and the standard deviation of its random effect."""
RATES = ((0.85, 0.15, 0.704, 0.062), (0.95, 0.05, 0.85, 0.15), (0.85, 0.15, 0.85, 0.15))


def condition(effects: np.ndarray, hit: float, alarm: float, random: np.random.Generator) -> Table:
    """Draw a condition's decisions, its marginal rates those given."""
    scale = np.sqrt(1 + BETWEEN**2)
    rows = []
    for world, effect in enumerate(effects):
        signal = world % 2 == 0
        mean = norm.ppf(hit if signal else alarm) * scale + effect
        rows += [Seen(world, signal, bool(random.normal() < mean)) for _ in range(REPLICATES)]
    return tabled(rows)


def main(studies: int) -> None:
    """Print a row for each number of worlds and set of rates."""
    random = np.random.default_rng(1)
    for worlds in (16, 24, 60, 200):
        for first_hit, first_alarm, hit, alarm in RATES:
            covered = dict.fromkeys(("d_prime", "criterion", "of d_prime", "of criterion"), 0)
            found = dict.fromkeys(AGGREGATES, 0)
            for _ in range(studies):
                effects = BETWEEN * random.normal(size=worlds)
                first = condition(effects, first_hit, first_alarm, random)
                second = condition(effects, hit, alarm, random)
                for name, sign in (("d_prime", -1), ("criterion", 1)):
                    scale = -0.5 if name == "criterion" else 1.0
                    truths = [
                        scale * (norm.ppf(h) + sign * norm.ppf(f)) for h, f in ((first_hit, first_alarm), (hit, alarm))
                    ]
                    alone = estimated(first, AGGREGATES[name])
                    both = differing(first, second, AGGREGATES[name])
                    covered[name] += alone.low <= truths[0] <= alone.high
                    covered[f"of {name}"] += both.low <= truths[1] - truths[0] <= both.high
                    found[name] += both.p < 0.05
            shares = {name: f"{count / studies:.3f}" for name, count in covered.items()}
            rates = (first_hit, first_alarm, hit, alarm)
            sys.stdout.write(f"{worlds} {rates} {shares} p < .05: {found}" + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
