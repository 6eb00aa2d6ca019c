"""Our runs against an endpoint, beside the least that they can cost and beside inspect-ai.

    uv run python tests/bench/race [--rounds 3] [--without-inspect] [--profile] [--json]

Each racer takes the same chains (200 of 8 calls, 32 in flight) through the same mock endpoint, which answers after
50 ms and runs in a process of its own; whole processes are timed, start-up and all, one after another in each round.
A first round is not counted: it compiles each racer's modules.

    bare        one AsyncOpenAI client on aiohttp, a line of JSON a call, nothing else
    graphed     the same calls as nodes of a compiled LangGraph graph, no saver: the least that LangGraph costs
    mazedom     `cli.py run`, with prompts, log, graph, instrument and results
    inspect     inspect-ai, a sample a chain, in an environment of its own (uv fetches it once)

Memory is that of the largest process of a racer. `--profile` says what mazedom's processes have together, and what its
CPU seconds go into, by what other whole processes take: imports, the bare calls, the
nodes of LangGraph, reading (a replay that reads every message again less one that does not), and what is left.

Wall seconds, CPU seconds and peak memory are medians over the rounds; ratios are medians of the ratios within a
round, so that a busy machine does not decide. Bars: mazedom within 1.35 of bare, at most a third of inspect's wall
and CPU seconds, under 120 MB, and 32 really in flight.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
INSPECT = "inspect-ai==0.3.285"
CLIENT = "openai[aiohttp]==3.54.0"


BYTECODE = tempfile.TemporaryDirectory()
"""Compiled modules of all racers: an installed program has its own, and does not compile them at every start."""


def timed(command, folder):
    """Run a whole process; return its wall and CPU seconds and its peak memory in MB."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = BYTECODE.name
    with tempfile.TemporaryFile("w+") as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, env=environment)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        out.seek(0)
        if status:
            sys.exit(f"{command[-1]} failed:\n{out.read()[-2000:]}")
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}


def together(command, folder):
    """Run a whole process; return the most memory in MB that it and its children ever had, shared pages once."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        most = 0
        while process.poll() is None:
            most = max(most, sum(map(_share, _family(process.pid))))
            time.sleep(0.1)
    return most / 1024


def _family(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [pid, *(one for child in children.read_text().split() for one in _family(int(child)))]
    except OSError:
        return []


def _share(pid):
    """Return the proportional share of memory of a process, in KB: of a page that two have in common, a half."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


class Endpoint:
    """The mock, afresh for each racer."""

    def __init__(self, latency):
        command = [sys.executable, str(ROOT / "tests/endpoint.py"), "--behaviour", "copies", "--latency", str(latency)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait()

    def counted(self):
        with urllib.request.urlopen(self.url.removesuffix("/v1") + "/calls") as answer:  # noqa: S310
            return json.load(answer)


def experiment(url, arguments, folder):
    path = folder / "race.toml"
    path.write_text(
        f'worlds = {arguments.chains}\n[fixed]\nmodel = "echo"\nprompt = "plain"\ndepth = {arguments.steps - 1}\n'
        f'[models.echo]\nbase_url = "{url}"\nmodel = "echo"\nin_flight = {arguments.in_flight}\n'
        f"[limits]\ncalls = {arguments.chains * arguments.steps * 2}\n"
    )
    return path


def command_of(racer, url, arguments, folder, inspect_python):
    size = [str(arguments.chains), str(arguments.steps), str(arguments.in_flight)]
    match racer:
        case "bare" | "graphed":
            return [sys.executable, str(HERE / f"{racer}.py"), url, *size, str(folder / "log.jsonl")]
        case "mazedom":
            return [sys.executable, str(ROOT / "cli.py"), "run", str(experiment(url, arguments, folder)), "--json"]
        case _:
            return [inspect_python, str(HERE / "inspected.py"), url, *size, str(folder / "logs")]


def one(racer, arguments, inspect_python):
    with tempfile.TemporaryDirectory() as name, Endpoint(arguments.latency) as endpoint:
        folder = Path(name)
        found = timed(command_of(racer, endpoint.url, arguments, folder, inspect_python), folder)
        counted = endpoint.counted()
    wanted = arguments.chains * arguments.steps
    if counted["calls"] != wanted:
        sys.exit(f"{racer} made {counted['calls']} calls and not {wanted}")
    return found | {"in_flight": counted["most_in_flight"]}


IMPORTS = {
    "imports of openai": "import openai; openai.AsyncOpenAI, openai.DefaultAioHttpClient",
    "imports of LangGraph": "import langgraph.graph",
    "imports of mazedom": "import chains.terminal.verbs.run, chains.models.endpoint",
}
"""What is imported, each on top of those before it."""


def profile(arguments, cpu):
    """Return what mazedom's CPU seconds go into, given those of the racers, and its memory with that of its reader."""
    with tempfile.TemporaryDirectory() as name, Endpoint(arguments.latency) as endpoint:
        folder = Path(name)
        ours = timed(command_of("mazedom", endpoint.url, arguments, folder, None), folder)["cpu"]
        again = [sys.executable, str(ROOT / "cli.py"), "replay", "last"]
        reading = timed([*again, "--verify"], folder)["cpu"] - timed(again, folder)["cpu"]
    parts, before, lines = {}, 0.0, [f"import gc, sys; gc.disable(); sys.path.insert(0, {str(ROOT)!r})"]
    for what, line in IMPORTS.items():
        lines.append(line)
        command = [sys.executable, "-c", "; ".join([*lines, "gc.freeze()"])]
        took = statistics.median(timed(command, HERE)["cpu"] for _ in range(3))
        parts[what], before = took - before, took
    openai, langgraph, _ = parts.values()
    parts |= {
        "calls, bare": cpu["bare"] - openai,
        "LangGraph's nodes": cpu["graphed"] - cpu["bare"] - langgraph,
        "reading": reading,
    }
    parts["the rest"] = ours - sum(parts.values())
    with tempfile.TemporaryDirectory() as name, Endpoint(arguments.latency) as endpoint:
        folder = Path(name)
        return parts, together(command_of("mazedom", endpoint.url, arguments, folder, None), folder)


def environment(folder):
    """Make an environment that has inspect-ai, and return its Python; uv keeps what it fetched."""
    for command in (
        ["uv", "venv", "--quiet", folder],
        ["uv", "pip", "install", "--quiet", "--python", f"{folder}/bin/python", INSPECT, CLIENT],
    ):
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            sys.exit(f"uv can't make an environment with {INSPECT}:\n{made.stderr}")
    return f"{folder}/bin/python"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chains", type=int, default=200)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--without-inspect", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    racers = ["bare", "graphed", "mazedom"] + ["inspect"] * (not arguments.without_inspect)
    folder = tempfile.TemporaryDirectory()
    inspect_python = None if arguments.without_inspect else environment(folder.name)
    rounds = []
    for racer in racers:
        one(racer, argparse.Namespace(**vars(arguments) | {"chains": 4}), inspect_python)
    for number in range(arguments.rounds):
        rounds.append({racer: one(racer, arguments, inspect_python) for racer in racers})
        for racer, found in rounds[-1].items():
            words = "  ".join(f"{name} {value:7.2f}" for name, value in found.items())
            sys.stderr.write(f"round {number + 1}  {racer:8} {words}\n")

    def median(racer, name):
        return statistics.median(found[racer][name] for found in rounds)

    def ratio(name, racer):
        return statistics.median(found["mazedom"][name] / found[racer][name] for found in rounds)

    result = {racer: {name: round(median(racer, name), 3) for name in rounds[0][racer]} for racer in racers}
    bars = {"wall over bare": (ratio("wall", "bare"), 1.35), "peak MB": (median("mazedom", "mb"), 120)}
    if not arguments.without_inspect:
        bars |= {f"{name} over inspect": (ratio(name, "inspect"), 1 / 3) for name in ("wall", "cpu")}
    in_flight = median("mazedom", "in_flight")
    cpu = {racer: row["cpu"] for racer, row in result.items()}
    parts, memory = profile(arguments, cpu) if arguments.profile else ({}, None)
    if arguments.json:
        found = {name: {"found": value, "bar": bar} for name, (value, bar) in bars.items()}
        sys.stdout.write(json.dumps({"racers": result, "bars": found, "profile": parts, "all_mb": memory}) + "\n")
        return
    lines = [
        f"{racer:8} " + "  ".join(f"{name} {value:8.2f}" for name, value in row.items())
        for racer, row in result.items()
    ]
    lines += [f"{name:18} {value:7.2f}  bar {bar:6.2f}  {_met(value <= bar)}" for name, (value, bar) in bars.items()]
    lines.append(
        f"{'in flight':18} {in_flight:7.0f}  bar {arguments.in_flight:6}  {_met(in_flight == arguments.in_flight)}"
    )
    lines += [f"{what:22} {seconds:6.2f} s of CPU" for what, seconds in parts.items()]
    if memory is not None:
        lines.append(f"mazedom and its reader together, shared pages once: {memory:.0f} MB")
    sys.stdout.write("\n".join(lines) + "\n")


def _met(met):
    return "met" if met else "MISSED"


if __name__ == "__main__":
    main()
