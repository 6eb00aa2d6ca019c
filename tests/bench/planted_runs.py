"""What planted experiments share: the program run in a folder of its own, and figures held against what was planted."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

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


class Found(NamedTuple):
    """One figure beside what was planted."""

    what: str
    share: dict
    planted: float

    @property
    def covers(self):
        low, high = self.share["ci"]
        return low <= self.planted <= high

    @property
    def p(self):
        """Chance of a figure so far from what is planted; a world's mean has at most the variance of a yes or no."""
        error = math.sqrt(self.planted * (1 - self.planted) / self.share["worlds"])
        return 2 * (1 - NormalDist().cdf(abs(self.share["share"] - self.planted) / error))


def held(found, checks):
    """Hold all figures together against what was planted."""
    for one in found:
        low, high = one.share["ci"]
        mark = "" if one.covers else "  <- outside"
        sys.stdout.write(
            f"      {one.what}: {one.share['share']:.3f} ({low:.3f} to {high:.3f}), planted {one.planted:.3f}{mark}\n"
        )
    covered = sum(one.covers for one in found)
    checks.say("95% intervals that hold what is planted", f"{covered} of {len(found)}", covered >= 0.93 * len(found))
    least = min(found, key=lambda one: one.p)
    p = min(1.0, least.p * len(found))
    checks.say("the least of their p under Holm", f"{p:.2f}, {least.what}", p > 0.05)
