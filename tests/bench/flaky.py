"""2,000 calls to an endpoint that fails three in ten: `python tests/bench/flaky.py [--trials 250]`.

Busy, broken, silent or cut off, at random. The whole program runs, with the patience that a person has. It must end
with every trial finished, each seat's reply logged once and paid for once, as many calls on our side as on the
endpoint's, no connection left open, and a log that replays. Exits with 1 otherwise.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from served import counts_of, started
from soak import watched

ROOT = Path(__file__).resolve().parent.parent.parent
STEPS = 8
IN_FLIGHT = 32
OTHER_FILES = 16
"""The log, the terminal, the event loop and the like."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=250)
    arguments = parser.parse_args()
    server = [sys.executable, str(ROOT / "tests/endpoint.py"), "--behaviour", "flaky_or_silent", "--latency", "0.02"]
    with tempfile.TemporaryDirectory() as name, started(server) as endpoint:
        url = endpoint.stdout.readline().strip()
        path = Path(name, "flaky.toml")
        path.write_text(
            f'worlds = {arguments.trials}\n[fixed]\nmodel = "echo"\nprompt = "plain"\ndepth = {STEPS - 1}\n'
            f'[models.echo]\nbase_url = "{url}"\nmodel = "echo"\nin_flight = {IN_FLIGHT}\ntimeout = 5\nattempts = 8\n'
            f"[limits]\ncalls = {arguments.trials * STEPS * 4}\n"
        )
        began = time.perf_counter()
        out = Path(name, "out")
        with out.open("w") as file:
            words = [sys.executable, str(ROOT / "cli.py"), "run", str(path), "--json"]
            looks = watched(subprocess.Popen(words, cwd=name, stdout=file))
        ran = json.loads(out.read_text())
        seconds = time.perf_counter() - began
        counted = counts_of(url)
        calls = counted["calls"]
        replayed = json.loads(_cli(name, "replay", "--verify", "--json"))
    checks = {
        "all trials finished": ran["finished"] == ran["trials"] == arguments.trials,
        "both sides count alike": ran["calls"] == calls,
        "every reply is logged once": replayed["steps"] == arguments.trials * STEPS,
        "no reply was paid for twice": counted["answered_twice"] == 0,
        "every reply that came is logged": counted["answered"] == replayed["steps"],
        "no connection is left open": max(files for _, _, files in looks) <= IN_FLIGHT + OTHER_FILES,
        "the log replays": replayed["identical"],
    }
    sys.stdout.write(f"at most {max(files for _, _, files in looks)} files open\n")
    sys.stdout.write(f"{calls} calls for {replayed['steps']} replies in {seconds:.0f} s\n")
    for what, holds in checks.items():
        sys.stdout.write(f"{what}: {'yes' if holds else 'NO'}\n")
    sys.exit(0 if all(checks.values()) else 1)


def _cli(folder, *words):
    command = [sys.executable, str(ROOT / "cli.py"), *words]
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False).stdout


if __name__ == "__main__":
    main()
