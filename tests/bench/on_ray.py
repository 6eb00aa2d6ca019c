"""What Ray adds to a run, and what bounds a run on it: `python tests/bench/on_ray.py [--pairs 3] [--trials 300]`.

    joined      lines of shards that are joined to the run's log a second, by one process
    allowed     calls a second for which one keeper gives places and takes them back, through Ray, to two workers, each
                call asked for and in blocks, in turns
    overhead    wall seconds a trial on Ray with one worker, against one process, in pairs, and their ratio; what
                starting takes is left out

Two cores show what a call costs the keeper and the log, and nothing of how many machines share the work.
"""

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

from chains.models.budget import Taken
from chains.running.cluster.keeper import Allowed, Keeper, Speed
from chains.running.cluster.shard_log import Joined
from chains.running.cluster.shared_limits import SharedPace
from chains.running.log.log import Log

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRESS = re.compile(r"([\d]+) of ([\d]+) trials finished")
HERE = Speed(64, None, None)
LANES = 64
SETS = [w for t in ("model=channel:drop=0.1", "depth=4", "prompt=plain", "worlds=10") for w in ("--set", t)]


def ran(folder, replicates, *on):
    """Make a run in a folder; return the wall seconds a trial, by when its progress was told, and the run's folder.

    What is told before a tenth of the trials is left out: starting takes longer than they do.
    """
    command = [sys.executable, str(ROOT / "cli.py"), "run", *SETS, "--set", f"replicates={replicates}", *on, "--json"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    ) as running:
        times = ((PROGRESS.match(line), time.perf_counter()) for line in running.stderr)
        told = [(int(found[1]), at) for found, at in times if found and int(found[1]) * 10 >= int(found[2])]
        out = running.stdout.read()
    (before, began), (done, ended) = told[0], told[-1]
    return (ended - began) / (done - before), folder / json.loads(out)["path"]


def joined(run, place):
    """Return the lines of a shard that are joined a second."""
    with Log(place, write=True, file="log.jsonl") as log:
        shard = place / "log-w1.jsonl"
        shard.write_bytes((run / "log.jsonl").read_bytes())
        began = time.perf_counter()
        Joined(log).join(shard)
        return log.index.lines / (time.perf_counter() - began)


class Asker:
    """A worker that only asks for places, and gives each back after as long as an endpoint takes."""

    async def ask(self, name, keeper, calls, *, blocks, takes):
        pace = SharedPace(name, keeper, "here", HERE)

        async def lane():
            for _ in range(calls // LANES):
                if blocks:
                    async with pace.place(1):
                        await asyncio.sleep(takes)
                else:
                    await keeper.enter.remote(name, "here", 1)
                    await asyncio.sleep(takes)
                    keeper.leave.remote(name, "here")

        await asyncio.gather(*(lane() for _ in range(LANES)))


class Allowing:
    """A keeper, and workers that ask it."""

    def __init__(self, workers):
        nothing = Allowed(None, None, None, Taken())
        options = {"num_cpus": 0, "max_concurrency": 1000}
        self.keeper = ray.remote(Keeper).options(**options).remote(nothing, {"here": HERE}, workers)
        self.askers = [ray.remote(Asker).options(**options).remote() for _ in range(workers)]
        self.rate(64 * workers, blocks=False)

    def rate(self, calls, *, blocks, takes=0.0):
        """Return the calls a second that the keeper allows."""
        began = time.perf_counter()
        each = calls // len(self.askers)
        ray.get(
            [
                asker.ask.remote(f"w{number}", self.keeper, each, blocks=blocks, takes=takes)
                for number, asker in enumerate(self.askers)
            ]
        )
        return calls / (time.perf_counter() - began)


def told_rates(pairs):
    """Measure calls a second, each asked for and in blocks, in turns, and say them."""
    allowing = Allowing(2)
    for takes, what in ((0.0, "nothing"), (0.05, "50 ms")):
        rates = {blocks: [] for blocks in (False, True)}
        for _ in range(pairs):
            for blocks in (False, True):
                rates[blocks].append(allowing.rate(6400 if blocks else 2560, blocks=blocks, takes=takes))
        each, in_blocks = (", ".join(f"{rate:,.0f}" for rate in rates[blocks]) for blocks in (False, True))
        times = statistics.median(new / old for old, new in zip(rates[False], rates[True], strict=True))
        sys.stdout.write(
            f"calls/s that one keeper allows two workers, of calls that take {what}: {each} where each is asked for, "
            f"{in_blocks} in blocks; median ratio {times:.2f}\n"
        )
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--rates", action="store_true", help="measure what the keeper allows, and no more")
    parser.add_argument("--overhead", action="store_true", help="measure what Ray adds to a trial, and no more")
    arguments = parser.parse_args()
    many = max(2, arguments.trials // 10)
    made = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 2, "object_store_memory": 80 * 2**20, "include_dashboard": False},
    )
    try:
        ray.init(made.address, log_to_driver=False)
        if not arguments.overhead:
            told_rates(arguments.pairs)
        if arguments.rates:
            return
        on = ("--on", f"ray:{made.address}", "--workers", "1")
        ratios = []
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for _ in range(arguments.pairs):
                trial = [ran(folder, many, *words)[0] for words in ((), on)]
                ratios.append(trial[1] / trial[0])
                sys.stdout.write(f"a trial of 5 steps: {trial[0] * 1e3:.1f} ms here, {trial[1] * 1e3:.1f} ms on Ray\n")
                sys.stdout.flush()
            _, run = ran(folder, many)
            place = folder / "joined"
            place.mkdir()
            sys.stdout.write(f"{joined(run, place):,.0f} lines are joined a second\n")
        told = ", ".join(f"{ratio:.2f}" for ratio in sorted(ratios))
        sys.stdout.write(
            f"on Ray with one worker, a trial takes {told} times as long; median {statistics.median(ratios):.2f}\n"
        )
    finally:
        ray.shutdown()
        made.shutdown()


if __name__ == "__main__":
    main()
