"""Courage, panic, vetoes and overrides planted in the channel, and found again over 200 worlds.

    uv run python tests/bench/planted_stop_work.py [--worlds 200]

Where every seat hears everything and the executive errs at .5, what becomes of
the work follows from the rates alone. With two seats below the executive that
may stop, courage s and panic a:

    missed   = .5 (1 - s)^2                needless = 1 - .5 (1 - a)^2         stop work
    missed   = .5 (1 - v)                  needless = 1 - .5 (1 - q)           a veto at v, a quibble at q

Each figure must lie within its interval, each planted rate within its own
(intervals are of 95%, and Wilson's on worlds are wide, so that none of the
dozen should miss), a placebo must change nothing, and each registered
hypothesis must be supported. Where facts are lost on their way, the rates must
be found just as well, for whether a stop is warranted depends on what was
read. Some minutes of one processor.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

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


def ran(folder, worlds, faults, **hypotheses):
    """Run the seven arms with some faults of the channel; return each arm's row and what was tested."""
    settings = [
        "scenario=stop_work", "loop=true", "facts=8", "depth=2", "prompt=plain", f"worlds={worlds}",
        f"model=channel:{faults},{RATES}", f"remedy={','.join(ARMS)}",
        *(f"hypotheses.{name}={text}" for name, text in hypotheses.items()),
    ]  # fmt: skip
    document = program(folder, "run", *(word for setting in settings for word in ("--set", setting)))
    tested = program(folder, "compare", "last", "--by", "remedy=none") if hypotheses else {}
    return {row["factors"]["remedy"]: row for row in document["stops"]}, tested


class Checks:
    """What was checked, and whether anything failed."""

    failed = 0

    def within(self, what, planted, share):
        """A planted figure lies within the interval of what was found."""
        low, high = share["ci"]
        self.that(f"{what}: planted {planted:.3f}, found {share['share']:.3f} ({low:.3f} to {high:.3f})",
                  low <= planted <= high)  # fmt: skip

    def that(self, what, holds):
        """Something holds."""
        self.failed += not holds
        sys.stdout.write(f"{'ok  ' if holds else 'FAIL'} {what}\n")


def rates_found(checks, arms):
    """The planted rates, of those who had read what warrants a stop, and of the others."""
    for arm in ("stop_work:placebo=true", "stop_work"):
        checks.within(f"courage, {arm}", STOP, arms[arm]["stops"]["courage"])
        checks.within(f"panic, {arm}", PANIC, arms[arm]["stops"]["panic"])
    for arm in ("veto", "veto:independent=false"):
        if arms[arm]["vetoes"]["courage"]:
            checks.within(f"veto, {arm}", VETO, arms[arm]["vetoes"]["courage"])
        checks.within(f"quibble, {arm}", QUIBBLE, arms[arm]["vetoes"]["panic"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=200)
    worlds = parser.parse_args().worlds
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        arms, tested = ran(folder, worlds, "misjudge=0.5", **HYPOTHESES)
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
        arms, _ = ran(folder, worlds, "drop=0.25,worker=0.1")
        rates_found(checks, arms)
    return checks.failed > 0


if __name__ == "__main__":
    raise SystemExit(main())
