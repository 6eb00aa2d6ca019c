"""Acceptance that creeps with what was survived, and labels that grow milder, planted and found again (E7).

    uv run python tests/bench/planted_in_family.py [--worlds 200] [--studies 200] [--part planted|studies]

*planted*: the whole program over 200 crafts of eight flights. The channel keeps
its plan with log-odds keen * (L* - L) + creep * (rounds survived that it
remembers), and tells the label one grade milder with a chance m at each hop:

    creep, keenness, shift   what is planted with memory; creep 0 with a memory that holds nothing
    milder at the top        1 - (1 - m)^2 in every round of a chain of two hops, without a change point

and the control in which the flights stand in another order. Every interval must
hold what is planted (Holm's method over all, by the intervals' t), and the
registered hypotheses must be supported with memory and not without a creep.

*studies*: 200 studies of 60 crafts each in this process, the same model drawn
directly. How many intervals hold what was planted; how many studies find a creep
or a change point where none is planted.
"""

import math
import random
import sys
import tempfile

from planted_runs import LEVEL, Found, checked, program, settings
from scipy.stats import t

from chains.stats.creep import Accepted, change_point, creep_of
from chains.worlds.decisions.decision import even_chance, log_odds
from chains.worlds.scenario.in_family import FLIGHTS, in_family, in_family_shuffled

KEEN, CREEP, MILDER = 1.0, 0.5, 0.2
PLANTED = f"channel:keen={KEEN},creep={CREEP},milder=0/{MILDER}"
NOTHING = f"channel:keen={KEEN},milder=0/{MILDER}"


def figure(checks, what, planted, found, worlds):
    """A figure with its interval beside what was planted; tested with all others at the end."""
    low, high = found["ci"]
    error = (high - low) / 2 / t.ppf(0.975, worlds - 1)
    p = float(2 * t.sf(abs(found["value"] - planted) / error, worlds - 1))
    checks.figure(what, found["value"], found["ci"], planted, p)


def whole_program(checks, worlds):
    """The planted figures through the whole program."""
    for scenario, model in (("in_family", PLANTED), ("in_family", NOTHING), ("in_family_shuffled", PLANTED)):
        with tempfile.TemporaryDirectory() as folder:
            words = settings(
                f"worlds={worlds}", "rounds=8", f"scenario={scenario}", f"model={model}", "rule=none",
                "hypotheses.words=relabelled(memory=outcomes) > relabelled(memory=rounds)",
                "hypotheses.luck=accepted(memory=outcomes) > accepted(memory=rounds)",
                "hypotheses.risk=highest_risk(memory=outcomes) > highest_risk(memory=rounds)",
            )  # fmt: skip
            document = program(folder, "run", "in_family", *words)
            tested = program(folder, "compare", document["run"], "--by", "memory")["hypotheses"]
        creeps = model == PLANTED
        for row in document["luck"]:
            memory = row["factors"]["memory"]
            where = f"{scenario}, {memory}{'' if creeps else ', nothing planted'}"
            creep = CREEP if creeps and memory == "outcomes" else 0.0
            for name, planted in (("creep", creep), ("keenness", KEEN), ("shift", creep / KEEN)):
                figure(checks, f"{name}, {where}", planted, row[name], worlds)
            for number in (1, FLIGHTS):
                share = row["milder"][number - 1]
                found = Found(f"milder in round {number}, {where}", share | {"worlds": worlds}, 1 - (1 - MILDER) ** 2)
                checks.figure(found.what, share["share"], share["ci"], found.planted, found.p)
            change = row["milder_changes"]
            checks.that(f"no change point of the labels, {where}: p {change['p']:.3f}", change["p"] >= 0.01)
        for hypothesis in tested:
            supported = hypothesis["verdict"] == "supported"
            checks.that(
                f"{scenario}, {model}: {hypothesis['text']}: {hypothesis['verdict']}",
                supported == (creeps and "relabelled" not in hypothesis["text"]),
            )
    checks.together()


def rounds_drawn(made, draw, creep):
    """Return the rounds of one study, drawn from the model."""
    rows = []
    for craft, flights in enumerate(made):
        survived = 0
        for lead in flights:
            kept = draw.random() < 1 / (1 + math.exp(-(KEEN * lead + creep * survived)))
            rows.append(Accepted(craft, kept, survived, lead))
            survived += kept
    return rows


def leads(scenario, seed):
    """Return by how much each flight of a craft lies on the safe side, in log-odds."""
    decisions = [scenario(seed, facts=3, to_come=FLIGHTS - number).decision for number in range(1, FLIGHTS + 1)]
    return [log_odds(even_chance(decision)) - decision.logit() for decision in decisions]


def studies(checks, count, size):
    """Coverage of the intervals, and effects found where none is planted, in simulated studies."""
    draw = random.Random(1)
    for scenario in (in_family, in_family_shuffled):
        pool = [leads(scenario, seed) for seed in range(1, 201)]
        held = dict.fromkeys(("creep", "keenness", "shift"), 0)
        false = {"creep": 0, "change point": 0}
        for study in range(count):
            made = draw.sample(pool, size)
            found = creep_of(rounds_drawn(made, draw, CREEP))
            for name, planted in (("creep", CREEP), ("keenness", KEEN), ("shift", CREEP / KEEN)):
                figure = getattr(found, name)
                held[name] += figure.low <= planted <= figure.high
            nothing = creep_of(rounds_drawn(made, draw, 0.0)).creep
            false["creep"] += not nothing.low <= 0 <= nothing.high
            labels = [[float(draw.random() < MILDER) for _ in range(FLIGHTS)] for _ in range(size)]
            change = change_point(labels, seed=study)
            false["change point"] += change is not None and change.p < LEVEL
        checks.studies(
            *({f"{name}, {scenario.__name__}": many for name, many in one.items()} for one in (held, false)), count
        )


if __name__ == "__main__":
    sys.exit(checked(__doc__, whole_program, studies, size=60))
