"""A budget of 1,000 calls, then of 2,000, then none: `python tests/bench/limits.py [--calls 1000] [--in-flight 32]`.

The whole program runs against a fast endpoint in a process of its own. The first run must stop at its limit, having
sent no more than that and what was in flight; the second, killed halfway, and the third go on from there; the last
finishes. Both sides must count alike, and no reply may be paid for twice but those that the kill lost. Exits with 1
otherwise.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from served import counts_of, started

ROOT = Path(__file__).resolve().parent.parent.parent
STEPS = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1000, help="the first limit; twice as many for the second")
    parser.add_argument("--in-flight", type=int, default=32)
    arguments = parser.parse_args()
    calls, in_flight = arguments.calls, arguments.in_flight
    trials = calls * 5 // 2 // STEPS
    server = [sys.executable, str(ROOT / "tests/endpoint.py"), "--behaviour", "copies"]
    with tempfile.TemporaryDirectory() as name, started(server) as endpoint:
        url = endpoint.stdout.readline().strip()
        path = Path(name, "limits.toml")
        path.write_text(
            f'worlds = {trials}\n[fixed]\nmodel = "echo"\nprompt = "plain"\ndepth = {STEPS - 1}\n'
            f'[models.echo]\nbase_url = "{url}"\nmodel = "echo"\nin_flight = {in_flight}\n[limits]\ncalls = {calls}\n'
        )
        began = time.perf_counter()
        first = cli(name, "run", str(path))
        at_first = counts_of(url)
        killed = subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), "resume", "--set", f"limits.calls={2 * calls}"],
            cwd=name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while counts_of(url)["calls"] < calls * 3 // 2:
            time.sleep(0.01)
        killed.kill()
        killed.wait()
        second = cli(name, "resume", "--set", f"limits.calls={2 * calls}")
        at_second = counts_of(url)
        last = cli(name, "resume", "--set", f"limits.calls={10 * calls}")
        at_last = counts_of(url)
        replayed = cli(name, "replay", "--verify")
        seconds = time.perf_counter() - began
    lost = at_last["calls"] - last["calls"]
    checks = {
        f"stops at {calls:,}, and at most {in_flight} more": calls <= at_first["calls"] <= calls + in_flight,
        "counts them as the endpoint does": first["calls"] == at_first["calls"],
        "says why": "stopped" in first and first["failed"] == 0,
        f"goes on to {2 * calls:,} after a kill, and at most {in_flight} more": second["calls"] == 2 * calls
        and 2 * calls <= at_second["calls"] <= 2 * calls + in_flight,
        "finishes": last["finished"] == last["trials"] == trials,
        f"pays twice for at most the {in_flight} that the kill lost": 0 <= lost <= in_flight
        and at_last["answered_twice"] <= lost,
        "replays": replayed["identical"] and replayed["steps"] == trials * STEPS,
    }
    sys.stdout.write(f"{at_first['calls']:,}, {at_second['calls']:,} and {at_last['calls']:,} calls came, ")
    sys.stdout.write(f"{lost} of them for replies that the kill lost; {seconds:.0f} s\n")
    for what, holds in checks.items():
        sys.stdout.write(f"{what}: {'yes' if holds else 'NO'}\n")
    sys.exit(0 if all(checks.values()) else 1)


def cli(folder, *words):
    """Run the program to its end; return its document."""
    command = [sys.executable, str(ROOT / "cli.py"), *words, "--json"]
    ran = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return json.loads(ran.stdout)


if __name__ == "__main__":
    main()
