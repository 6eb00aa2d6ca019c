"""What planted experiments share: the program run in a folder of its own, and figures held against what was planted."""

import json
import os
import subprocess
import sys
from pathlib import Path

CLI = Path(__file__).parents[2] / "cli.py"


def program(folder, *words):
    """Run the program in a folder; return its JSON document."""
    command = [sys.executable, str(CLI), *words, "--json"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, env={**os.environ, "COLUMNS": "100"})
    return json.loads(done.stdout)


def settings(*texts):
    """Return `--set` before every setting."""
    return [word for text in texts for word in ("--set", text)]


class Checks:
    """Prints each figure beside what it must be, and remembers whether all were."""

    def __init__(self):
        self.status = 0

    def say(self, what, found, fine):
        sys.stdout.write(f"{'ok    ' if fine else 'MISSED'} {what}: {found}\n")
        sys.stdout.flush()
        self.status |= not fine

    def within(self, what, value, interval, planted):
        low, high = interval
        self.say(what, f"{value:.3f} ({low:.3f} to {high:.3f}), planted {planted:.3f}", low <= planted <= high)

    def below(self, what, value, interval, bound):
        self.say(what, f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f}), below {bound:g}", interval[1] < bound)

    def above(self, what, value, interval, bound):
        self.say(what, f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f}), above {bound:g}", interval[0] > bound)

    def equal(self, what, found, wanted):
        self.say(what, found, found == wanted)
