"""The law through the whole pipe: the channel renders text, the instrument reads it, `law` estimates what was planted.

Run it with `python tests/bench/through_the_instrument.py [--studies N]`; pytest collects a small one of its own.
Each study has 24 worlds of 12 facts, 3 replicates and 6 managers, its messages run together into prose so that no line
stands there word for word; the bar on the bias of k is .10 at every planted k, and their order must come out right.
"""

import argparse
import sys

import numpy as np

from chains.fates import LETTERS
from chains.scoring.facts.reader import instrument_of
from chains.stats.fit.inference import How
from chains.stats.law.hop import hop_law
from chains.stats.observations.first_loss import paths_of
from chains.stats.observations.observations import Observations
from chains.validation.gates.synthetic_messages import climbed, prose, worlds

BIAS = 0.10
MANAGERS = 6
PLANTED = (0.8, 1.0, 1.3, 1.6)
TOTAL = 0.9
"""Planted cumulative hazard of the managers, before frailty."""


def rates(k, seed):
    """Return the channel's name: half of the losses are omissions, the others spread over the other causes."""
    loss = -np.expm1(-TOTAL / MANAGERS**k)
    parts = {"drop": 0.5, "blur": 0.2, "alter": 0.2, "flip": 0.1}
    causes = ",".join(f"{name}={share * loss:.6f}" for name, share in parts.items())
    return f"{causes},k={k},worker=0.1,fact_sd=0.8,seed={seed}"


def study(k, seed, count=24, replicates=3):
    """Return observations of one study as the instrument reads them."""
    rows = []
    for number, world in enumerate(worlds(count)):
        instrument = instrument_of(world)
        for replicate in range(replicates):
            messages = climbed(world, rates(k, seed), depth=MANAGERS + 1, replicate=replicate)
            for hop, message in enumerate(messages, start=1):
                read = instrument.read(prose(message, world.seed, replicate, hop))
                rows += [(number, replicate, fact.id, hop, LETTERS[read[fact.id].fate]) for fact in world.facts]
    world, replicate, statement, hop, fate = zip(*rows, strict=True)
    depth = [MANAGERS + 1] * len(rows)
    return Observations.of(
        world=world, replicate=replicate, depth=depth, statement=statement, hop=hop, fate=fate, exact=True
    )


def estimate(k, seed, **size):
    paths, _ = paths_of(study(k, seed, **size))
    return hop_law(paths, How(), exact=True).k


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=20, help="for each planted k")
    arguments = parser.parse_args()
    fine = True
    means = []
    for k in PLANTED:
        values = np.array([estimate(k, seed).value for seed in range(arguments.studies)])
        means.append(values.mean())
        error = values.std(ddof=1) / np.sqrt(len(values))
        ok = abs(values.mean() - k) <= BIAS
        fine &= ok
        verdict = "ok" if ok else "misses"
        bias = values.mean() - k
        sys.stdout.write(f"k={k:<5g} mean {values.mean():.3f}  bias {bias:+.3f} (se {error:.3f})  {verdict}\n")
        sys.stdout.flush()
    ordered = bool((np.diff(means) > 0).all())
    sys.stdout.write(f"order of the means: {'right' if ordered else 'wrong'}\n")
    return 0 if fine and ordered else 1


if __name__ == "__main__":
    sys.exit(main())
