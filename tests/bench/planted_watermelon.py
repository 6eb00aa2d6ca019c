"""Softening and a bias against bad news, planted in the managers and found again over 200 worlds.

    uv run python tests/bench/planted_watermelon.py [--worlds 200]

Status reports climb three managers; each tells the status one step greener at
.1, loses facts at .1, bad ones at twice the hazard. Beside it stands verbatim
relay. The figures follow from the rates alone:

    softened by a manager     .1 of what is not green yet
    softened at the top       1 - .9^3 = .271 of what is truly red or amber
    hazard of bad facts       2 times that of good ones

Each must lie within its 95% interval, verbatim relay must soften, harden and
leave untold nothing, nothing may be hardened, and both registered hypotheses
must be supported. About a minute of one processor.
"""

import argparse
import sys
import tempfile

from planted_runs import Checks, program, settings

SOFTEN, DROP, BAD, MANAGERS = 0.1, 0.1, 2.0, 3
RELAY, SOFTER = "channel", f"channel:soften={SOFTEN},drop={DROP},bad={BAD:g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=200)
    worlds = parser.parse_args().worlds
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        arms = f"(model.manager={SOFTER}) > ", f"(model.manager={RELAY})"
        document = program(
            folder, "run",
            *settings(
                "scenario=status_report", "facts=8", f"depth={MANAGERS + 1}", "prompt=status_plain", f"worlds={worlds}",
                "replicates=2", "model=channel", f"model.manager={RELAY},{SOFTER}",
                *(f"hypotheses.{name}={name}{arms[0]}{name}{arms[1]}" for name in ("status_softened", "bad_excess")),
            ),
        )  # fmt: skip
        rows = {(row["factors"]["model.manager"], row["hop"]): row for row in document["status"]}
        for hop in range(1, MANAGERS + 2):
            for share in ("softened", "hardened", "untold"):
                checks.equal(f"verbatim relay, hop {hop}: {share}", rows[RELAY, hop][share]["share"], 0)
            checks.equal(f"softening managers, hop {hop}: hardened", rows[SOFTER, hop]["hardened"]["share"], 0)
            if hop > 1:
                found = rows[SOFTER, hop]["softened_here"]
                checks.within(f"softened by the manager of hop {hop}", found["share"], found["ci"], SOFTEN)
        top = rows[SOFTER, MANAGERS + 1]["softened"]
        checks.within("softened at the top", top["share"], top["ci"], 1 - (1 - SOFTEN) ** MANAGERS)
        law = next(one for one in program(folder, "law", "last")["conditions"] if SOFTER in one["condition"])
        ratio = law["valence"]
        checks.within("hazard ratio of bad facts", ratio["hazard_ratio"], ratio["ci"], BAD)
        for test in program(folder, "compare", "last", "--by", "model.manager")["hypotheses"]:
            checks.equal(test["text"], test["verdict"], "supported")
    return checks.status


if __name__ == "__main__":
    sys.exit(main())
