"""Both sides automated, planted in the channel and found again.

    uv run python tests/bench/planted_both_sides.py --worlds 200
    uv run python tests/bench/planted_both_sides.py --studies 200     studies in which nothing is planted

Writers tell figures better than they are (`inflate`), guess which of their
drafts the screener likes best (`taste=1`), and the screener scores what it
reads, and its own model's writing higher (`kin`). For each world the expected
value of each measure follows from the rates: exactly where it is a sum over
facts or the best of m drafts (all outcomes of a draft are enumerated), else from
a simulation of the same law that uses nothing of the program but the world.

    written     inflation, score_gap, rank_lost and regret after 1, 2 and 4 writers in a row
    drafts      score_gap with 1, 2, 4 and 8 drafts; slope, alpha and beta of d(alpha - beta d)
    lineage     own_premium where two lineages are dealt over the writers of each pool

What was found less what is expected must have 0 in its interval, all of them
under Holm. With --studies, the writers of both arms are equally bad, guesses are
noise, and the screener has no favourite; texts and scores are drawn from the law
itself, the measures and tests are the program's. A study finds something if one of
four one-sided hypotheses is significant under Holm: in 6% of the studies at most.
"""

import argparse
import itertools
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from planted_runs import Checks, program

from chains.analysis.compare.arms import RunHeard
from chains.models.channel.channel import better_told
from chains.models.channel.codebook import codebook
from chains.models.channel.replies import most_told
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.scoring.measures.measures import MEASURES
from chains.scoring.measures.pools import POOLED, candidates_of, spearman
from chains.scoring.reading import Pool
from chains.stats.goodhart import distance, overoptimisation
from chains.stats.paired.multiplicity import holm
from chains.stats.paired.paired import paired
from chains.worlds.scenario_registry import world_for

INFLATE, KIN, HUNCH = 0.2, 0.4, 0.3
FACTS, LINES = 12, 4
DEPTHS, DRAFTS = (1, 2, 4), (1, 2, 4, 8)
SIMULATED = 4000
"""Draws of each world where the expected value is simulated."""
SCALE = 4.5
"""Points of the scale from its middle to its end."""
WORLDS_A_STUDY, POOL = 12, 200
"""Worlds of a study without an effect, drawn from so many."""
LEVEL, BAR = 0.05, 0.06
NULLS = ("inflation", "score_gap", "rank_lost", "regret")


def ran(folder, seeds, **sets):
    """Run candidates; return the measures of each trial by condition's factors, and by (world, replicate)."""
    fixed = {
        "scenario": "both_sides", "setting": "jobs", "facts": FACTS, "lines": LINES, "decide_only": True,
        "remedy": "screen", "prompt": "applications",
    }  # fmt: skip
    factors = {key: value for key, value in sets.items() if isinstance(value, list)}
    fixed |= {key: value for key, value in sets.items() if key not in factors}
    lines = ['question = "planted"', f"seeds = {list(seeds)}", "[fixed]"]
    lines += [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in fixed.items()]
    lines += ["[factors]", *(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in factors.items())]
    file = Path(folder) / "planted.toml"
    file.write_text("\n".join(lines))
    document = program(folder, "run", str(file))
    (run,) = Path(folder).glob(f"runs/*/{document['run']}")
    found = {}
    with Log(run) as log:
        heard = RunHeard(read_record(run), log)
        for trial in heard.ends:
            factors = tuple(heard.casts.condition(trial).factors.values())
            key = (trial.seed, trial.replicate)
            at = heard.heard(trial)
            names = (*NULLS, "own_premium")
            found.setdefault(factors, {})[key] = {name: MEASURES[name].of(at) for name in names}
    return found


def gains(world):
    """Return for each candidate and fact by how much its better wrong values raise what the candidate is worth."""
    decision, book = world.decision, codebook(world)

    def raised(fact):
        weight = decision.weight_of[fact]
        values = [float(state.variant.removeprefix("gap=")) for state in better_told(world.fact(fact), book)]
        return [weight.ramp.at(value) - weight.true for value in values]

    return [[raised(fact) for fact in option.facts] for option in decision.candidates]


def inflated(world, hops):
    """Return by how much each candidate's text overstates it after some writers, in the mean."""
    chance = 1 - (1 - INFLATE) ** hops
    return [sum(chance * np.mean(fact) for fact in facts if fact) for facts in gains(world)]


def best_of(world, drafts):
    """Return the same for the best of some drafts of one writer, by enumeration of all that a draft can say."""
    means = []
    for facts in gains(world):
        outcomes = [
            [(0.0, 1 - INFLATE if fact else 1.0), *((gain, INFLATE / len(fact)) for gain in fact)] for fact in facts
        ]
        whole = [tuple(zip(*one, strict=True)) for one in itertools.product(*outcomes)]
        table = sorted((sum(gained), float(np.prod(chances))) for gained, chances in whole)
        below = np.cumsum([0.0, *(chance for _, chance in table)])
        means.append(float(np.sum([gain for gain, _ in table] * np.diff(below**drafts))))
    return means


def in_points(world, gained):
    """Return a mean gain over the candidates in points of the score."""
    return float(np.mean(gained)) * SCALE / most_told(world.decision)


def simulated(world, hops):
    """Return the expected regret and loss of rank correlation after some writers."""
    random, decision = np.random.default_rng(world.seed), world.decision
    chance = 1 - (1 - INFLATE) ** hops
    worth = np.array([decision.own(option) for option in decision.candidates])
    told = np.tile(worth, (SIMULATED, 1))
    for at, facts in enumerate(gains(world)):
        for fact in facts:
            if fact:
                told[:, at] += (random.random(SIMULATED) < chance) * random.choice(fact, SIMULATED)
    standing = next(option.base for option in decision.options if not option.facts)
    pays = np.append(worth, standing)
    taken = np.column_stack((told, np.full(SIMULATED, standing))).argmax(axis=1)
    form = spearman(list(worth), list(worth))
    ranks = [spearman(list(one), list(worth)) for one in told[:400]]
    return float(pays.max() - pays[taken].mean()), form - float(np.mean(ranks))


def planted(worlds, checks):
    """Hold what is found in some worlds against what is expected."""
    seeds = range(1, worlds + 1)
    made = {seed: world_for("both_sides", seed, FACTS, "jobs") for seed in seeds}
    tests = {}
    with tempfile.TemporaryDirectory() as folder:
        found = ran(folder, seeds, model=f"channel:inflate={INFLATE}", depth=list(DEPTHS))
        for depth in DEPTHS:
            expected = {}
            for seed, world in made.items():
                gained = inflated(world, depth)
                regret, rank = simulated(world, depth)
                expected[seed] = {"inflation": np.mean(gained), "score_gap": in_points(world, gained), "regret": regret,
                                  "rank_lost": rank}  # fmt: skip
            for name in NULLS:
                tests[f"{name} after {depth}"] = against(expected, found[(depth,)], name)
    with tempfile.TemporaryDirectory() as folder:
        model = f"channel:inflate={INFLATE},taste=1"
        found = ran(folder, seeds, model=model, depth=1, selected_by="guess", **{"selection.worker": list(DRAFTS)})
        gaps = {seed: {m: in_points(world, best_of(world, m)) for m in DRAFTS} for seed, world in made.items()}
        for m in DRAFTS:
            expected = {seed: {"score_gap": gaps[seed][m]} for seed in seeds}
            tests[f"score_gap of the best of {m}"] = against(expected, found[(m,)], "score_gap")
        got = {seed: {m: found[(m,)][seed, 1]["score_gap"] for m in DRAFTS} for seed in seeds}
        for name in ("slope", "alpha", "beta"):
            fits = (
                {(seed, 1): getattr(overoptimisation({seed: row[seed]}), name).value for seed in seeds}
                for row in (gaps, got)
            )
            tests[name] = paired(*fits)
    with tempfile.TemporaryDirectory() as folder:
        own = f"channel:inflate={INFLATE},kin={KIN},hunch={HUNCH}"
        dealt = f"{own}+{own},seed=1"
        found = ran(folder, seeds, model=own, depth=1, **{"lineage.worker": dealt})
        tests["own_premium"] = against({seed: {"own_premium": KIN} for seed in seeds}, found[()], "own_premium")
    for (what, test), p in zip(tests.items(), holm([test.p for test in tests.values()]), strict=True):
        text = (
            f"{test.b:.3f}, planted {test.a:.3f}; difference {test.low:+.3f} to {test.high:+.3f}, p {p:.3f} under Holm"
        )
        checks.say(what, text, p >= LEVEL)
    checks.say("d of 1, 2, 4, 8 drafts", [round(distance(m), 3) for m in DRAFTS], True)


def against(expected, found, name):
    """Compare what was found (b) with what is expected (a), paired by world."""
    return paired({key: expected[key[0]][name] for key in found}, {key: one[name] for key, one in found.items()})


def nothing(studies):
    """Return how many of some studies find something, although nothing is planted."""
    made = [world_for("both_sides", seed, FACTS, "jobs") for seed in range(1, POOL + 1)]
    gained = [gains(world) for world in made]
    finds = 0
    for study in range(studies):
        random = np.random.default_rng(study)
        mine = random.choice(POOL, WORLDS_A_STUDY, replace=False)
        arms = [{(at, 1): drawn(made[at], gained[at], random) for at in mine} for _ in range(2)]
        pairs = [[{key: one[name] for key, one in arm.items()} for arm in arms] for name in NULLS]
        tests = [paired(*pair) for pair in pairs]
        upper = [test.p / 2 if test.difference > 0 else 1 - test.p / 2 for test in tests]
        finds += min(holm(upper)) < LEVEL
    return finds


def drawn(world, gained, random):
    """Return the measures of one trial, its texts and scores drawn from the law and not by the program."""
    decision = world.decision
    told, scores, forms = {}, {}, {}
    for option, facts in zip(decision.candidates, gained, strict=True):
        worse = sum(float(random.choice(fact)) for fact in facts if fact and random.random() < INFLATE)
        told[option.id] = decision.own(option) + worse
        for score, worth in ((scores, told[option.id]), (forms, decision.own(option))):
            score[option.id] = SCALE * worth / most_told(decision) + HUNCH * random.normal()
    at = candidates_of(decision, Pool(told=told, screened=True, given=scores, form=forms))
    pays = {option.id: told.get(option.id, option.base) for option in decision.options}
    regret = decision.regret(max(pays, key=pays.__getitem__))
    return {name: POOLED[name].of(at) for name in NULLS if name in POOLED} | {"regret": regret}


def main():
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument(
        "--studies", type=int, default=0, help="studies in which nothing is planted, in place of worlds"
    )
    arguments = parser.parse_args()
    checks = Checks()
    if arguments.studies:
        finds = nothing(arguments.studies)
        text = f"{finds} of {arguments.studies} studies"
        checks.say("find something where nothing is planted", text, finds <= BAR * arguments.studies)
    else:
        planted(arguments.worlds, checks)
    return checks.status


if __name__ == "__main__":
    sys.exit(main())
