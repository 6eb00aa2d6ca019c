"""Five words on planted truth: what ranks, must-nots, crowded charters and owners are made to cost comes out again.

Run it with `python tests/bench/planted_five_words.py [--worlds 200]`; pytest collects a small one of its own
(tests/test_ranks.py). Every world's charter goes down four hops of the synthetic channel with one, three and seven
goals, with and without an owner, three times each; the instrument reads every message and `laws.ranks` estimates the
hazard ratios, once where each is planted and once where none is. The bar: the planted ratio lies in the 95% interval, a
ratio that was planted is told from 1 on the right side, and one that was not is not. Exit 1 if one misses.
"""

import argparse
import asyncio
import sys
from functools import cache

import numpy as np

from chains.models.channel.channel import Channel, parse_channel
from chains.models.provider import Occasion, Request
from chains.organisation.task import TASKS
from chains.scoring.facts.instrument import Instrument
from chains.stats.fit.inference import How
from chains.stats.survival.ranks import RATIOS, Descents, rank_law
from chains.worlds.rules.visible_goals import told
from chains.worlds.scenario.five_words import meant

PLANTED = {"rank": 1.25, "must not": 1.8, "crowd": 1.1, "owner": 0.6}
BASE = "drop=0.06,blur=0.02,alter=0.02,flip=0.02"
NONE = dict.fromkeys(RATIOS, 1.0)
HOPS = 4
REPLICATES = 3


def rates(ratios, seed=0):
    """Return what the channel is to plant: everything is named as its rates are."""
    named = {"rank": "rank", "must not": "must_not", "crowd": "crowd", "owner": "owned"}
    return f"{BASE},seed={seed}," + ",".join(f"{named[name]}={value}" for name, value in ratios.items())


async def descended(world, channel, replicate):
    """Return the order at each hop down."""
    messages = []
    for hop in range(1, HOPS + 1):
        task = "order" if hop == 1 else "relay"
        heard = tuple(messages[-1:])
        occasion = Occasion(
            world, replicate, f"L{hop - 1}", "manager", hop, HOPS, heard, task, by_channel=TASKS[task].channel
        )
        messages.append((await channel.reply(Request(model="channel", messages=(), occasion=occasion))).text)
    return messages


@cache
def instrument_of(charter):
    return Instrument(charter.clauses)


def ways_down(worlds, ratios, seed=0, replicates=REPLICATES, *, paired=False):
    """Return what the instrument reads of every clause's way down, as `rank_law` takes it.

    Args:
        worlds: With all of their goals.
        ratios: What is planted.
        seed: Of the channel.
        replicates: Of each condition.
        paired: Whether the conditions have the channel's draws in common, as those of one run do; else each has its
            own, as those of a model have that answers differently when it is asked something else.
    """
    rows, clauses = [], {}
    arms = [(goals, owner) for goals in (1, 3, 7) for owner in (False, True)]
    for arm, (goals, owner) in enumerate(arms):
        channel = Channel(parse_channel(rates(ratios, seed if paired else seed * len(arms) + arm)))
        for number, whole in enumerate(worlds):
            world = told(whole, goals, owner=owner)
            ranked = [clause.id for clause in world.charter.goals]
            for replicate in range(replicates):
                messages = asyncio.run(descended(world, channel, replicate))
                read = [instrument_of(world.charter).read(message) for message in messages]
                for clause in world.charter.clauses:
                    if clause.owner:
                        continue
                    lost = (hop for hop, one in enumerate(read, 1) if one[clause.id].fate != "kept")
                    rank = 0 if clause.must_not else ranked.index(clause.id)
                    at = clauses.setdefault((number, clause.id, arm), len(clauses))
                    about = (rank, clause.must_not, goals - 1, owner)
                    rows.append((number, at, next(lost, 0), HOPS, *map(float, about)))
    world, clause, miss, depth, *about = zip(*rows, strict=True)
    return Descents(*map(np.array, (world, clause, miss, depth)), about=np.array(about).T)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    worlds, fine = [meant(seed, facts=6) for seed in range(1, arguments.worlds + 1)], True
    for name, ratios in (("planted", PLANTED), ("nothing planted", NONE)):
        found = rank_law(ways_down(worlds, ratios, arguments.seed), How())
        for ratio, true in ratios.items():
            one = found[ratio]
            holds = one.low <= true <= one.high
            told_apart = (one.low > 1 if true > 1 else one.high < 1) if true != 1 else one.low <= 1 <= one.high
            fine &= holds and told_apart
            verdict = "ok" if holds and told_apart else "misses"
            figures = f"planted {true:.2f}  found {one.value:.3f} ({one.low:.3f} to {one.high:.3f})"
            sys.stdout.write(f"{name:16} {ratio:9} {figures}  {verdict}\n")
            sys.stdout.flush()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
