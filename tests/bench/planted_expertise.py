"""Who has a line past the chain, planted and found again; and nothing where nothing is planted.

    uv run python tests/bench/planted_expertise.py [--worlds 200] [--studies 200]

Every seat below the executive drops .3, so that a fact survives two hops with .49. The fact that decides is heard, by
the rates alone, with

    no line                              .49
    one worker's line, drawn or by rank  1/4 + 3/4 * .49 = .6175      (rank says nothing about who is the expert)
    three workers' lines, drawn          3/4 + 1/4 * .49 = .8725
    one line, by the workers' own word   P + (1 - P) * .49 = .8645   (P = s + (1 - s^4) / 4, see below)
    the expert's line                    1
    its placebo                          .49
    everybody reads all notes            1
    its placebo                          .49

A worker knows with chance s = .5 whether its notes decide (it then rates them 10 or 1), else it guesses, uniformly from
1 to 10. So the line goes to the expert if it knows, or if it does not and guesses more than the others who don't know.

Each share must lie in its 95% interval, and all registered hypotheses about it must be supported. Of `--studies`
studies of 20 worlds, drawn from all, at most 6% may find rank better than chance, or the placebo better than no line.
Some minutes.
"""

import argparse
import contextlib
import sys
import tempfile

import numpy as np
from planted_runs import Checks, program, settings

import chains
from chains.stats.paired.paired import sign_flip
from chains.stats.paired.shares import share_by_world

DROP, INSIGHT, STUDY, LEVEL, MOST_FALSE = 0.3, 0.5, 20, 0.05, 0.06
LINE = "skip:by=broadcast,workers=1"
KEPT = (1 - DROP) ** 2
TO_THE_EXPERT = INSIGHT + (1 - INSIGHT**4) / 4
PLANTED = {
    "none": KEPT,
    f"{LINE},to=rank": 1 / 4 + 3 / 4 * KEPT,
    f"{LINE},to=random": 1 / 4 + 3 / 4 * KEPT,
    f"{LINE},to=expertise": 1.0,
    f"{LINE},to=expertise,placebo=true": KEPT,
    f"{LINE},to=own": TO_THE_EXPERT + (1 - TO_THE_EXPERT) * KEPT,
    "skip:by=broadcast,workers=3,to=random": 3 / 4 + 1 / 4 * KEPT,
    "share": 1.0,
    "share:placebo=true": KEPT,
}
NOTHING = (
    (f"{LINE},to=rank", f"{LINE},to=random"),
    (f"{LINE},to=expertise,placebo=true", "none"),
    ("share:placebo=true", "none"),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--studies", type=int, default=200)
    arguments = parser.parse_args()
    worlds, checks = arguments.worlds, Checks()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        program(
            folder, "run", "expertise", *settings(f"model=channel:drop={DROP},insight={INSIGHT}", f"worlds={worlds}")
        )
        for test in program(folder, "compare", "last", "--by", "remedy")["hypotheses"]:
            if test["text"].startswith(
                "pivot_heard"
            ):  # nothing is planted in the regret, which needs the other facts too
                checks.equal(test["text"], test["verdict"], "supported")
            else:
                sys.stdout.write(f"as it comes: {test}\n")
        rows = chains.load("last").trials()
        heard = {
            remedy: np.array([row["pivot_heard"] for row in rows if row["factor.remedy"] == remedy])
            for remedy in PLANTED
        }
        for remedy, planted in PLANTED.items():
            found = share_by_world({world: [float(one)] for world, one in enumerate(heard[remedy])})
            checks.within(f"the fact that decides is heard, {remedy}", found.value, (found.low, found.high), planted)
        random = np.random.default_rng(1)
        for better, worse in NOTHING:
            differences = heard[better] - heard[worse]
            drawn = [differences[random.choice(worlds, STUDY, replace=False)] for _ in range(arguments.studies)]
            false = np.mean([one.mean() > 0 and sign_flip(one, seed).p <= LEVEL for seed, one in enumerate(drawn)])
            checks.say(f"{better} found better than {worse}", f"{false:.1%} of studies", false <= MOST_FALSE)
    return checks.status


if __name__ == "__main__":
    sys.exit(main())
