"""A release in stages: what checks of the ledger save is planted and found again, and nothing where nothing is checked.

    uv run python tests/bench/planted_staged.py [--worlds 200] [--studies 200]

Every seat drops .2 over three hops, the executive always decides to release (lean 1), and holds the next stage
whenever what it knows warrants it (stop 1). How much of the work then goes ahead in hazard worlds, and how often it is
stopped in the others, follows from each world's decision, by simulation of what survives and of what is checked.

Studies: of 24 worlds drawn from the run. An arm that asks and checks nothing new is compared with itself in other
replicates, and the placebo with no stages at all: neither may differ in more than 6% of them.
"""

import contextlib
import sys
import tempfile

import numpy as np
from planted_runs import checked, program, settings

import chains
from chains.stats.paired.paired import sign_flip
from chains.stats.paired.shares import share_by_world
from chains.worlds.scenario_registry import world_for

DROP, HOPS, FACTS, STAGES, TRIES, SIZE, LEVEL = 0.2, 3, 8, 3, 400, 24, 0.05
ARMS = {"none": None, "staged:placebo=true": None, "staged:checks=0": 0, "staged": 2}
SETTINGS = (f"model=channel:drop={DROP}", f"model.executive=channel:drop={DROP},lean=1", f"facts={FACTS}")


def expected(world, checks, random):
    """Return the mean share of the work that goes ahead, and how often it is stopped, with so many checks a stage."""
    decision = world.decision
    careful, weights = decision.careful_option.id, {one.fact: one.true for one in decision.weights}
    ahead = []
    for _ in range(TRIES):
        told = {fact: weight for fact, weight in weights.items() if random.random() < (1 - DROP) ** HOPS}
        order = random.permutation(list(weights))
        done = 1.0
        for stage in range(2, STAGES + 1):
            told |= {fact: weights[fact] for fact in order[: (stage - 1) * checks]}
            pays = decision.payoffs(told)
            if pays[careful] > pays[decision.standing]:
                done = (stage - 1) / STAGES
                break
        ahead.append(done)
    return np.mean(ahead), np.mean([done < 1 for done in ahead])


def rows_of(worlds, replicates=1):
    remedies = ",".join(ARMS)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        size = (f"worlds={worlds}", f"replicates={replicates}", "hypotheses=none")
        program(folder, "run", "staged", *settings(*SETTINGS, *size, f"remedy={remedies}"))
        return [row | {"world": int(row["world"][1:])} for row in chains.load("last").trials()]


def whole_program(checks, worlds):
    random, rows = np.random.default_rng(2), rows_of(worlds)
    made = {seed: world_for("pause", seed, FACTS) for seed in range(1, worlds + 1)}
    hazards = {seed for seed, world in made.items() if world.decision.best().id != world.decision.standing}
    for remedy, count in ARMS.items():
        planted = {
            seed: (1.0, 0.0) if count is None else expected(world, count, random) for seed, world in made.items()
        }
        for measure, of, column in (("exposed", hazards, 0), ("needless_stop", made.keys() - hazards, 1)):
            mine = {
                row["world"]: [row[measure]] for row in rows if row["factor.remedy"] == remedy and row["world"] in of
            }
            found = share_by_world(mine)
            mean = float(np.mean([planted[seed][column] for seed in of]))
            checks.within(f"{measure}, {remedy}", found.value, (found.low, found.high), mean)


def studies(checks, count, size):
    rows = rows_of(200, replicates=2)

    def regrets(remedy, replicate):
        found = {
            row["world"]: row["regret"]
            for row in rows
            if (row["factor.remedy"], row["replicate"]) == (remedy, str(replicate))
        }
        return np.array([found[seed] for seed in sorted(found)])

    random, false = np.random.default_rng(4), {}
    nothing = {
        "nothing checked, against itself": regrets("staged:checks=0", 1) - regrets("staged:checks=0", 2),
        "the placebo, against no stages": regrets("staged:placebo=true", 1) - regrets("none", 1),
    }
    for name, differences in nothing.items():
        drawn = [differences[random.choice(len(differences), size, replace=False)] for _ in range(count)]
        false[name] = sum(sign_flip(one, seed).p <= LEVEL for seed, one in enumerate(drawn))
    checks.studies({}, false, count)


if __name__ == "__main__":
    sys.exit(checked(__doc__, whole_program, studies, SIZE))
