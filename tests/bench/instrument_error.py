"""Retention corrected for an instrument whose error may differ between conditions: how often a difference is made up.

Run it with `python tests/bench/instrument_error.py [--studies N]`; pytest does not collect it. The true difference is
0; the interval of the corrected difference should leave out 0 in 5% of the studies (7% at most).
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from chains.fates import FATES
from chains.stats.measurement_error.correction import ErrorRates, Labelled, corrected_pair, error_rates

ROWS = {
    "the same error, 8 worlds": {"worlds": 8},
    "the same error, 24 worlds": {},
    "false loss 2% and 14%": {"false_loss": (0.02, 0.14)},
    "false kept 2% and 20%": {"false_kept": (0.02, 0.20), "kept": 0.5},
}


def study(
    seed, worlds=24, replicates=3, facts=8, kept=0.6, false_loss=(0.08, 0.08), false_kept=(0.08, 0.08), labels=150
):
    """Return the corrected pair of one study, each condition by labels of its own; None where they are too few."""
    random = np.random.default_rng(seed)
    means, errors = [], []
    level = np.clip(kept + 0.06 * random.standard_normal(worlds), 0.02, 0.98)[:, None, None]
    for wrong_loss, wrong_kept in zip(false_loss, false_kept, strict=True):
        true = random.random((worlds, replicates, facts)) < level
        draw = random.random(true.shape)
        read = np.where(true, draw > wrong_loss, draw < wrong_kept)
        means.append(read.mean(axis=(1, 2)))
        fate = np.where(read, 0, random.integers(1, 5, true.shape)).ravel()
        order = random.permutation(fate.size)
        chosen = [at for one in range(5) for at in order[fate[order] == one][: labels // 5]]
        world = np.indices(true.shape)[0].ravel()
        share = np.bincount(fate, minlength=5) / fate.size
        some = [Labelled(FATES[fate[at]], bool(true.ravel()[at]), int(world[at])) for at in chosen]
        errors.append(error_rates(some, dict(zip(FATES, share, strict=True)), seed=seed))
    if not all(isinstance(one, ErrorRates) for one in errors):
        return None
    return corrected_pair(*means, *errors, seed=seed)


def off_zero(studies, **row):
    """Return in which shares of studies the interval leaves out 0, and the errors are told to differ."""
    found = [one for seed in range(studies) if (one := study(seed, **row)) is not None]
    return np.mean([one.low > 0 or one.high < 0 for one in found]), np.mean([one.alike < 0.05 for one in found])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000)
    studies = parser.parse_args().studies
    fine = True
    for name, row in ROWS.items():
        off, told = off_zero(studies, **row)
        fine &= off <= 0.07
        sys.stdout.write(f"{name:<28} interval off 0 {off:.3f}, errors told to differ {told:.3f}\n")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
