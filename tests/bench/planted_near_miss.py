"""Silence, reclassification and readings of close calls planted in the channel, and found again (E6).

    uv run python tests/bench/planted_near_miss.py [--worlds 200] [--studies 200] [--part planted|studies]

*planted*: the whole program, through the instrument, over 200 worlds at three
hops. With silence s at every hop and grade, a chance m of a milder grade and b
of a blurred fact,

    told at hop n      (1 - s) or 1 - s^2 (a second witness) at the staff, times (1 - s) for each hop after it
    milder at hop n    a / (a + k) of what is told with a clear grade and can grow milder, where at each hop
                       a grows by k m and k shrinks to k (1 - m)(1 - b), for what is changed is not blurred later
    success at hop n   half of 1 - (1 - b)^n of the close calls told, and as many as a warning

Each figure stands beside its 95% interval; that no figure is further off than
chance lets it be is tested for all of them together (normal tests on facts,
Holm's method, .05). The registered hypotheses must be supported, and where both
arms plant the same none may be.

*studies*: 200 studies of 60 worlds each in this process, the channel's sentences
read by its own codebook. How many intervals hold what was planted, capture and
recapture among them, and how many studies find an effect where none is planted.
"""

import json
import math
import random
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from planted_runs import LEVEL, checked, program
from scipy.stats import norm

from chains.fates import ELSEWHERE, LETTERS
from chains.models.channel.channel import Channel, parse_channel
from chains.models.channel.codebook import codebook, lines_of
from chains.models.provider import Occasion
from chains.organisation.cast import hands_of
from chains.organisation.hierarchy import held_below, pyramid
from chains.scoring.facts.grades import UNCLEAR, UNTOLD
from chains.scoring.measures.graded import graded, told
from chains.scoring.reading import Reading
from chains.stats.capture import Lists, share_named
from chains.stats.paired.paired import paired
from chains.stats.paired.shares import share_by_world
from chains.worlds.scenario.near_miss import near_miss

SHAPE = pyramid([1, 1, 1, 4])
ARMS = {"just": (0.1, 0.05, 0.1), "blame": (0.35, 0.25, 0.3)}
"""Silence, milder, blur at each hop."""


def rates(silence, milder, blur):
    """Return the channel's rates; silence and blur don't differ by grade, so that the figures can be told by hand."""
    return f"hide={silence},milder=0/{milder}/{milder},blur={blur}"


def chance_told(world, place, silence, hop):
    """Return the chance that a graded fact is told at a hop."""
    twice = world.facts[place].id in world.shared
    return (1 - silence ** (2 if twice else 1)) * (1 - silence) ** (hop - 1)


def chance_milder(milder, blur, hop):
    """Return the share of what is told with a clear grade that has a milder one, and how much of it all is clear."""
    changed, kept = 0.0, 1.0
    for _ in range(hop):
        changed, kept = changed + kept * milder, kept * (1 - milder) * (1 - blur)
    return changed / (changed + kept), changed + kept


def planted(checks, what, expected, deviation, share):
    """A figure beside what was planted; tested with all others at the end."""
    p = float(2 * norm.sf(abs(share["share"] - expected) / deviation))
    checks.figure(what, share["share"], share["ci"], expected, p)


def whole_program(checks, worlds):
    """The planted figures through the whole program."""
    made = {seed: near_miss(seed, facts=12) for seed in range(1, worlds + 1)}
    models = [f"channel:{rates(*arm)}" for arm in ARMS.values()]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "planted.toml").write_text(
            "\n".join([
                'question = "planted"', f"worlds = {worlds}", "[fixed]", 'scenario = "near_miss"', "decide_only = true",
                "facts = 12", 'hierarchy = "pyramid:1-1-1-4"', 'prompt = "incidents"', "[factors]",
                f"model = {json.dumps([*models, models[0] + ',seed=7'])}", "[hypotheses]",
                f'filed = "filed(model={models[1]}) < filed(model={models[0]})"',
                f'milder = "graded_down(model={models[1]}) > graded_down(model={models[0]})"',
                f'success = "call_success(model={models[1]}) > call_success(model={models[0]})"',
                f'nothing = "graded_down(model={models[0]},seed=7) > graded_down(model={models[0]})"',
            ])
        )  # fmt: skip
        document = program(folder, "run", "planted.toml")
        tested = program(folder, "compare", document["run"], "--by", "model")["hypotheses"]
    by_arm = defaultdict(dict)
    for row in document["grades"]:
        by_arm[row["factors"]["model"]][row["hop"]] = row
    for (name, arm), model in zip(ARMS.items(), models, strict=True):
        silence, milder, blur = arm
        for hop, row in by_arm[model].items():
            places = {
                seed: [at for at, fact in enumerate(world.facts) if world.grading.grade_of(fact) is not None]
                for seed, world in made.items()
            }
            chances = {seed: [chance_told(made[seed], at, silence, hop) for at in of] for seed, of in places.items()}
            expected = sum(sum(of) / len(of) for of in chances.values()) / worlds
            spread = math.sqrt(sum(sum(p * (1 - p) for p in of) / len(of) ** 2 for of in chances.values())) / worlds
            planted(checks, f"told, {name}, hop {hop}", expected, spread, row["told"])
            grown, each = chance_milder(milder, blur, hop)
            half = (1 - (1 - blur) ** hop) / 2
            for figure, p, lie in (("milder", grown, each), ("success", half, 1.0), ("warning", half, 1.0)):
                spread = spread_of(made, p, silence, hop, figure, lie)
                planted(checks, f"{figure}, {name}, hop {hop}", p, spread, row[figure])
        filed, guess = by_arm[model][1]["told"]["share"], by_arm[model][1]["estimated"]
        low, high = guess["ci"]
        checks.that(f"capture and recapture, {name}: {guess['share']:.3f} ({low:.3f} to {high:.3f}), true {filed:.3f}",
                    low <= filed <= high)  # fmt: skip
    for hypothesis in tested:
        wanted = (
            hypothesis["verdict"] != "supported"
            if "seed=7" in hypothesis["text"]
            else hypothesis["verdict"] == "supported"
        )
        checks.that(f"{hypothesis['text']}: {hypothesis['verdict']}", wanted)
    checks.together()


def spread_of(made, p, silence, hop, figure, lie):
    """Return the standard deviation of a mean over worlds of shares of what is told there, for its expected numbers."""
    grading = next(iter(made.values())).grading
    variances = []
    for world in made.values():
        count = 0.0
        for at, fact in enumerate(world.facts):
            grade = grading.grade_of(fact)
            if grade is not None and ((grade > 0) if figure == "milder" else grading.is_close_call(fact)):
                # at the staff each witness's report counts
                witnesses = 1 + (fact.id in world.shared)
                count += lie * (witnesses * (1 - silence) if hop == 1 else chance_told(world, at, silence, hop))
        if count:
            variances.append(p * (1 - p) / max(count, 1.0))
    return math.sqrt(sum(variances)) / len(variances)


def simulated(world, replicate, channel):
    """Return the readings at each hop of a trial, from the channel's own codebook."""
    dealt, said, at = hands_of(world, SHAPE, replicate), {}, defaultdict(list)
    held = held_below(SHAPE, dealt)
    for seat in SHAPE.upward():
        hop = SHAPE.heights[seat.name]
        if seat is SHAPE.executive:
            continue
        below = SHAPE.reports_of(seat.name)
        heard = tuple(said[name] for name in below) or ("\n".join(world.said(one, 0) for one in dealt[seat.name]),)
        occasion = Occasion(
            world=world, replicate=replicate, seat=seat.name, role=seat.role, hop=hop, depth=SHAPE.depth, heard=heard,
            task="report",
        )  # fmt: skip
        said[seat.name] = "\n".join(channel.relayed(occasion))
        at[hop].append(read(world, said[seat.name], held[seat.name], hop))
    return at


def read(world, text, held, hop):
    """Read a message as the codebook has it."""
    states = codebook(world).states
    found = {}
    for line in lines_of(text):
        if (state := states.get(line)) is not None:
            found.setdefault(state.fact, state)
    grades, fates = "", ""
    for fact in world.facts:
        state, true = found.get(fact.id), world.grading.grade_of(fact)
        fates += ELSEWHERE if fact.id not in held else LETTERS[state.fate] if state else "O"
        if state is None or true is None:
            grades += UNTOLD
        elif state.fate == "blurred":
            grades += UNCLEAR
        else:
            slot, _, value = state.variant.partition("=")
            grades += str(world.grading.grades.index(value) if slot == world.grading.slot else true)
    return Reading(hop=hop, fates=fates, invented=0, unfounded=0, words=0, grades=grades, calls=UNTOLD * len(fates))


def studies(checks, count, size):
    """Coverage of the intervals, and effects found where none is planted, in simulated studies."""
    pool = [near_miss(seed, facts=12) for seed in range(1, 201)]
    draw = random.Random(1)  # which worlds a study has
    held, false = defaultdict(int), defaultdict(int)
    silence, milder, blur = ARMS["blame"]
    for study in range(1, count + 1):
        worlds = draw.sample(pool, size)
        arms = [Channel(parse_channel(f"{rates(silence, milder, blur)},seed={2 * study + side}")) for side in (0, 1)]
        told_by, milder_by = [defaultdict(list) for _ in arms], [defaultdict(list) for _ in arms]
        lists, expected = [], []
        for world in worlds:
            places = [at for at, fact in enumerate(world.facts) if world.grading.grade_of(fact) is not None]
            expected.append(sum(chance_told(world, at, silence, 1) for at in places) / len(places))
            for side, channel in enumerate(arms):
                at = simulated(world, study, channel)
                first, last = graded(world, at[1]), graded(world, at[3])
                told_by[side][world.seed].append(first.told)
                if not math.isnan(last.milder):
                    milder_by[side][world.seed].append(last.milder)
                if not side:
                    here = [{p for one in of for p in places if told(one, p)} for of in (at[1][::2], at[1][1::2])]
                    lists.append([Lists(len(here[0]), len(here[1]), len(here[0] & here[1]))])
        truth = sum(expected) / size
        share, down, guess = share_by_world(told_by[0]), share_by_world(milder_by[0]), share_named(lists)
        held["told"] += share.low <= truth <= share.high
        held["milder"] += down.low <= chance_milder(milder, blur, 3)[0] <= down.high
        held["capture and recapture"] += guess.low <= truth <= guess.high
        for name, by in (("filed", told_by), ("graded_down", milder_by)):
            one, other = ({(seed, 1): values[0] for seed, values in side.items()} for side in by)
            false[name] += paired(one, other).p < LEVEL
    checks.studies(held, false, count)


if __name__ == "__main__":
    sys.exit(checked(__doc__, whole_program, studies, size=60))
