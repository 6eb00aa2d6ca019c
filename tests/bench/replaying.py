"""Long logs: `replay` and `show` as whole processes, and what a step of a log takes in memory and on the disk.

    python tests/bench/replaying.py [--steps 100000] [--json]

Two runs are made, one of that many steps and one of a tenth, ten steps a trial: every seat repeats what it heard, no
model is called, and the readings of a world's first trial stand for those of all its replicates, for it is the log that
is measured and not the instrument. Each verb then runs in a process of its own.

Bars: a replay passes 20,000 steps a second, opening the log included (by its own clock; by CPU seconds, in which the
long run differs from the short one, it is printed too, for machines that do something else meanwhile); `show` answers
within 2 s; the memory of a replay grows by no more than 200 bytes a step, which is the index of the log. A line of the
log is as long in the long run as in the short one.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chains.experiments.experiment import DEFAULT
from chains.experiments.overrides import override
from chains.models.provider import Reply
from chains.running.folders import LOG_FILE, new_run_id
from chains.running.log.log import Log
from chains.running.prepare import prepare
from chains.running.record_file import create
from chains.running.reply_source import ReplySource
from chains.running.run_record import Casts
from chains.running.trial import in_turn, run_trial

ROOT = Path(__file__).resolve().parent.parent.parent
DEPTH, WORLDS = 9, 20
FASTEST, LONGEST, MOST_BYTES = 20_000, 2.0, 200


class Copier:
    """A model that costs nothing: it says what it heard."""

    async def reply(self, request):
        return Reply(text="\n\n".join(request.occasion.heard))


async def made(steps):
    """Log a run of about so many steps in the working directory; return its folder."""
    replicates = steps // (DEPTH + 1) // WORLDS
    settings = ["model=channel", "prompt=plain", f"depth={DEPTH}", f"worlds={WORLDS}", f"replicates={replicates}"]
    record = prepare(override(DEFAULT, settings), new_run_id())
    folder, casts, ends = create(record), Casts(record), {}
    with Log(folder, write=True) as log:
        reply_source = ReplySource(log, {"channel": Copier()})
        for trial in record.experiment.trials():
            cast = casts.cast(trial)
            climb = in_turn(cast.plan)
            first = trial.seed not in ends
            end = await run_trial(str(trial), cast, climb, reply_source, read=first)
            ends.setdefault(trial.seed, end)
            log.append(ends[trial.seed].model_copy(update={"trial": str(trial)}))
    return folder


def ran(verb, folder):
    """Run a verb on a run; return its document, with wall and CPU seconds and peak MB of the process."""
    out = Path("out")
    with out.open("w") as file:
        began = time.perf_counter()
        command = [sys.executable, str(ROOT / "cli.py"), verb, str(folder), "--json"]
        process = subprocess.Popen(command, stdout=file)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    if status:
        sys.exit(f"{verb} failed")
    found = json.loads(out.read_text())
    return found, {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}


def measured(steps):
    folder = asyncio.run(made(steps))
    played, replay = ran("replay", folder)
    _, show = ran("show", folder)
    assert played["identical"]
    size = (folder / LOG_FILE).stat().st_size
    return {
        "steps": played["steps"],
        "trials": played["trials"],
        "bytes_a_step": size / played["steps"],
        "steps_a_second": played["steps"] / played["seconds"],
        "replay": replay,
        "show": show,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--json", action="store_true", help="the document alone, on stdout")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        short, long = measured(arguments.steps // 10), measured(arguments.steps)
        os.chdir(ROOT)
    further = long["steps"] - short["steps"]
    grown = {verb: (long[verb]["mb"] - short[verb]["mb"]) * 2**20 / further for verb in ("replay", "show")}
    bars = {
        "steps a second replayed": (long["steps_a_second"], FASTEST, long["steps_a_second"] >= FASTEST),
        "seconds to show": (long["show"]["wall"], LONGEST, long["show"]["wall"] <= LONGEST),
        "bytes of memory a step, replay": (grown["replay"], MOST_BYTES, grown["replay"] <= MOST_BYTES),
    }
    by_cpu = {
        "steps a CPU second, replay": further / (long["replay"]["cpu"] - short["replay"]["cpu"]),
        "steps a CPU second, show": further / (long["show"]["cpu"] - short["show"]["cpu"]),
        "bytes of memory a step, show": grown["show"],
    }
    if arguments.json:
        found = {name: {"found": value, "bar": bar, "met": met} for name, (value, bar, met) in bars.items()}
        sys.stdout.write(json.dumps({"short": short, "long": long, "bars": found, "besides": by_cpu}, indent=2) + "\n")
        return
    for run in (short, long):
        sys.stdout.write(f"{run['steps']:,} steps, {run['trials']:,} trials, {run['bytes_a_step']:,.0f} bytes a step\n")
        for verb in ("replay", "show"):
            words = "  ".join(f"{name} {value:.2f}" for name, value in run[verb].items())
            sys.stdout.write(f"  {verb:<7} {words}\n")
    for name, (value, bar, met) in bars.items():
        sys.stdout.write(f"{name:<32} {value:>10,.1f}  bar {bar:>8,}  {'met' if met else 'MISSED'}\n")
    for name, value in by_cpu.items():
        sys.stdout.write(f"{name:<32} {value:>10,.1f}\n")


if __name__ == "__main__":
    main()
