"""Contrasts between two conditions: how often one is false where repetition alone differs, and how often found.

Run it with `python tests/bench/contrasts.py [--studies N] [--bootstrap]`; pytest does not collect it. 24 worlds, 3
replicates, 12 facts in each of two conditions, drawn apart. *given* is the contrast of q of a statement of given
frailty, which is refused where a check fails in one of the conditions; *heard* is that of the share heard, which stands
anyway; *unchecked* is the first as if no check were made, which is how it was done before there were checks (with
`--bootstrap` by 300 resampled worlds, as then). False is a 95% interval above 0 where the exponents are the same: at
most 6.4% of 1,000 studies, which a true 5% exceeds once in 40 times.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from forging import Forged, forged, too_many

from chains.stats.fit.estimates import Unknown
from chains.stats.fit.inference import How
from chains.stats.fit.world_bootstrap import resampled
from chains.stats.law.checks import Checks
from chains.stats.law.contrasts import difference
from chains.stats.law.depth import depth_law
from chains.stats.law.hop import hop_law

OFTEN_LOST = Forged(fact_sd=0.0, loss=0.2, worker=0.3)
ROWS = {
    "repeated .2 against .8, fact sd 0": (replace(OFTEN_LOST, repeated=0.2), replace(OFTEN_LOST, repeated=0.8)),
    "repeated .2 against .8, fact sd .6": (Forged(repeated=0.2), Forged(repeated=0.8)),
    "repeated 0 against .15, fact sd .6": (Forged(), Forged(repeated=0.15)),
    "nothing differs": (Forged(), Forged()),
    "q 1.0 against 1.4": (Forged(fact_sd=0.8, loss=0.08), Forged(fact_sd=0.8, loss=0.05, q=1.4)),
}
MOST_LOST = 0.10
"""Power that checks may cost."""


def above(first, second):
    """Return whether the interval of the second less the first lies above 0."""
    found = difference(first, second)
    return not isinstance(found, Unknown) and found.low > 0


def study(plans, seed, *, bootstrap):
    """Return whether each contrast is above 0: given, heard, unchecked; and whether a check fails."""
    laws, doubted = [], False
    for number, plan in enumerate(plans):
        paths = forged(plan, 2 * seed + number)
        weights = resampled(np.arange(plan.worlds), 300, np.random.default_rng(seed)) if bootstrap else None
        how = How(weights=weights, seed=seed)
        laws.append(depth_law(paths, how))
        doubted |= bool(Checks(paths, hop_law(paths, How(), exact=True)).doubts)
    first, second = laws
    given = not doubted and above(first.given, second.given)
    return given, above(first.heard, second.heard), above(first.q, second.q), doubted


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--only", default="", help="rows whose name holds this")
    parser.add_argument("--bootstrap", action="store_true", help="resample worlds for the intervals")
    arguments = parser.parse_args()
    fine = True
    for name, plans in ROWS.items():
        if arguments.only not in name:
            continue
        began = time.perf_counter()
        found = np.mean(
            [study(plans, seed, bootstrap=arguments.bootstrap) for seed in range(arguments.studies)], axis=0
        )
        given, heard, unchecked, doubted = found
        either = given + heard * doubted  # at most: what a reader of the table has
        if plans[0].q == plans[1].q:
            ok = not too_many(given, arguments.studies) and not too_many(heard, arguments.studies)
        else:
            ok = either >= unchecked - MOST_LOST
        fine &= ok
        sys.stdout.write(
            f"{name:<36}given {given:.3f}  heard {heard:.3f}  unchecked {unchecked:.3f}  a check fails {doubted:.3f}  "
            f"{time.perf_counter() - began:.0f} s  {'ok' if ok else 'MISSED'}\n"
        )
        sys.stdout.flush()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
