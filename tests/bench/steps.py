"""What a step costs us: run it with `python tests/bench/steps.py [--json]`; pytest does not collect it.

In one process, interleaved round by round, a chain of each depth is climbed

    empty       by LangGraph alone, every node returning a constant
    spine       by our seats and log, the model a constant: prompts, requests, digests, log lines
    channel     the same, the model a channel that relays eight facts word for word
    trial       the same as a whole trial: with the instrument reading every message
    replayed    from the log, one seat after another, without the instrument
    verified    from the log, as a whole trial

and each figure is the median over the rounds, in microseconds of CPU time a step
(one process works and waits for nobody, so that a busy machine decides less). Our own
cost is what a row has over *empty*. It must not grow with depth: the ratio of
the deepest chain to the shallowest is printed, and for *channel* and *trial* 1.2
is the most we allow (*spine* is so short that noise alone moves it by a tenth).
The channel loses nothing here, so that deep messages are as long as shallow ones; nor does it
reword any, so that *trial* holds the reading of one message, and looking that up at each hop.
The bytes of a line of the log are printed too: they may not grow with depth either.
"""

import argparse
import asyncio
import gc
import json
import statistics
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from chains.models.channel.channel import Channel, parse_channel
from chains.models.provider import Reply
from chains.models.spec import resolve
from chains.organisation.cast import Cast, Part
from chains.organisation.hierarchy import chain, deal
from chains.organisation.planning import plan_of
from chains.organisation.prompts import read_prompt
from chains.running.langgraph_wiring import climber, wire
from chains.running.log.log import Log
from chains.running.reply_source import ReplySource
from chains.running.trial import _SeatedCrew, in_turn, run_trial
from chains.worlds.scenario_registry import world_for

MOST = 1.2
"""The ratio of our own cost a step, deepest to shallowest, that still counts as flat."""
ROWS = ("empty", "spine", "channel", "trial", "replayed", "verified")
TRIAL = "c1.w1.r1"


class Constant:
    """A model that costs nothing: it says what it was told to."""

    def __init__(self, text):
        self._reply = Reply(text=text)

    async def reply(self, request):
        return self._reply


class Chain:
    """One depth, made ready: its graph compiled, its cast made."""

    def __init__(self, depth):
        self.depth, self.hierarchy = depth, chain(depth)
        self.steps = len(self.hierarchy.seats)
        self.world = world_for("watermelon", 1, 8, None)
        prompts = {role: read_prompt(role, "plain") for role in ("worker", "manager", "executive")}
        self.cast = Cast(
            world=self.world,
            replicate=1,
            plan=plan_of(self.hierarchy),
            parts={
                seat.name: Part(model="channel", prompt=prompts[seat.role], words=60) for seat in self.hierarchy.seats
            },
            dealt=deal([fact.id for fact in self.world.facts], self.hierarchy, self.world.digest, 1),
            sources={"channel": resolve("channel")},
        )
        self.up = climber(wire(self.cast.plan), self.cast.plan)
        self.constant = Constant(self.cast.notes(self.hierarchy.workers[0].name))
        self.channel = Channel(parse_channel("paraphrase=0"))

    async def empty(self):
        async def speak(seat, said):
            return ""

        return await _timed(self.up(speak))

    async def climbed(self, log, provider, climb=None):
        """Climb with seats and log, and leave the messages unread."""
        reply_source = ReplySource(log, None if provider is None else {"channel": provider})
        crew = _SeatedCrew(TRIAL, self.cast, reply_source, {})
        return await _timed((climb or self.up)(crew.speak))

    async def whole(self, log, provider, climb=None):
        reply_source = ReplySource(log, None if provider is None else {"channel": provider})
        return await _timed(run_trial(TRIAL, self.cast, climb or self.up, reply_source))

    async def round(self):
        """Return the seconds of every row, once."""
        seconds = {"empty": await self.empty()}
        with _log() as log:
            seconds["spine"] = await self.climbed(log, self.constant)
        with _log() as log:
            seconds["channel"] = await self.climbed(log, self.channel)
        with _log() as log:
            seconds["trial"] = await self.whole(log, self.channel)
            seconds["replayed"] = await self.climbed(log, None, in_turn(self.cast.plan))
            seconds["verified"] = await self.whole(log, None, in_turn(self.cast.plan))
        return {row: seconds[row] / self.steps * 1e6 for row in ROWS}

    async def memory(self):
        """Return the bytes a step that a finished trial leaves behind, and that it takes at its peak."""
        with _log() as log:
            gc.collect()
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            await self.whole(log, self.channel)
            gc.collect()
            left, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            logged = log.path.stat().st_size
        return (left - before) / self.steps, (peak - before) / self.steps, logged / self.steps


async def _timed(work):
    gc.collect()
    began = time.process_time()
    await work
    return time.process_time() - began


class _log:  # noqa: N801  used as a function
    """An empty log in a folder of its own."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self._log = Log(Path(self._folder.name), write=True)
        return self._log

    def __exit__(self, *error):
        self._log.__exit__(*error)
        self._folder.cleanup()


async def measured(depths, rounds):
    """Return medians by depth and row; the first round warms up and is thrown away."""
    chains = [Chain(depth) for depth in depths]
    found = {depth: [] for depth in depths}
    for number in range(rounds + 1):
        for one in chains:
            # A shallow chain is climbed more often, so that both are measured over about as long.
            repeats = max(1, min(10, depths[-1] // one.depth)) if number else 1
            for _ in range(repeats):
                row = await one.round()
                if number:
                    found[one.depth].append(row)
    medians = {
        depth: {row: statistics.median(each[row] for each in all_rounds) for row in ROWS}
        for depth, all_rounds in found.items()
    }
    for one in chains:
        left, peak, logged = await one.memory()
        medians[one.depth] |= {"bytes_left": left, "bytes_at_peak": peak, "bytes_logged": logged}
    return medians


def document(medians, rounds):
    shallow, deep = min(medians), max(medians)

    def own(row, depth):
        return medians[depth][row] - medians[depth]["empty"]

    ratios = {row: own(row, deep) / own(row, shallow) for row in ("spine", "channel", "trial")}
    return {
        "rounds": rounds,
        "microseconds_a_step": {
            str(depth): {name: round(value, 1) for name, value in rows.items()} for depth, rows in medians.items()
        },
        "own_microseconds_a_step": {
            str(depth): {row: round(own(row, depth), 1) for row in ("spine", "channel", "trial")} for depth in medians
        },
        "ratio": {row: round(value, 3) for row, value in ratios.items()},
        "flat": all(ratios[row] <= MOST for row in ("channel", "trial")),
        "replayed_steps_a_second": {str(depth): round(1e6 / rows["replayed"]) for depth, rows in medians.items()},
        "verified_steps_a_second": {str(depth): round(1e6 / rows["verified"]) for depth, rows in medians.items()},
    }


def table(found):
    depths = list(found["microseconds_a_step"])
    lines = ["".join([f"{'us a step':<22}", *(f"{'depth ' + depth:>14}" for depth in depths), f"{'ratio':>10}"])]
    for row in ROWS:
        values = [found["microseconds_a_step"][depth][row] for depth in depths]
        lines.append("".join([f"{row:<22}", *(f"{value:>14.1f}" for value in values)]))
    for row, ratio in found["ratio"].items():
        values = [found["own_microseconds_a_step"][depth][row] for depth in depths]
        lines.append("".join([f"{row + ' - empty':<22}", *(f"{value:>14.1f}" for value in values), f"{ratio:>10.2f}"]))
    for name in ("bytes_left", "bytes_at_peak", "bytes_logged"):
        values = [found["microseconds_a_step"][depth][name] for depth in depths]
        lines.append("".join([f"{name + ' a step':<22}", *(f"{value:>14.0f}" for value in values)]))
    for row in ("replayed", "verified"):
        values = [found[f"{row}_steps_a_second"][depth] for depth in depths]
        lines.append(f"{row + ' steps/s':<22}" + "".join(f"{value:>14,}" for value in values))
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depths", default="8,64,512,1024", help="from shallow to deep")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="the document alone, on stdout")
    arguments = parser.parse_args()
    depths = [int(depth) for depth in arguments.depths.split(",")]
    found = document(asyncio.run(measured(depths, arguments.rounds)), arguments.rounds)
    sys.stdout.write(json.dumps(found, indent=2) + "\n" if arguments.json else table(found) + "\n")
    return 0 if found["flat"] else 1


if __name__ == "__main__":
    sys.exit(main())
