"""What two causes of loss do together, planted and found again: multiplied, displaced, added up.

    uv run python tests/bench/planted_together.py [--worlds 200] [--studies 200]

Whole program: people leave out half of the lines twice (.25), managers drop .3 twice (.49), independently, so that
both keep .25 * .49 = .1225; and two seats that each drop all bad facts, so that both keep what one keeps.

Simulated studies of 24 worlds of 12 facts: each cause loses its share independently (multiplied, .5 and .6), or they
lose different facts (added up, .7 and .6), or the same facts (displaced, .5 and .6 with .5 in common).
"""

import contextlib
import sys
import tempfile
from functools import partial

import numpy as np
from planted_runs import checked, program, settings

import chains
from chains.stats.paired.interaction import interaction

FACTS, SIZE = 12, 24
HALVES, DROPS = 0.5**2, 0.7**2
SHARES = {  # of facts that only the first cause loses, only the second, both; where both are at work
    "multiplied": (0.5 * 0.6, 0.5 * 0.4, 0.5 * 0.4),
    "added": (0.3, 0.4, 0.0),
    "displaced": (0.1, 0.0, 0.4),
}


def whole_program(checks, worlds):
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        here = partial(program, folder, "run", "ai_over_human")
        shared = (f"worlds={worlds}", "facts=12", "hypotheses=none", "model=channel")
        here(*settings(*shared, "model.manager=channel:paraphrase=0,channel:drop=0.3"))
        (found,) = program(folder, "compare", "last", "--by", "holder,model.manager")["together"]
        additive, ratio = found["additive"], found["multiplicative"]
        checks.within("independent, against added up", additive["value"], additive["ci"], (1 - HALVES) * (1 - DROPS))
        checks.within("independent, against multiplied", ratio["value"], ratio["ci"], 1)
        checks.equal("independent", found["verdict"], "not added up: each may take its share of what is left")
        hides = "channel,channel:bad_drop=1"
        here(*settings(*shared, "human=none", "holder=people", f"model.L3={hides}", f"model.manager={hides}"))
        (found,) = program(folder, "compare", "last", "--by", "model.L3,model.manager")["together"]
        left = np.mean([row["retention"] for row in chains.load("last").trials() if not row["trial"].startswith("c1.")])
        ratio = found["multiplicative"]
        # as many bad facts in every world: nothing varies, so that the figure itself is what is planted
        checks.equal("the same facts, against multiplied", round(ratio["value"], 4), round(float(1 / left), 4))
        checks.equal("the same facts", found["verdict"], "displaced in part: the two lose the same things")


def studies(checks, count, size):
    held, false = {}, {}
    for name, (first, second, both) in SHARES.items():
        alone = (1, 1 - first - both, 1 - second - both)
        kept = 1 - first - second - both
        points, ratio = kept - alone[1] - alone[2] + 1, kept / (alone[1] * alone[2])
        random = np.random.default_rng(5)
        found = [interaction(_study(random, size, (*alone, kept))) for _ in range(count)]
        held[f"{name}, against added up"] = sum(one.additive.low <= points <= one.additive.high for one in found)
        low_high = [(one.multiplicative.low, one.multiplicative.high) for one in found]
        held[f"{name}, against multiplied"] = sum(low <= ratio <= high for low, high in low_high)
        if name == "multiplied":
            false["displaced where multiplied"] = sum(one.verdict.startswith("displaced") for one in found)
        if name == "added":
            false["worse than added up where added up"] = sum(one.verdict.startswith("worse") for one in found)
    checks.studies(held, false, count)


def _study(random, worlds, shares):
    """Return the shares kept by world, in four trials that each draw their own fates."""
    return random.binomial(FACTS, shares, (worlds, 4)) / FACTS


if __name__ == "__main__":
    sys.exit(checked(__doc__, whole_program, studies, SIZE))
