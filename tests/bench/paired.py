"""How the paired intervals and p-values do at planted truth: coverage and size, by number of worlds.

    uv run python tests/bench/paired.py [--studies 2000]

World differences are what studies of chains give: means over three replicates
of differences of shares of eight facts, so lumpy and bounded, and in one cell
skewed. About a minute and a half at full size on one core.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from scipy import stats

from chains.stats.paired.paired import _bootstrap, sign_flip

WORLDS = (6, 8, 12, 24, 48)
SHAPES = ("shares", "skewed", "rare")


def differences(random, worlds, shape, shift):
    """World means of b - a, and their true mean."""
    match shape:
        case "shares":  # worlds differ in how hard they are, conditions by `shift`
            level = random.beta(4, 4, (worlds, 1))
            a = random.binomial(8, level, (worlds, 3)) / 8
            b = random.binomial(8, np.clip(level + shift, 0, 1), (worlds, 3)) / 8
            return (b - a).mean(axis=1)
        case "skewed":
            return random.exponential(0.2, worlds) - 0.2 + shift
        case _:  # few worlds move at all
            return np.where(random.random(worlds) < 0.3, random.normal(0, 0.3, worlds), 0.0)


def t_interval(values):
    if not values.std():
        return values.mean(), values.mean()
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return values.mean() - half, values.mean() + half


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=2000)
    studies = parser.parse_args().studies
    sys.stdout.write(
        f"{studies} studies a cell; coverage of 95% intervals of no difference, and the test's size at .05" + "\n"
    )
    sys.stdout.write(f"{'':8} {'worlds':>6} {'sign flip':>10} {'bootstrap':>10} {'t':>6} {'size':>6}" + "\n")
    for shape in SHAPES:
        for worlds in WORLDS:
            random = np.random.default_rng(worlds)
            hits, size = np.zeros(3), 0
            for study in range(studies):
                values = differences(random, worlds, shape, 0.0)
                flipped = sign_flip(values, study % 7)
                intervals = [(flipped.low, flipped.high), _bootstrap(values, 0), t_interval(values)]
                hits += [low - 1e-12 <= 0 <= high + 1e-12 for low, high in intervals]
                size += flipped.p <= 0.05
            flip, boot, t = hits / studies
            sys.stdout.write(f"{shape:8} {worlds:6} {flip:10.3f} {boot:10.3f} {t:6.3f} {size / studies:6.3f}" + "\n")


if __name__ == "__main__":
    main()
