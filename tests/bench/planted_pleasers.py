"""Liking for pleasers, planted in the synthetic channel and found again through the whole program (E9).

    uv run python tests/bench/planted_pleasers.py [--worlds 200] [--studies 200] [--part planted|studies]

*planted*: organisations of seven seats over ten generations, through the whole program. Whoever lacks candour leaves
out a bad fact with chance .5; of two reports the better-liked is chosen by a conditional logit in which candour counts
-1 and legibility +1; competence and ethics go together in half of the members. What must come out:

    who rises             -1, +1, 0, 0 where the best-rated rise; 0 for every trait where a random one does
    bad news kept         1 - .5 * (share without candour) at each level, in the first and in the last round
    candour by level, and the parts of the Price equation
                          what 20,000 organisations drawn from the same model have, without the program
    competence and ethics correlated by .5 at every level, first and last
    clones                nothing is selected, nothing moves

All figures must hold together (Holm's method). The registered hypotheses on what is selected are supported
where the best-rated rise and something is liked, and none is where ratings are noise. With promotion by value candour
rises; the dissatisfied are the candid (their signs alone are planted).

*studies*: 200 studies of 60 organisations each, drawn in this process from the same model: how many intervals hold what
is planted, how many find something where nothing is.
"""

import math
import random
import sys
import tempfile
from collections import defaultdict
from functools import cache

from planted_runs import Found, checked, program, settings
from scipy.stats import t

from chains.organisation.hierarchy import pyramid
from chains.scoring.measures.generations import Place, price_of
from chains.stats.choices import Choice, correlation, gradient, mean_by_world

TREE, ROUNDS, PLEASE, BOND = pyramid([1, 2, 4]), 10, 0.5, 0.5
TRAITS = ("candour", "legibility", "competence", "ethics")
LIKED = (-1.0, 1.0, 0.0, 0.0)
MODEL = f"channel:please={PLEASE},frank=-1,legible=1"
NOISE = f"channel:please={PLEASE},frank=0"
FIXED = (
    "scenario=watermelon", "facts=8", "decide_only=false", f"rounds={ROUNDS}", "hierarchy=pyramid:1-2-4",
)  # fmt: skip
RATED, RANDOM = "(promotion=rating)", "(promotion=random)"
REGISTERED = (
    f"hypotheses.value=candour_at_top{RATED} < candour_at_top{RANDOM}",
    f"hypotheses.truth=bad_loss{RATED} < bad_loss{RANDOM}",
    f"hypotheses.exit=candour_of_members{RATED} > candour_of_members{RANDOM}",
)
LEVELS = {seat.name: seat.level for seat in TREE.seats}
WEIGHTS = {seat: 1 / list(LEVELS.values()).count(level) for seat, level in LEVELS.items()}


def member(draw):
    """The traits of somebody new."""
    found = [float(draw.random() < 0.5) for _ in TRAITS]
    if draw.random() < BOND:
        found[3] = found[2]
    return tuple(found)


def organisation(draw, liked, *, at_random=False):
    """Return the generations of one organisation, and who was chosen among whom."""
    count, sets, generations = 0, [], []
    seats = {}
    for seat in LEVELS:
        seats[seat], count = (count, member(draw)), count + 1
    for number in range(ROUNDS):
        generations.append(
            [
                Place(
                    seat, str(who), LEVELS[seat], LEVELS[seat] == 2, WEIGHTS[seat], dict(zip(TRAITS, its, strict=True))
                )
                for seat, (who, its) in seats.items()
            ]
        )
        if number == ROUNDS - 1:
            break
        vacant = "L0"
        while below := TREE.reports_of(vacant):
            liking = [
                sum(b * x for b, x in zip(liked, seats[seat][1], strict=True)) * (not at_random)
                - math.log(-math.log(draw.random()))
                for seat in below
            ]
            up = liking.index(max(liking))
            sets.append(([seats[seat][1] for seat in below], up))
            seats[vacant] = seats[below[up]]
            vacant = below[up]
        seats[vacant], count = (count, member(draw)), count + 1
    return generations, sets


@cache
def expected(liked, count=20_000, *, at_random=False):
    """Return what organisations drawn from the model have: traits by level and round, parts of the Price equation."""
    draw = random.Random(7)
    shares, parts = defaultdict(float), defaultdict(float)
    for _ in range(count):
        generations, _ = organisation(draw, liked, at_random=at_random)
        for name in TRAITS[:2]:
            for number in (0, ROUNDS - 1):
                for place in generations[number]:
                    shares[name, place.level, number] += place.traits[name] * WEIGHTS[place.seat] / count
            found = price_of(generations, lambda place, name=name: place.traits[name])
            for part, value in found._asdict().items():
                parts[name, part] += value / count
    return shares, parts


def figure(checks, what, planted, found, worlds):
    """A figure with its interval beside what was planted; tested with all others at the end."""
    low, high = found["ci"]
    error = (high - low) / 2 / t.ppf(0.975, worlds - 1)
    p = (
        float(2 * t.sf(abs(found["value"] - planted) / error, worlds - 1))
        if error
        else float(found["value"] == planted)
    )
    checks.figure(what, found["value"], found["ci"], planted, p)


def rows_of(folder, worlds, *more):
    """Run the experiment; return the rows of traits by promotion, and the run's name."""
    document = program(folder, "run", "pleasers", *settings(f"worlds={worlds}", *FIXED, f"bond={BOND}", *more))
    return {row["factors"].get("promotion", ""): row for row in document["traits"]}, document["run"]


def hold_row(checks, row, promotion, model, worlds):
    """Hold what is found of one condition against what is planted."""
    rates = promotion == "rating" and model == MODEL
    liked = LIKED if rates else (0.0,) * 4
    where = f"{promotion}{'' if model == MODEL else ', ratings are noise'}"
    for name, planted in zip(TRAITS, liked, strict=True):
        figure(checks, f"who rises by {name}, {where}", planted, row["rises"][name], worlds)
    shares, parts = expected(liked)
    for of in row["levels"]:
        trait, level = of["trait"], of["level"]
        for number in (0, ROUNDS - 1):
            planted = shares.get((trait, level, number))
            if trait == "bad news kept" and (level == 2 or number == 0):  # else what is heard goes with who hears it
                planted = 1 - PLEASE * (1 - shares["candour", level, number])
            if planted is not None:
                what = f"{trait} at L{level} in round {number + 1}, {where}"
                found = Found(what, of["by_round"][number], planted)
                checks.figure(what, found.share["share"], found.share["ci"], planted, found.p)
    for one in row["price"]:
        if one["trait"] in TRAITS[:2]:
            for part in ("rising", "leaving", "arriving"):
                planted = parts[one["trait"], part]
                figure(checks, f"Price, {one['trait']}, {part}, {where}", planted, one[part], worlds)
    for one in row["together"]:
        what = f"competence with ethics at L{one['level']} in round {one['round']}, {where}"
        figure(checks, what, BOND, one, worlds)
    checks.that(
        f"spread of candour at the top, {where}: {row['spread']['candour']:.3f}, drift {row['drift']:.3f}",
        rates or abs(row["spread"]["candour"] / row["drift"] - 1) < 3 / math.sqrt(2 * worlds),
    )


def whole_program(checks, worlds):
    """The planted figures through the whole program."""
    for model in (MODEL, NOISE):
        with tempfile.TemporaryDirectory() as folder:
            found, run = rows_of(
                folder, worlds, f"model={model}", "promotion=rating,random", "leaving=none", *REGISTERED
            )
            tested = program(folder, "compare", run, "--by", "promotion")["hypotheses"]
        for promotion, row in found.items():
            if model == NOISE and promotion == "random":
                continue  # as before: there ratings count for nothing
            hold_row(checks, row, promotion, model, worlds)
        for hypothesis in tested:
            supported = hypothesis["verdict"] == "supported"
            text = f"{model}: {hypothesis['text']}: {hypothesis['verdict']}"
            checks.that(text, not supported if model == NOISE else supported or "_selected" not in hypothesis["text"])
    with tempfile.TemporaryDirectory() as folder:
        (row,) = rows_of(
            folder, worlds // 8, f"model={MODEL}", "promotion=rating", "leaving=none", "cloned=true", "hypotheses=none"
        )[0].values()
        moved = [part["value"] for one in row["price"] if one["trait"] in TRAITS for part in list(one.values())[1:]]
        checks.that("clones: nothing is selected, nothing moves", not row["rises"] and not any(moved))
    with tempfile.TemporaryDirectory() as folder:
        more = (f"model={MODEL}", "promotion=value", "leaving=dissatisfied", "hypotheses=none")
        (row,) = rows_of(folder, worlds // 4, *more)[0].values()
    checks.above("by value, candour rises", row["rises"]["candour"]["value"], row["rises"]["candour"]["ci"], 0)
    checks.above("candour makes dissatisfied", row["leaves"]["candour"]["value"], row["leaves"]["candour"]["ci"], 0)
    checks.together()


def studies(checks, count, size):
    """Coverage of the intervals, and effects found where none is planted, in simulated studies."""
    draw = random.Random(1)
    _, parts = expected(LIKED)
    held, false = defaultdict(int), defaultdict(int)
    for _ in range(count):
        made = [organisation(draw, LIKED) for _ in range(size)]
        found = gradient([Choice(at, *one) for at, (_, sets) in enumerate(made) for one in sets])
        for name, one, planted in zip(TRAITS, found, LIKED, strict=True):
            (held if planted else false)[f"who rises by {name}"] += (one.low <= planted <= one.high) == bool(planted)
        rising = mean_by_world(rising_of(made))
        held["rising of candour"] += rising.low <= parts["candour", "rising"] <= rising.high
        together = correlation(
            {
                at: [(p.traits["competence"], p.traits["ethics"]) for p in one[-1] if p.level]
                for at, (one, _) in enumerate(made)
            }
        )
        held["competence with ethics"] += together.low <= BOND <= together.high
        nothing = mean_by_world(rising_of([organisation(draw, LIKED, at_random=True) for _ in range(size)]))
        false["rising of candour, at random"] += not nothing.low <= 0 <= nothing.high
    checks.studies(held, false, count)


def rising_of(made):
    """The part of the Price equation that rising adds for candour, by organisation."""
    return {at: [price_of(one, lambda place: place.traits["candour"]).rising] for at, (one, _) in enumerate(made)}


if __name__ == "__main__":
    sys.exit(checked(__doc__, whole_program, studies, size=60))
