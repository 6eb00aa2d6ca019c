"""What planted experiments share: the program run in a folder of its own, and figures held against what was planted."""

import argparse
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

from chains.stats.paired.multiplicity import holm

LEVEL, HOLDS, FALSE = 0.05, 0.93, 0.06
"""The level of tests; of simulated studies the least share whose intervals hold what is planted, and the largest that
finds what is not."""
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
        self.p = {}

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

    def that(self, what, fine):
        sys.stdout.write(f"{'ok    ' if fine else 'MISSED'} {what}\n")
        sys.stdout.flush()
        self.status |= not fine

    def figure(self, what, value, interval, planted, p):
        """A figure with its interval beside what was planted, and the chance of one so far off; see `together`."""
        low, high = interval
        mark = "" if low <= planted <= high else "  <- outside"
        sys.stdout.write(f"      {what}: {value:.3f} ({low:.3f} to {high:.3f}), planted {planted:.3f}{mark}\n")
        self.p[what] = p

    def together(self):
        """No figure is too far off, all of them taken together."""
        adjusted = dict(zip(self.p, holm(list(self.p.values())), strict=True))
        worst = min(adjusted, key=adjusted.get)
        text = f"{len(adjusted)} figures as planted; the farthest is {worst}, Holm's p {adjusted[worst]:.2f}"
        self.that(text, adjusted[worst] > LEVEL)

    def studies(self, held, false, count):
        """How many of the simulated studies hold what is planted, and find what is not, by name."""
        for name, many in held.items():
            self.that(f"{name}: {many} of {count} intervals of 95% hold what is planted", many >= HOLDS * count)
        for name, many in false.items():
            self.that(f"{name}: {many} of {count} studies find one where none is planted", many <= FALSE * count)


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
        checks.figure(one.what, one.share["share"], one.share["ci"], one.planted, one.p)
    covered = sum(one.covers for one in found)
    checks.say("95% intervals that hold what is planted", f"{covered} of {len(found)}", covered >= 0.93 * len(found))
    checks.together()


def checked(about, whole_program, studies, size):
    """Read the command line, check both parts or one, and return the exit status.

    Args:
        about: What the script shows.
        whole_program: Checks one run of so many worlds: called with the checks and that number.
        studies: Checks so many simulated studies of so many worlds: called with the checks and both numbers.
        size: Worlds of a simulated study, if not told otherwise.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--size", type=int, default=size, help="worlds of a simulated study")
    parser.add_argument("--part", choices=("planted", "studies", "all"), default="all")
    asked = parser.parse_args()
    checks = Checks()
    if asked.part != "studies":
        whole_program(checks, asked.worlds)
    if asked.part != "planted":
        studies(checks, asked.studies, asked.size)
    return checks.status
