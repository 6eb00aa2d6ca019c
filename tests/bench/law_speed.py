"""How long `law` takes by default: run it with `python tests/bench/law_speed.py`; pytest does not collect it.

The bar: two conditions of 24 worlds x 3 replicates x 12 statements x five depths in under 3 seconds on two idle cores,
the median of five. With `--resamples` it is timed for the record with 2,000, to which every law is fitted anew.
"""

import os
import statistics
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does

from chains.stats.law.decay_law import law
from chains.stats.observations.observations import Observations
from chains.stats.observations.simulate import Planted, simulate

BAR = 3.0
TIMES = 5
ARMS = {
    "prompt=plain": Planted(q=1.0, loss=0.08, fact_sd=0.8, worker=0.1),
    "prompt=career": Planted(q=1.4, loss=0.05, fact_sd=0.8, worker=0.1),
}


def timed(observations, resamples):
    began = time.perf_counter()
    law(observations, resamples=resamples).document()
    return time.perf_counter() - began


def main():
    parts = [simulate(planted, seed).observations(name) for seed, (name, planted) in enumerate(ARMS.items())]
    observations = Observations.joined(parts)
    seconds = statistics.median(timed(observations, 0) for _ in range(TIMES))
    sys.stdout.write(f"{len(observations):,} observations, two conditions: {seconds:.2f} s, the median of {TIMES}\n")
    if "--resamples" in sys.argv:
        sys.stdout.write(f"with 2,000 resamples: {timed(observations, 2000):.1f} s\n")
    return 0 if seconds < BAR else 1


if __name__ == "__main__":
    sys.exit(main())
