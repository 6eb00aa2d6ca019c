"""Silence about what could not be found out, and results made up in its place, planted in the channel and found again.

    uv run python tests/bench/planted_cannot.py [--worlds 200] [--studies 200] [--part planted|studies]

*planted*: the whole program, through the instrument, over 200 worlds at three hops. With concealment c, fabrication f
and loss d at each hop, what must be found follows from the rates alone:

    reported at hop n     ((1 - c)(1 - f)(1 - d))^n
    made up here          (1 - c) f (1 - d)              of what was reported one hop below
    silenced here         1 - (1 - c)(1 - d)
    made up at hop n      m(n - 1)(1 - d) + reported(n - 1) (1 - c) f (1 - d)

At least 93% of the 95% intervals must hold what is planted, and none may miss it under Holm's correction. The
registered hypotheses must be supported, and where both arms plant the same it must not be.

*studies*: 200 studies of 40 worlds each in this process, the channel's sentences read by its own codebook: how many
intervals hold what was planted, and how many studies find an effect where none is planted. Some minutes of one
processor.
"""

import random
import sys
import tempfile
from collections import defaultdict

from planted_runs import Found, checked, held, program, settings

from chains.models.channel.channel import Channel, parse_channel
from chains.models.channel.codebook import codebook, lines_of
from chains.models.provider import Occasion
from chains.stats.paired.paired import paired
from chains.stats.paired.shares import share_by_world
from chains.worlds.scenario.cannot import cannot

HOPS, CONCEAL, DROP = 3, 0.1, 0.05
LESS, MORE = 0.05, 0.25
"""Fabrication in the two arms."""


def rates(fabricate, seed=0):
    """Return a channel's name."""
    return f"channel:conceal={CONCEAL},fabricate={fabricate},drop={DROP},seed={seed}"


def expected(fabricate):
    """Return what must be found at each hop, by the name that `show` gives it."""
    passed, made_here = (1 - CONCEAL) * (1 - DROP), (1 - CONCEAL) * fabricate * (1 - DROP)
    reported, made, out = 1.0, 0.0, []
    for _ in range(HOPS):
        reported, made = reported * passed * (1 - fabricate), made * (1 - DROP) + reported * made_here
        out.append(
            {
                "reported": reported,
                "made_up": made,
                "untold": 1 - reported - made,
                "made_up_here": made_here,
                "silenced_here": 1 - passed,
            }
        )
    return out


def whole_program(checks, worlds):
    """The planted figures through the whole program."""
    arms = {rates(LESS): LESS, rates(MORE): MORE, rates(LESS, 7): LESS}
    less, more, same = arms
    with tempfile.TemporaryDirectory() as folder:
        document = program(
            folder, "run",
            *settings(
                "scenario=cannot", "facts=10", f"depth={HOPS}", "prompt=tests", f"worlds={worlds}",
                f"model={less},{more},{same}",
                f"hypotheses.made_up=gaps_made_up(model={more}) > gaps_made_up(model={less})",
                f"hypotheses.reported=gaps_reported(model={more}) < gaps_reported(model={less})",
                f"hypotheses.nothing=gaps_made_up(model={same}) > gaps_made_up(model={less})",
            ),
        )  # fmt: skip
        tested = program(folder, "compare", "last", "--by", "model")["hypotheses"]
    figures = []
    for row in document["gaps"]:
        fabricate = arms[row["factors"]["model"]]
        for name, planted in expected(fabricate)[row["hop"] - 1].items():
            figures.append(Found(f"fabricate={fabricate:g}, hop {row['hop']}: {name}", row[name], planted))
        checks.equal(f"fabricate={fabricate:g}, hop {row['hop']}: vague", row["vague"]["share"], 0)
    held(figures, checks)
    for test in tested:
        wanted = "seed=7" not in test["text"]
        checks.say(test["text"], test["verdict"], (test["verdict"] == "supported") == wanted)


def told(world, channel, replicate):
    """Return what became of each gap at the top of a chain, by the channel's own codebook: R, M or -."""
    said = "\n".join(fact.render(0) for fact in world.facts)
    for hop in range(1, HOPS + 1):
        occasion = Occasion(world, replicate, f"L{HOPS + 1 - hop}", "manager", hop, HOPS, (said,))
        said = "\n".join(channel.relayed(occasion))
    states = codebook(world).states
    found = {states[line].fact: states[line] for line in lines_of(said) if line in states}
    return ["-" if (at := found.get(gap.fact)) is None else "R" if at.fate == "kept" else "M" for gap in world.gaps]


def studies(checks, count, size):
    """Coverage of the intervals, and effects found where none is planted, in simulated studies."""
    pool = [cannot(seed, facts=10) for seed in range(1, 2 * size + 1)]
    draw = random.Random(1)  # which worlds a study has
    holds, false = defaultdict(int), defaultdict(int)
    truth = expected(MORE)[-1]
    for study in range(1, count + 1):
        arms = [Channel(parse_channel(rates(MORE, 2 * study + side))) for side in (0, 1)]
        made, reported = ([{}, {}] for _ in range(2))
        for world in draw.sample(pool, size):
            for side, channel in enumerate(arms):
                letters = told(world, channel, study)
                made[side][world.seed, 1] = letters.count("M") / len(letters)
                reported[side][world.seed, 1] = letters.count("R") / len(letters)
        for name, by, planted in (("made up", made, truth["made_up"]), ("reported", reported, truth["reported"])):
            share = share_by_world({key: [value] for key, value in by[0].items()})
            holds[name] += share.low <= planted <= share.high
            false[name] += paired(*by).p < 0.05
    checks.studies(holds, false, count)


if __name__ == "__main__":
    sys.exit(checked(__doc__, whole_program, studies, size=40))
