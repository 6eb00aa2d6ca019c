"""Many trials on the channel, watched: `python tests/bench/soak.py [--trials 20000] [--depth 3]`.

The whole program runs in a process of its own; its memory and open files are read every few seconds. At the end the
log is replayed and shown. Memory may grow by the index of the log and by little else: exits with 1 if it grows by more
than 300 bytes a step once what the instrument keeps of lines and words is full, from the third tenth of the time to the
ninth, or by more than 800 from the first with the results in memory too, if files are left open, if a trial is not
finished, or if the log does not replay. A few hundred trials are all warm-up.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_DRIVING, MOST_AT_THE_END = 300, 800
"""Bytes a step."""
EVERY = 2.0
"""Seconds between two looks."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=20_000)
    parser.add_argument("--depth", type=int, default=3)
    arguments = parser.parse_args()
    steps = arguments.trials * (arguments.depth + 1)
    with tempfile.TemporaryDirectory() as name:
        settings = ["model=channel:drop=0.2,flip=0.05", f"depth={arguments.depth}", "prompt=plain"]
        settings += ["worlds=20", f"replicates={arguments.trials // 20}"]
        words = ["run", "--json", *(word for setting in settings for word in ("--set", setting))]
        began = time.perf_counter()
        out = Path(name, "out")
        with out.open("w") as file:
            process = subprocess.Popen([sys.executable, str(ROOT / "cli.py"), *words], cwd=name, stdout=file)
            looks = watched(process)
        seconds = time.perf_counter() - began
        ran = json.loads(out.read_text())
        timed = {verb: clocked(name, verb) for verb in ("show", "replay")}
    early, warm, driving = (looks[len(looks) * tenth // 10] for tenth in (1, 3, 9))
    late = looks[-1]
    grown, whole = (driving[1] - warm[1]) / (steps * 0.6), (late[1] - early[1]) / (steps * 0.9)
    sys.stdout.write(f"{steps:,} steps in {seconds:.0f} s, {steps / seconds:,.0f} a second\n")
    sys.stdout.write(f"memory {warm[1] / 2**20:.0f} MB after three tenths, {driving[1] / 2**20:.0f} MB after nine: ")
    sys.stdout.write(f"{grown:,.0f} bytes a step (bar {MOST_DRIVING:,})\n")
    sys.stdout.write(f"{late[1] / 2**20:.0f} MB at the end, with the results: {whole:,.0f} (bar {MOST_AT_THE_END:,})\n")
    tenths = [looks[len(looks) * tenth // 10][1] / 2**20 for tenth in range(1, 10)]
    sys.stdout.write(f"memory by tenths of the time, MB: {' '.join(f'{size:.0f}' for size in tenths)}\n")
    sys.stdout.write(f"open files {early[2]} and {late[2]}\n")
    for verb, (status, took) in timed.items():
        sys.stdout.write(f"{verb}: {took:.1f} s, exit {status}\n")
    done = ran["finished"] == ran["trials"] == arguments.trials // 20 * 20
    flat = grown <= MOST_DRIVING and whole <= MOST_AT_THE_END and late[2] <= early[2]
    good = done and flat and not any(status for status, _ in timed.values())
    sys.exit(0 if good else 1)


def watched(process):
    """Return (time, bytes resident, files open) of a process until it ends."""
    looks = []
    while process.poll() is None:
        try:
            pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
            looks.append((time.monotonic(), pages * 4096, len(list(Path(f"/proc/{process.pid}/fd").iterdir()))))
        except (OSError, IndexError):
            break
        time.sleep(EVERY)
    process.wait()
    return looks


def clocked(folder, verb):
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), verb, "--json"], cwd=folder, capture_output=True, check=False
    )
    return ran.returncode, time.perf_counter() - began


if __name__ == "__main__":
    main()
