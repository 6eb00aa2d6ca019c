"""The full loop on the channel: does each part of the regret come out as large as what was planted?

    uv run python tests/bench/planted_full_loop.py --worlds 200

For each world the expected value of every term follows exactly from the
planted rates: the facts that reach the executive are a random subset (all
2^F are summed over), it chooses another option than the best on them with
the rate `misjudge`, each manager passes on another order with the rate
`garble` (a Markov chain over the options), and the worker does another thing
with the rate `disobey`. What the trials came to is compared with that, world
by world; the interval of the difference must have 0 in it.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import numpy as np

from chains.models.channel.channel import Channel, parse_channel
from chains.models.spec import resolve
from chains.organisation.cast import Cast, Part
from chains.organisation.hierarchy import chain, deal
from chains.organisation.planning import plan_of
from chains.organisation.prompts import read_prompt
from chains.running.log.log import Log
from chains.running.reply_source import ReplySource
from chains.running.trial import in_turn, run_trial
from chains.scoring.measures.regret import payoffs
from chains.stats.paired.paired import Paired, paired
from chains.worlds.scenario_registry import world_for

PLANTED = {"drop": 0.12, "misjudge": 0.25, "garble": 0.15, "disobey": 0.2}
"""All four faults at once."""
DEPTH, FACTS = 4, 8


def expected(cast: Cast, rates: Mapping[str, float]) -> dict[str, float]:
    """Return the expected value of each term of the regret in a world, from the planted rates alone."""
    decision = cast.world.decision
    assert decision is not None
    options = [option.id for option in decision.options]
    pays = np.array(list(decision.payoffs().values()))
    survival = (1 - rates.get("drop", 0.0)) ** cast.hierarchy.depth
    best = np.zeros(len(options))  # chance that an option is the best on what is heard
    for kept in product((False, True), repeat=len(decision.weights)):
        share = survival ** sum(kept) * (1 - survival) ** (len(kept) - sum(kept))
        heard = {weight.fact: weight.true for weight, one in zip(decision.weights, kept, strict=True) if one}
        best[options.index(decision.best(heard).id)] += share
    decided = best @ _other(len(options), rates.get("misjudge", 0.0))
    garbled = np.linalg.matrix_power(_other(len(options), rates.get("garble", 0.0)), cast.hierarchy.depth - 1)
    received = decided @ garbled
    done = received @ _other(len(options), rates.get("disobey", 0.0))
    return {
        "information": float(pays.max() - best @ pays),
        "invention": 0.0,
        "judgement": float((best - decided) @ pays),
        "directive": float((decided - received) @ pays),
        "execution": float((received - done) @ pays),
    }


def _other(count: int, rate: float) -> np.ndarray:
    """Return the matrix of choosing another one of `count` options with a rate, each as likely."""
    return np.full((count, count), rate / (count - 1)) + np.eye(count) * (1 - rate - rate / (count - 1))


def cast_of(seed: int, replicate: int) -> Cast:
    """Cast one trial of the whole loop on the channel."""
    world = world_for("go_ahead", seed, FACTS, None)
    hierarchy = chain(DEPTH)
    roles = {"worker": ("worker", ["act"]), "manager": ("manager", ["relay"]), "executive": ("decide", ["order"])}
    return Cast(
        world=world,
        replicate=replicate,
        plan=plan_of(hierarchy, loop=True),
        parts={
            seat.name: Part(
                model="channel",
                prompt=read_prompt(roles[seat.role][0], "plain"),
                words=60,
                tasks={task: read_prompt(task, "plain") for task in roles[seat.role][1]},
            )
            for seat in hierarchy.seats
        },
        dealt=deal([fact.id for fact in world.facts], hierarchy, world.digest, replicate),
        sources={"channel": resolve("channel")},
    )


def trials(
    worlds: int, replicates: int, rates: Mapping[str, float]
) -> Iterator[tuple[tuple[int, int], dict[str, float], dict[str, float]]]:
    """Yield each trial's key, the terms that it came to, and those expected."""
    channel = Channel(parse_channel("channel:" + ",".join(f"{name}={rate}" for name, rate in rates.items())))
    for seed in range(1, worlds + 1):
        planted = expected(cast_of(seed, 1), rates)
        for replicate in range(1, replicates + 1):
            cast = cast_of(seed, replicate)
            with tempfile.TemporaryDirectory() as folder, Log(Path(folder), write=True) as log:
                reply_source = ReplySource(log, {"channel": channel})
                end = asyncio.run(run_trial("c1.w1.r1", cast, in_turn(cast.plan), reply_source))
            outcome = end.outcome
            assert outcome is not None
            assert cast.world.decision is not None
            received, done = ([str(one) for one in choices.values()] for choices in (outcome.received, outcome.done))
            found = payoffs(cast.world.decision, outcome.told, str(outcome.decided), received, done)
            yield (seed, replicate), {term: getattr(found, term) for term in planted}, planted


def recovered(worlds: int, replicates: int, rates: Mapping[str, float] = PLANTED) -> dict[str, Paired]:
    """Return, for each term, what the trials came to (b) against what is expected (a), paired by world."""
    rows = list(trials(worlds, replicates, rates))
    return {
        term: paired({key: planted[term] for key, _, planted in rows}, {key: found[term] for key, found, _ in rows})
        for term in rows[0][2]
    }


def main() -> int:
    """Print each term, planted and found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--replicates", type=int, default=3)
    arguments = parser.parse_args()
    wrong = 0
    for term, found in recovered(arguments.worlds, arguments.replicates).items():
        inside = found.low <= 0 <= found.high
        wrong += not inside
        sys.stdout.write(
            f"{'ok  ' if inside else 'FAIL'} {term:12} planted {found.a:7.2f}  found {found.b:7.2f}  "
            f"difference {found.difference:+6.2f} ({found.low:+.2f} to {found.high:+.2f})\n"
        )
    return wrong


if __name__ == "__main__":
    sys.exit(main())
