"""How often intervals by labels and readings hold the true difference of two conditions whose errors differ.

Run it with `python tests/bench/labels.py [--studies N]`; pytest does not collect it. Two thousand studies a row take a
minute or two. The bar: 93% to 97%; rows marked "few" have so few labels, or such rare errors, that labels often show
no error at all, and there intervals may only be too wide. The last column is the variance of the labels alone over
that of both.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from test_prediction_powered import side

from chains.stats.measurement_error.prediction_powered import difference

ROWS = {
    "24 worlds, 150 labels": {},
    "24 worlds alike, 150 labels": {"world_sd": 0.0},
    "48 worlds, 300 labels": {"worlds": 48, "labels": 300},
    "12 worlds, 100 labels": {"worlds": 12, "labels": 100},
    "8 worlds, 150 labels, no difference": {"worlds": 8, "true": (0.5, 0.5)},
    "24 worlds, 60 labels, few": {"labels": 60},
    "24 worlds, little lost, few": {"true": (0.9, 0.85), "false_loss": (0.01, 0.05)},
}


def study(seed, worlds=24, world_sd=0.08, true=(0.7, 0.6), false_loss=(0.02, 0.14), **of_side):
    random = np.random.default_rng((len(of_side), seed))
    level = world_sd * random.standard_normal(worlds)
    sides = [
        side(random, np.clip(kept + level, 0, 1), wrong, **of_side)
        for kept, wrong in zip(true, false_loss, strict=True)
    ]
    found = difference(*sides)
    low, high = found.interval
    return low <= true[1] - true[0] <= high, found.value - (true[1] - true[0]), found.gain


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=2000)
    studies = parser.parse_args().studies
    fine = True
    for name, row in ROWS.items():
        for by_fate in (False, True):
            held, off, gain = np.array([study(seed, by_fate=by_fate, **row) for seed in range(studies)]).T
            ok = held.mean() >= 0.93 and (held.mean() <= 0.97 or name.endswith("few"))
            fine &= ok
            drawn = "as many of each fate" if by_fate else "a plain sample"
            sys.stdout.write(
                f"{name:<38}{drawn:<22}held {held.mean():.3f}  bias {off.mean():+.4f}  gain {np.median(gain):.1f}  "
                f"{'ok' if ok else 'MISSED'}\n"
            )
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
