"""How often the law's intervals hold what is planted, where a model reads the run and labels say how it errs.

Run it with `python tests/bench/law_by_readers.py [--studies N]`; pytest does not collect it. A thousand
studies take about four minutes a row. The bar: 93% to 97%. A study has 24 worlds, 3 replicates and 12 statements; the
exponent of depth (q) has arms of 0, 1, 2, 4 and 8 managers, that of the hop (k) one arm of 6. Rules and a model read
every message, each with its own errors. Labels are drawn as `agree` draws them: equally over the fates that the rules
read, at the first hop, the middle ones and the last. They give the model's error at each (`by_hop.errors_beside`), and
it is in the likelihood with its uncertainty. "uncorrected" takes the model's readings as they are.
"""

import argparse
import sys
from typing import NamedTuple

import numpy as np

from chains.stats.fit.estimates import Estimate
from chains.stats.fit.inference import How
from chains.stats.fit.misclassification import Errors
from chains.stats.law.depth import depth_law
from chains.stats.law.hop import hop_law
from chains.stats.measurement_error.correction import Labelled, error_rates
from chains.stats.observations.simulate import Planted, Study, simulate

NAMES = {"K": "kept", "B": "blurred", "A": "altered", "I": "inverted", "O": "omitted"}
TOTAL = 0.7
RULES = (0.03, 0.05)
"""False loss and false alive of the rules, by which labels are drawn."""


class Row(NamedTuple):
    """One kind of study."""

    law: str
    exponent: float
    model: tuple[float, float]
    """False loss and false alive of the model."""
    labels: int = 150
    rising: float = 0.0
    """What its false loss at the last hop is more."""


ROWS = {
    "q = 1.4, right 95 in 100, 150 labels": Row("q", 1.4, (0.05, 0.05)),
    "q = 1.4, right 95 in 100, 450 labels": Row("q", 1.4, (0.05, 0.05), 450),
    "q = 1, right 90 in 100, 450 labels": Row("q", 1.0, (0.1, 0.1), 450),
    "k = 1.3, right 95 in 100, 150 labels": Row("k", 1.3, (0.05, 0.05)),
    "k = 1.3, right 95 in 100, 450 labels": Row("k", 1.3, (0.05, 0.05), 450),
    "k = 1, false loss 3% to 12%, 450 labels": Row("k", 1.0, (0.03, 0.05), 450, 0.09),
}


def planted(row):
    if row.law == "q":
        return Planted(q=row.exponent, loss=TOTAL / 8**row.exponent, worker=0.1, fact_sd=0.8)
    return Planted(k=row.exponent, managers=(6,), loss=TOTAL / 6**row.exponent, worker=0.1, fact_sd=0.8)


def read(random, truth, false_loss, false_alive):
    """Return what a reader reads: kept as omitted at the rate of each hop, and lost as kept."""
    draw = random.random(truth.shape)
    said = np.where((truth == "K") & (draw < false_loss), "O", truth)
    return np.where((truth != "K") & (truth != "") & (draw < false_alive), "K", said)


def measured(random, drawn, rules, model, labels):
    """Return a reader's error as labels give it, at the first hop, the middle ones and the last."""
    truth = drawn.fates
    path, hop = np.nonzero(truth != "")
    last = int(hop.max())
    found = []
    for hops in ((hop == 0), (hop > 0) & (hop < last), (hop == last)):
        at = np.flatnonzero(hops)
        at = at[random.permutation(len(at))]
        by = rules[path[at], hop[at]]
        chosen = np.concatenate([at[by == fate][: labels // 15] for fate in NAMES])
        strata, count = np.unique(
            [np.char.add(by, np.where(model[path[at], hop[at]] == "K", "+", "-"))], return_counts=True
        )
        share = {(NAMES[key[0]], key[1] == "+"): n / len(at) for key, n in zip(strata, count, strict=True)}
        some = [
            Labelled(
                NAMES["K" if model[path[one], hop[one]] == "K" else "O"],
                bool(truth[path[one], hop[one]] == "K"),
                int(drawn.world[path[one]]),
                NAMES[rules[path[one], hop[one]]],
            )
            for one in chosen
        ]
        rates = error_rates(some, share)
        if isinstance(rates, str):
            return None
        found.append((round(float(hop[chosen].mean())) + 1, rates))
    return Errors(
        hops=tuple(at for at, _ in found),
        false_loss=tuple(1 - rates.specificity for _, rates in found),
        false_alive=tuple(1 - rates.sensitivity for _, rates in found),
        false_loss_se=tuple(float(rates.draws[:, 1].std()) for _, rates in found),
        false_alive_se=tuple(float(rates.draws[:, 0].std()) for _, rates in found),
    )


def study(row, seed):
    """Return the exponent by the corrected model and by its bare readings; None where labels are too few."""
    random = np.random.default_rng([seed, 7])
    plan = planted(row)
    drawn = simulate(plan, seed)
    hops = drawn.fates.shape[1]
    rules = read(random, drawn.fates, RULES[0], RULES[1])
    model = read(random, drawn.fates, np.linspace(row.model[0], row.model[0] + row.rising, hops), row.model[1])
    errors = measured(random, drawn, rules, model, row.labels)
    if errors is None:
        return None
    paths = Study(plan, model, drawn.depth, drawn.world, drawn.replicate, drawn.statement).paths()
    return [depth_law(paths, how).q if row.law == "q" else hop_law(paths, how).k for how in (How(errors=errors), How())]


def figures(row, seeds):
    """Return how often intervals hold the planted exponent, and the mean bias, corrected and not; and studies told."""
    found = [one for seed in seeds if (one := study(row, seed)) is not None]
    known = [one for one in found if all(isinstance(each, Estimate) for each in one)]
    held = np.array([[each.low <= row.exponent <= each.high for each in one] for one in known]).mean(axis=0)
    off = np.array([[each.value - row.exponent for each in one] for one in known]).mean(axis=0)
    return held, off, len(known)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first study")
    parser.add_argument("--only", default="", help="rows whose name begins so")
    arguments = parser.parse_args()
    fine = True
    for name, row in ROWS.items():
        if not name.startswith(arguments.only):
            continue
        held, off, count = figures(row, range(arguments.first, arguments.first + arguments.studies))
        ok = 0.93 <= held[0] <= 0.97
        fine &= ok
        sys.stdout.write(
            f"{name:<42} held {held[0]:.3f}  bias {off[0]:+.3f}  of {count}  {'ok' if ok else 'MISSED'};  "
            f"uncorrected held {held[1]:.3f}  bias {off[1]:+.3f}\n"
        )
        sys.stdout.flush()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
