"""How often the interval of a corrected retention holds the truth, on planted truth. About a minute on one core:

    uv run python tests/bench/correction.py [--studies 400]

Each study makes a population of pairs (true and read, in 40 worlds, a tenth of them labelled at most), draws labels
equally over the fates read as `agree` does, and corrects. "By world" lets the instrument's error differ between worlds.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from chains.stats.measurement_error.correction import ErrorRates, Labelled, corrected, error_rates, rogan_gladen

FATES = ("kept", "blurred", "altered", "inverted", "omitted")
WORLDS = 40
PAIRS = 3000
Z95 = 1.959964
CELLS = (
    # retention, sensitivity, specificity, labels of each fate, whether the error differs by world
    (0.45, 0.93, 0.90, 20, False),
    (0.80, 0.97, 0.97, 20, False),
    (0.30, 0.99, 0.95, 60, False),
    (0.10, 0.95, 0.95, 20, False),
    (0.45, 0.93, 0.90, 60, True),
    (0.80, 0.90, 0.90, 60, True),
)


def delta_interval(retention: float, variance: float, rates: ErrorRates) -> tuple[float, float]:
    """Return the 95% interval of the corrected retention by the delta method, clipped to 0..1.

    With J = Se + Sp - 1 and D = 1 - retention corrected, the variance is
    (Var(D_obs) + D^2 Var(Se) + (1-D)^2 Var(Sp) - 2 D (1-D) Cov(Se, Sp)) / J^2 (Rogan and Gladen 1978, with the
    covariance, which is not 0 where both come from one sample). Symmetric, so poor near 0 and 1: a check on the other.

    Args:
        retention: As read.
        variance: Of its estimate.
        rates: The instrument's error.
    """
    value = rogan_gladen(retention, rates.sensitivity, rates.specificity)
    if np.isnan(value):
        return 0.0, 1.0
    covariance = np.cov(rates.draws.T)
    lost = 1 - value
    spread = (
        variance
        + lost**2 * covariance[0, 0]
        + (1 - lost) ** 2 * covariance[1, 1]
        - 2 * lost * (1 - lost) * covariance[0, 1]
    )
    half = Z95 * float(np.sqrt(spread)) / (rates.sensitivity + rates.specificity - 1)
    return max(0.0, value - half), min(1.0, value + half)


def study(seed: int, retention: float, se: float, sp: float, each: int, *, by_world: bool):
    """Return the true retention of one population, as read, corrected, and the interval by the delta method."""
    random = np.random.default_rng(seed)
    world = random.integers(0, WORLDS, PAIRS)
    kept = random.random(PAIRS) < retention
    right = np.where(kept, sp, se)
    if by_world:  # the same error on average, from none to several times as much
        right = 1 - (1 - right) * random.gamma(1.0, 1.0, WORLDS)[world].clip(0, 5)
    read_kept = (random.random(PAIRS) < right) == kept
    read = np.where(read_kept, "kept", random.choice(FATES[1:], PAIRS, p=[0.2, 0.1, 0.1, 0.6]))
    places = [at for fate in FATES for at in random.permutation(np.flatnonzero(read == fate))[:each]]
    labelled = [Labelled(str(read[at]), bool(kept[at]), int(world[at])) for at in places]
    rates = error_rates(labelled, {fate: float((read == fate).mean()) for fate in FATES}, seed=seed)
    if isinstance(rates, str):
        return None
    raw = float((read == "kept").mean())
    # The population is all there is, so what was read of it is known; the labels are what is uncertain.
    found = corrected(raw, np.array([raw]), rates)
    return float(kept.mean()), raw, found, delta_interval(raw, 0.0, rates)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=400)
    studies = parser.parse_args().studies
    print("retention   Se   Sp labels error     studies  raw bias  bias  held (drawn)  held (delta)")  # noqa: T201
    for retention, se, sp, each, by_world in CELLS:
        rows = [study(seed, retention, se, sp, each, by_world=by_world) for seed in range(studies)]
        done = [row for row in rows if row is not None]
        drawn = np.mean([found.low <= true <= found.high for true, _, found, _ in done])
        delta = np.mean([low <= true <= high for true, _, _, (low, high) in done])
        raw = np.mean([raw - true for true, raw, _, _ in done])
        bias = np.mean([found.value - true for true, _, found, _ in done])
        name = "by world" if by_world else "alike"
        print(  # noqa: T201
            f"{retention:9.2f} {se:.2f} {sp:.2f} {5 * each:6d} {name:9} {len(done):7d} {raw:+9.3f} {bias:+.3f} "
            f"{drawn:13.1%} {delta:13.1%}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
