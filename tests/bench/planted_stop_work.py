"""Courage, panic, vetoes and overrides planted in the channel, and found again over 200 worlds.

    uv run python tests/bench/planted_stop_work.py [--worlds 200] [--after 0]

Where every seat hears everything and the executive errs at .5, what becomes of
the work follows from the rates alone. With two seats below the executive that
may stop, courage s and panic a:

    missed   = .5 (1 - s)^2                needless = 1 - .5 (1 - a)^2         stop work
    missed   = .5 (1 - v)                  needless = 1 - .5 (1 - q)           a veto at v, a quibble at q

Each figure is shown with its 95% interval. Of two dozen such intervals one or
two miss by chance in most studies, so what must hold is that no figure is
further from what was planted than chance lets it be in all of them together:
exact binomial tests on worlds, Holm's method over all, .05. A placebo must
change nothing, and each registered hypothesis must be supported. Where facts
are lost on their way, the rates must be found just as well, for whether a stop
is warranted depends on what was read. Some minutes of one processor.

In worlds 1 to 200 one interval misses: 9 of the 57 hazards are missed under
stop work, where 4.6 are expected. That is the plant and not the finding: the
channel's own draws for these worlds, made apart, come to 9 as well, and over
20,000 worlds to .0801, where .08 is planted.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from scipy.stats import binomtest

from chains.stats.paired.multiplicity import holm

LEVEL = 0.05
CLI = Path(__file__).parents[2] / "cli.py"
STOP, PANIC, VETO, QUIBBLE, OVERRIDE = 0.6, 0.15, 0.7, 0.2, 0.3
RATES = f"stop={STOP},panic={PANIC},veto={VETO},quibble={QUIBBLE},override={OVERRIDE}"
ARMS = (
    "none", "stop_work:placebo=true", "stop_work", "stop_work:override=true", "veto:placebo=true", "veto",
    "veto:independent=false",
)  # fmt: skip
HYPOTHESES = {
    "authority": "missed_stop(remedy=stop_work) < missed_stop(remedy=stop_work:placebo=true)",
    "price": "needless_stop(remedy=stop_work) > needless_stop(remedy=stop_work:placebo=true)",
    "veto": "missed_stop(remedy=veto) < missed_stop(remedy=veto:placebo=true)",
    "saved": "regret(remedy=veto) < regret(remedy=veto:placebo=true)",
}


def program(folder, *words):
    """Run the program in a folder; return its JSON document."""
    command = [sys.executable, str(CLI), *words, "--json"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, env={**os.environ, "COLUMNS": "100"})
    return json.loads(done.stdout)


def ran(folder, seeds, faults, **hypotheses):
    """Run the seven arms with some faults of the channel; return each arm's row and what was tested."""
    settings = [
        "scenario=stop_work", "loop=true", "facts=8", "depth=2", "prompt=plain", f"seeds={','.join(map(str, seeds))}",
        f"model=channel:{faults},{RATES}", f"remedy={','.join(ARMS)}",
        *(f"hypotheses.{name}={text}" for name, text in hypotheses.items()),
    ]  # fmt: skip
    document = program(folder, "run", *(word for setting in settings for word in ("--set", setting)))
    tested = program(folder, "compare", "last", "--by", "remedy=none") if hypotheses else {}
    return {row["factors"]["remedy"]: row for row in document["stops"]}, tested


class Checks:
    """What was checked, and whether anything failed."""

    failed = 0

    def __init__(self):
        self.p = {}

    def within(self, what, planted, share):
        """A planted figure, beside what was found; tested with all others at the end."""
        if share is None:  # in few worlds it may never have come to that
            return
        low, high = share["ci"]
        mark = "  " if low <= planted <= high else " *"
        sys.stdout.write(
            f"    {what}: planted {planted:.3f}, found {share['share']:.3f} ({low:.3f} to {high:.3f}){mark}\n"
        )
        times = share["worlds"]
        self.p[what] = float(binomtest(round(share["share"] * times), times, planted).pvalue)

    def together(self):
        """No figure is too far off, all of them taken together."""
        adjusted = dict(zip(self.p, holm(list(self.p.values())), strict=True))
        worst = min(adjusted, key=adjusted.get)
        self.that(f"{len(adjusted)} figures as planted; the farthest is {worst}, Holm's p {adjusted[worst]:.2f}",
                  adjusted[worst] >= LEVEL)  # fmt: skip

    def that(self, what, holds):
        """Something holds."""
        self.failed += not holds
        sys.stdout.write(f"{'ok  ' if holds else 'FAIL'} {what}\n")


def rates_found(checks, arms, where=""):
    """The planted rates, of those who had read what warrants a stop, and of the others."""
    for arm in ("stop_work:placebo=true", "stop_work"):
        checks.within(f"courage, {arm}{where}", STOP, arms[arm]["stops"]["courage"])
        checks.within(f"panic, {arm}{where}", PANIC, arms[arm]["stops"]["panic"])
    for arm in ("veto", "veto:independent=false"):
        checks.within(f"veto, {arm}{where}", VETO, arms[arm]["vetoes"]["courage"])
        checks.within(f"quibble, {arm}{where}", QUIBBLE, arms[arm]["vetoes"]["panic"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--after", type=int, default=0, help="worlds with seeds after this one")
    asked = parser.parse_args()
    seeds = range(asked.after + 1, asked.after + asked.worlds + 1)
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        arms, tested = ran(folder, seeds, "misjudge=0.5", **HYPOTHESES)
        rates_found(checks, arms)
        overriding = arms["stop_work:override=true"]["overrides"]
        checks.within("override", OVERRIDE, overriding["courage"])
        expected = {
            "none": (0.5, 0.5),
            "stop_work": (0.5 * (1 - STOP) ** 2, 1 - 0.5 * (1 - PANIC) ** 2),
            "stop_work:override=true": (
                0.5 * ((1 - STOP) ** 2 + (1 - (1 - STOP) ** 2) * OVERRIDE),
                1 - 0.5 * ((1 - PANIC) ** 2 + (1 - (1 - PANIC) ** 2) * OVERRIDE),
            ),
            "veto": (0.5 * (1 - VETO), 1 - 0.5 * (1 - QUIBBLE)),
        }
        for arm, (missed, needless) in expected.items():
            checks.within(f"missed, {arm}", missed, arms[arm]["missed"])
            checks.within(f"needless, {arm}", needless, arms[arm]["needless"])
        for arm in ARMS:
            if arm.endswith("placebo=true"):
                same = all(arms[arm][name] == arms["none"][name] for name in ("missed", "needless", "intervention"))
                checks.that(f"{arm} changes nothing", same)
        for hypothesis in tested["hypotheses"]:
            checks.that(f"{hypothesis['text']}: {hypothesis['verdict']}", hypothesis["verdict"] == "supported")
    with tempfile.TemporaryDirectory() as folder:
        arms, _ = ran(folder, seeds, "drop=0.25,worker=0.1")
        rates_found(checks, arms, " of what is left")
    checks.together()
    return checks.failed > 0


if __name__ == "__main__":
    raise SystemExit(main())
