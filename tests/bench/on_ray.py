"""What Ray adds to a run, and what bounds a run on it: `python tests/bench/on_ray.py [--pairs 3] [--trials 300]`.

    joined      lines of shards that are joined to the run's log a second, by one process
    allowed     calls a second for which one keeper gives places and takes them back, through Ray, to one worker
    overhead    wall seconds a trial on Ray with one worker, against one process, in pairs: the same run of the channel
                in two sizes, whose difference leaves out what starting takes

Two cores show what a call costs the keeper and the log, and nothing of how many machines share the work.
"""

import argparse
import asyncio
import json
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
from chains.running.log.log import Log

ROOT = Path(__file__).resolve().parent.parent.parent
SETS = [w for t in ("model=channel:drop=0.1", "depth=4", "prompt=plain", "worlds=10") for w in ("--set", t)]


def ran(folder, replicates, *on):
    """Make a run in a folder; return the wall seconds that it was driven, by its own clock, and its folder."""
    command = [sys.executable, str(ROOT / "cli.py"), "run", *SETS, "--set", f"replicates={replicates}", *on, "--json"]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began, folder / json.loads(done.stdout)["path"]


def joined(run, place):
    """Return the lines of a shard that are joined a second."""
    with Log(place, write=True, file="log.jsonl") as log:
        shard = place / "log-w1.jsonl"
        shard.write_bytes((run / "log.jsonl").read_bytes())
        began = time.perf_counter()
        Joined(log).join(shard)
        return log.index.lines / (time.perf_counter() - began)


class Asker:
    """A worker that only asks for places."""

    async def ask(self, keeper, calls, side_by_side=32):
        began = time.perf_counter()

        async def lane():
            for _ in range(calls // side_by_side):
                await keeper.enter.remote("w1", "here", 1)
                keeper.leave.remote("w1", "here")

        await asyncio.gather(*(lane() for _ in range(side_by_side)))
        return calls / (time.perf_counter() - began)


def allowed(calls=6400):
    """Return the calls a second that a keeper allows."""
    nothing = Allowed(None, None, None, Taken())
    options = {"num_cpus": 0, "max_concurrency": 1000}
    keeper = ray.remote(Keeper).options(**options).remote(nothing, {"here": Speed(32, None, None)}, 1)
    asker = ray.remote(Asker).options(**options).remote()
    ray.get(asker.ask.remote(keeper, 64))
    return ray.get(asker.ask.remote(keeper, calls))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--trials", type=int, default=300)
    arguments = parser.parse_args()
    few = max(1, arguments.trials // 60)
    many = max(few + 1, arguments.trials // 10)
    made = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 2, "object_store_memory": 80 * 2**20, "include_dashboard": False},
    )
    try:
        ray.init(made.address, log_to_driver=False)
        sys.stdout.write(f"a keeper allows {allowed():,.0f} calls/s\n")
        on = ("--on", f"ray:{made.address}", "--workers", "1")
        ratios = []
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for _ in range(arguments.pairs):
                seconds = {
                    (where, size): ran(folder, size, *(on if where else ()))[0]
                    for size in (few, many)
                    for where in (0, 1)
                }
                trial = [(seconds[where, many] - seconds[where, few]) / (many - few) / 10 for where in (0, 1)]
                ratios.append(trial[1] / trial[0])
                sys.stdout.write(f"a trial of 5 steps: {trial[0] * 1e3:.1f} ms here, {trial[1] * 1e3:.1f} ms on Ray\n")
                sys.stdout.flush()
            _, run = ran(folder, many)
            place = folder / "joined"
            place.mkdir()
            sys.stdout.write(f"{joined(run, place):,.0f} lines are joined a second\n")
        told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        sys.stdout.write(
            f"on Ray with one worker, a trial takes {told} times as long; median {statistics.median(ratios):.2f}\n"
        )
    finally:
        ray.shutdown()
        made.shutdown()


if __name__ == "__main__":
    main()
