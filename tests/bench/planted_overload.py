"""Overload and lineage, planted in the channel and found again over 200 worlds.

    uv run python tests/bench/planted_overload.py [--worlds 200]

Overload: twelve workers of two facts each; every message loses a tenth, and a
manager loses more for each line beyond eight that it hears (.05 of cumulative
hazard). Under spans of 2, 4, 6 and 12 the managers hear 4 to 14, 8, 12 and 24
lines at most, so that 4 is best. What is retained follows from the rates, but
for how many lines come through, over which the mean is taken:

    span 4     .9 * .9                                      no manager hears more than eight
    span 12    .9 * mean of .9 exp(-.05 (lines - 8)+)       lines binomial (23 others, .9) and the fact's own

Lineage: what a channel finds hard goes by its seed (fact_sd 1.5), so that a
seed is a lineage. Replicates of one lineage lose the same facts; those of two
must not, nor do channels without such a seed; mixed ones stand between, and
lose more than either, for a fact must get past both.

Each figure must lie within its 95% interval, each sign be clear. Some minutes
of one processor.
"""

import argparse
import math
import sys
import tempfile
from statistics import fmean

from planted_runs import Checks, program, settings
from scipy.stats import binom

DROP, OVER, CAPACITY, LEAVES, EACH = 0.1, 0.05, 8, 12, 2
ONE, OTHER = "channel:drop=0.2,fact_sd=1.5,seed=1", "channel:drop=0.2,fact_sd=1.5,seed=2"
PLAIN = "channel:drop=0.2"
"""Without a seed of its own: loses about as much, and every fact alike."""


def expected(span):
    """Return what is retained at a span of at least 4, under which one layer of managers stands."""
    kept = 1 - DROP
    others = span * EACH - 1
    through = [
        binom.pmf(count, others, kept) * math.exp(-OVER * max(0, count + 1 - CAPACITY)) for count in range(others + 1)
    ]
    return kept * kept * math.fsum(through)


def overload(folder, worlds, checks):
    program(
        folder, "run",
        *settings(
            "scenario=common_cause", f"facts={LEAVES * EACH}", f"leaves={LEAVES}", "span=2,4,6,12", "prompt=plain",
            f"worlds={worlds}", f"model=channel:drop={DROP},overload={OVER},capacity={CAPACITY}",
            "hypotheses.wide=retention(span=12) < retention(span=4)",
            "hypotheses.narrow=retention(span=2) < retention(span=4)",
            "hypotheses.unseen=pattern_visible(span=12) < pattern_visible(span=4)",
        ),
    )  # fmt: skip
    found = program(folder, "compare", "last", "--by", "span=4")
    for test in found["hypotheses"]:
        checks.equal(test["text"], test["verdict"], "supported")
    for row in found["comparisons"]:
        span = int(row["b"].removeprefix("span="))
        retention = row["measures"]["retention"]
        what = f"retention at span {span} less that at span 4"
        checks.below(what, retention["difference"], retention["ci"], 0)
        if span > 4:
            checks.within(what, retention["difference"], retention["ci"], expected(span) - expected(4))


def lineage(folder, worlds, checks):
    mixed = f"{ONE}+{OTHER}"
    names = {name: f"lineage={name}" for name in (ONE, OTHER, mixed, PLAIN)}
    program(
        folder, "run",
        *settings(
            "scenario=common_cause", "facts=8", "depth=3", "prompt=plain", f"worlds={worlds}", "replicates=2",
            f"lineage={','.join(names)}",
        ),
    )  # fmt: skip
    rows = {(row["a"], row["b"]): row for row in program(folder, "show", "last", "--alike")["alike"]}
    for name in (ONE, OTHER, mixed):
        row = rows[names[name], names[name]]
        checks.above(f"phi of {name} with itself", row["phi"], row["ci"], 0.1)
    alone, across = rows[names[PLAIN], names[PLAIN]], rows[names[ONE], names[OTHER]]
    checks.within("phi of a channel that finds no fact hard", alone["phi"], alone["ci"], 0)
    checks.within("phi of one lineage with the other", across["phi"], across["ci"], 0)
    between = rows[names[ONE], names[mixed]]["phi"]
    checks.equal(
        "mixed stands between: phi with the other < with mixed < with itself",
        across["phi"] < between < rows[names[ONE], names[ONE]]["phi"], True,
    )  # fmt: skip
    found = program(folder, "compare", "last", f"lineage={ONE}", f"lineage={mixed}")["comparisons"][0]["measures"]
    checks.below("retention of mixed less that of one", found["retention"]["difference"], found["retention"]["ci"], 0)
    lost = fmean(rows[names[name], names[name]]["lost"][0] for name in (ONE, OTHER))
    checks.equal(
        f"mixed loses more than the mean of both ({lost:.3f})", rows[names[mixed], names[mixed]]["lost"][0] > lost, True
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=200)
    worlds = parser.parse_args().worlds
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        overload(folder, worlds, checks)
        lineage(folder, worlds, checks)
    return checks.status


if __name__ == "__main__":
    sys.exit(main())
