"""Long runs read: `show`, `compare`, `law`, `export` and `merge` as whole processes, in memory and time.

    python tests/bench/reading.py [--steps 1000000] [--verbs show compare law export] [--keep DIR]

A run of the channel with losses is driven, two conditions by fifty worlds, and its trials are copied under the names of
further replicates until there are so many steps: it is the reading that is measured, and driving a million steps takes
longer than reading them. The digest of each copied reply is changed, so that no replicate counts as a copy of another.
Each verb then runs in a process of its own. The bar: none takes more than a GiB.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chains.running.folders import LOG_FILE
from chains.running.log.seals import sealed, unsealed
from chains.running.record_file import read_record, write_record

ROOT = Path(__file__).resolve().parent.parent.parent
DRIVEN, WORLDS, STEPS = 2, 50, 8 + 20
"""Replicates that are driven; worlds; steps of a trial of each condition together."""
MOST_MB = 1024
TRIAL = re.compile(rb'"trial":"(c\d+\.w\d+)\.r(\d+)"')
DIGEST = re.compile(rb'"reply_digest":"([0-9a-f]{64})"')
VERBS = {
    "show": ("show", "{run}"),
    "compare": ("compare", "{run}", "--by", "depth"),
    "law": ("law", "{run}"),
    "export": ("export", "{run}", "--to", "tables"),
    "replay": ("replay", "{run}"),
}


def made(steps):
    """Make the run in the working directory; return its folder."""
    sets = ["model=channel:drop=0.02,invert=0.005", "depth=7,19", "prompt=plain", f"worlds={WORLDS}"]
    words = [word for text in (*sets, f"replicates={DRIVEN}") for word in ("--set", text)]
    subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "run", *words, "--json"], stdout=subprocess.DEVNULL, check=True
    )
    folder = next(Path("runs").glob("*/*/run.json")).parent
    record = read_record(folder)
    times = -(-steps // (STEPS * WORLDS * DRIVEN))
    lines = [unsealed(line) for line in (folder / LOG_FILE).read_bytes().splitlines()]
    number = 0
    with (folder / LOG_FILE).open("wb") as log:
        for copy in range(times):
            for line in lines:
                if copy and b'"kind":"note"' in line[:40]:
                    continue
                number += 1
                log.write(sealed(copied(line, copy) + b"\n", number))
    experiment = record.experiment.model_copy(update={"replicates": DRIVEN * times})
    trials = 2 * WORLDS * DRIVEN * times
    held = {"steps": STEPS * WORLDS * DRIVEN * times, "finished": trials}
    write_record(record.model_copy(update={"experiment": experiment, "held": held}), folder)
    return folder, held["steps"], trials


def copied(line, copy):
    """Return a line under the name of another replicate, with other digests of replies."""
    if not copy:
        return line
    line = TRIAL.sub(lambda found: b'"trial":"%s.r%d"' % (found[1], int(found[2]) + DRIVEN * copy), line, count=1)
    other = hashlib.sha256(str(copy).encode()).hexdigest()[:8].encode()
    return DIGEST.sub(lambda found: b'"reply_digest":"%s%s"' % (other, found[1][8:]), line, count=1)


def ran(verb, folder):
    """Run a verb on a run; return wall and CPU seconds and peak MB of its process."""
    shutil.rmtree("tables", ignore_errors=True)
    words = [word.replace("{run}", str(folder)) for word in VERBS[verb]]
    with Path(f"{verb}.out").open("w") as out, Path(f"{verb}.err").open("w") as err:
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, str(ROOT / "cli.py"), *words], stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
    return status, time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--verbs", nargs="*", choices=list(VERBS), default=list(VERBS)[:-1])
    parser.add_argument("--keep", help="make the run in this folder, or take the one that is there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        kept = Path(arguments.keep or place)
        kept.mkdir(exist_ok=True, parents=True)
        os.chdir(kept)
        there = next(Path("runs").glob("*/*/run.json"), None)
        if there is None:
            folder, steps, trials = made(arguments.steps)
        else:
            folder, held = there.parent, read_record(there.parent).held
            steps, trials = held["steps"], held["finished"]
        size = (folder / LOG_FILE).stat().st_size
        sys.stdout.write(f"{steps:,} steps, {trials:,} trials, {size / 1e6:,.0f} MB of log\n")
        worst = 0.0
        for verb in arguments.verbs:
            status, wall, cpu, mb = ran(verb, folder)
            worst = max(worst, mb if not status else float("inf"))
            failed = " FAILED" if status else ""
            sys.stdout.write(f"{verb:8} {wall:7.1f} s  {cpu:7.1f} s of CPU  {mb:6.0f} MB{failed}\n")
            sys.stdout.flush()
    sys.stdout.write(f"none takes more than {MOST_MB:,} MB: {'yes' if worst <= MOST_MB else 'NO'}\n")
    sys.exit(worst > MOST_MB)


if __name__ == "__main__":
    main()
