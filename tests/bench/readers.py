"""How often corrected figures hold what is planted, where rules and a model read one run and people labelled a part.

Run it with `python tests/bench/readers.py [--studies N]`; pytest does not collect it. A thousand studies a row take
about half a minute. The bar: 93% to 97% for each reader; of a poor one intervals may only be too wide. A study is a run
of two conditions in 24 worlds with 36 pairs each. Labels are drawn as `agree` draws them: equally over the fates that
the rules read, whoever is corrected. In "hard" rows both readers err on the same pairs. "retention" is that of one
condition by the reader's error (Rogan and Gladen); "difference" is that of two by labels and readings together.
"""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from chains.stats.measurement_error.correction import Labelled, corrected, error_rates
from chains.stats.measurement_error.prediction_powered import Items, difference, fine_strata, powered

FATES = ("kept", "blurred", "altered", "inverted", "omitted")
LOST_AS = (0.2, 0.1, 0.1, 0.6)
READERS = ("rules", "judge")
WORLDS, EACH = 24, 36


class Reader(NamedTuple):
    """How often a reader is wrong, in each of the two conditions."""

    false_loss: tuple[float, float]
    false_kept: tuple[float, float]


ROWS = {
    "model right in 95 of 100": {"judge": Reader((0.05, 0.05), (0.05, 0.05))},
    "model that errs otherwise in b": {"judge": Reader((0.02, 0.12), (0.04, 0.08))},
    "poor model, right in 80 of 100": {"judge": Reader((0.2, 0.2), (0.2, 0.2))},
    "hard: both err on the same pairs": {"judge": Reader((0.06, 0.06), (0.06, 0.06)), "hard": 0.7},
    "little kept": {"judge": Reader((0.05, 0.05), (0.05, 0.05)), "true": (0.3, 0.25)},
}
RULES = Reader((0.03, 0.08), (0.05, 0.05))


def population(random, level, at, readers, hard):
    """Return the world of each pair, whether it is kept, and the fate that each reader reads."""
    world = np.repeat(np.arange(WORLDS), EACH)
    kept = random.random(len(world)) < level[world]
    common = random.random(len(world))
    read = []
    for reader in readers:
        error = np.where(kept, reader.false_loss[at], reader.false_kept[at])
        own = np.where(random.random(len(world)) < hard, common, random.random(len(world)))
        as_kept = kept ^ (own < error)
        read.append(np.where(as_kept, 0, random.choice([1, 2, 3, 4], len(world), p=LOST_AS)))
    return world, kept, read


def drawn(random, rules, labels):
    """Return which pairs are labelled: as many of each fate that the rules read."""
    order = random.permutation(len(rules))
    chosen = np.zeros(len(rules), bool)
    for fate in range(5):
        chosen[order[rules[order] == fate][: labels // 5]] = True
    return chosen


def retention(world, kept, read, rules, chosen):
    """Return the corrected retention by a reader's error, as `show` corrects it."""
    labels = [
        Labelled(FATES[read[at]], bool(kept[at]), int(world[at]), FATES[rules[at]]) for at in np.flatnonzero(chosen)
    ]
    strata, count = np.unique(np.stack([rules, read == 0]), axis=1, return_counts=True)
    share = {(FATES[by], bool(as_kept)): n / len(read) for (by, as_kept), n in zip(strata.T, count, strict=True)}
    rates = error_rates(labels, share)
    means = (read == 0).reshape(WORLDS, EACH).mean(axis=1)
    random = np.random.default_rng(0)
    return corrected(float(means.mean()), means[random.integers(0, WORLDS, (1000, WORLDS))].mean(axis=1), rates)


def by_labels(world, kept, read, rules, chosen):
    """Return the mean of one condition by labels and readings, as `compare` has it."""
    value = np.where(chosen, kept, np.nan)
    as_kept, as_rules = (read == 0).astype(int), (rules == 0).astype(int)
    strata = fine_strata(as_kept, as_kept * 2 + as_rules, chosen)
    return powered(Items(np.full(len(world), 1 / len(world)), world, strata, as_kept * 5 + rules, chosen, value))


def study(seed, judge, hard=0.0, true=(0.7, 0.6), labels=150, world_sd=0.08):
    """Return whether each interval of each reader holds what is planted, and by how much its middle is off."""
    random = np.random.default_rng(seed)
    level = world_sd * random.standard_normal(WORLDS)
    found = {reader: [] for reader in READERS}
    first = {}
    for at, planted in enumerate(true):
        world, kept, read = population(random, np.clip(planted + level, 0, 1), at, (RULES, judge), hard)
        chosen = drawn(random, read[0], labels)
        for reader, its in zip(READERS, read, strict=True):
            found[reader].append(by_labels(world, kept, its, read[0], chosen))
            if not at:
                first[reader] = retention(world, kept, its, read[0], chosen)
    out = {}
    for reader in READERS:
        one, gap = first[reader], difference(*found[reader])
        low, high = gap.interval
        out[reader, "retention"] = one.low <= true[0] <= one.high, one.value - true[0]
        out[reader, "difference"] = low <= true[1] - true[0] <= high, gap.value - (true[1] - true[0])
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000)
    studies = parser.parse_args().studies
    fine = True
    for name, row in ROWS.items():
        found = [study(seed, **row) for seed in range(studies)]
        for reader, figure in found[0]:
            held, off = np.array([one[reader, figure] for one in found], float).mean(axis=0)
            ok = held >= 0.93 and (held <= 0.97 or (name.startswith("poor") and reader == "judge"))
            fine &= ok
            sys.stdout.write(
                f"{name:<36}{reader:<7}{figure:<12}held {held:.3f}  bias {off:+.4f}  {'ok' if ok else 'MISSED'}\n"
            )
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
