"""How long `law` takes, bootstrap included: run it with `python tests/bench/law_speed.py`; pytest does not collect it.

The bar: 24 worlds x 3 replicates x 12 statements x 6 hops with 2,000 resamples in under 10 seconds. The five arms of
the confirmatory design, which have an exponent of depth too and 20 hops in all, are timed for the record.
"""

import sys
import time

from chains.stats.law.decay_law import law
from chains.stats.observations.simulate import Planted, simulate

BAR = 10.0
STUDIES = {
    "one depth, 6 hops": Planted(k=1.0, managers=(5,), loss=0.1, fact_sd=0.8, worker=0.1),
    "five arms, 20 hops": Planted(q=1.4, loss=0.05, fact_sd=0.8, worker=0.1),
}


def main():
    seconds = {}
    for name, planted in STUDIES.items():
        observations = simulate(planted, 1).observations()
        began = time.perf_counter()
        law(observations)
        seconds[name] = time.perf_counter() - began
        sys.stdout.write(f"{name:<22}{len(observations):>8,} observations {seconds[name]:>7.1f} s\n")
    return 0 if seconds["one depth, 6 hops"] < BAR else 1


if __name__ == "__main__":
    sys.exit(main())
