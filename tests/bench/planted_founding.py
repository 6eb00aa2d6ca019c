"""The founding experiment on the channel: what is planted is found under Holm, and nothing where nothing is planted.

    uv run python tests/bench/planted_founding.py [--worlds 200] [--studies 200]

The design of `runs/founding.toml`, with two channels in place of two prompts. The plain one drops facts at .06 a hop.
The career one drops at .06 and alters at .03, loses bad facts at twice the hazard, more with the depth (q = 1.4), and
likes good news where it chooses between drafts. All four registered hypotheses must be supported at once. q, the
hazard ratio, and the share of facts that is heard at each depth follow from the rates, and must lie in their intervals.

Then both are the plain channel, with other seeds: of `--studies` studies of 20 worlds, drawn from all, each paired
hypothesis may be found in at most 6%. That q is not found falsely is what `forged_verdicts.py` shows. 15 minutes of a
processor.
"""

import argparse
import contextlib
import sys
import tempfile
from math import exp, log1p

import numpy as np
from planted_runs import Checks, program, settings

import chains
from chains.stats.paired.paired import sign_flip
from chains.worlds.scenario_registry import world_for

DROP, ALTER, WORKER, BAD, Q = 0.06, 0.03, 0.02, 2.0, 1.4
PLAIN = f"channel:drop={DROP},worker={WORKER}"
CAREER = f"channel:drop={DROP},alter={ALTER},worker={WORKER},bad={BAD:g},q={Q},taste=1"
ALIKE = f"channel:drop={DROP},worker={WORKER},seed=7"
DEPTHS, FACTS, STUDY = (1, 2, 4, 8), 8, 20
LEVEL, HYPOTHESES, MOST_FALSE = 0.05, 4, 0.06


def founding(folder, worlds, other):
    """Run the design with another channel beside the plain one; return its results and its comparison."""
    career, plain = f"(model={other})", f"(model={PLAIN})"
    ran = program(
        folder, "run", "founding",
        *settings(
            f"model={PLAIN},{other}", "prompt=plain", f"depth={','.join(map(str, DEPTHS))}", f"worlds={worlds}",
            f"facts={FACTS}", "replicates=2",
            f"hypotheses.distortion=distortion{career} > distortion{plain} at equal words",
            f"hypotheses.regret=regret{career} > regret{plain}",
            f"hypotheses.superlinear=q(model={other}, selection.manager=1) > 1",
        ),
    )  # fmt: skip
    return ran, program(folder, "compare", "last", "--by", "model")


def kept(worlds, depth):
    """Return the share of facts that the executive of the career channel hears, by the planted law."""
    lost = -log1p(-(DROP + ALTER)) * max(depth - 1, 0) ** Q - log1p(-WORKER)
    there = [fact for seed in range(1, worlds + 1) for fact in world_for("go_ahead", seed, FACTS).facts]
    return float(np.mean([exp(-lost * (BAD if fact.valence == "bad" else 1.0)) for fact in there]))


def planted(checks, worlds):
    with tempfile.TemporaryDirectory() as folder:
        ran, compared = founding(folder, worlds, CAREER)
        law = program(folder, "law", "last", "--by", "model")
        for test in (*compared["hypotheses"], *law["hypotheses"]):
            if test["verdict"] != "not tested":  # `compare` tests differences, `law` exponents
                checks.equal(test["text"], test["verdict"], "supported")
        single = {"model": CAREER, "selection.manager": 1}
        rows = {
            row["factors"]["depth"]: row["kept"] for row in ran["summary"] if single.items() <= row["factors"].items()
        }
        for depth, row in rows.items():
            checks.within(f"kept at depth {depth}", row["share"], row["ci"], kept(worlds, depth))
        conditions = program(folder, "law", "last", "--by", "model")["conditions"]
        law = next(
            one for one in conditions if CAREER in one["condition"] and "selection.manager=1" in one["condition"]
        )
        checks.within("q", law["depth"]["q"], law["depth"]["ci"] or (0, 0), Q)
        checks.within("hazard ratio of bad facts", law["valence"]["hazard_ratio"], law["valence"]["ci"], BAD)


def nothing(checks, worlds, studies):
    """Draw studies from a run in which both channels are alike, and count how often a hypothesis is found."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        founding(folder, worlds, ALIKE)
        rows = chains.load("last").trials()
        for measure, factor, more in (
            ("distortion", "model", ALIKE),
            ("regret", "model", ALIKE),
            ("bad_excess", "selection.manager", 2),
        ):
            sides: dict[tuple[str, bool], list[float]] = {}
            for row in rows:
                if row[measure] is not None:
                    sides.setdefault((row["world"], row[f"factor.{factor}"] == more), []).append(row[measure])
            by_world = np.array(
                [
                    [np.mean(sides[world, side]) for side in (False, True)]
                    for world in dict.fromkeys(name for name, _ in sides)
                ]
            )
            differences = by_world[:, 1] - by_world[:, 0]
            random = np.random.default_rng(1)
            false = 0
            for study in range(studies):
                drawn = differences[random.choice(worlds, STUDY, replace=False)]
                false += drawn.mean() > 0 and sign_flip(drawn, study).p <= LEVEL / HYPOTHESES
            share = false / studies
            checks.say(f"{measure} found where nothing is planted", f"{share:.1%}", share <= MOST_FALSE)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--studies", type=int, default=200)
    arguments = parser.parse_args()
    checks = Checks()
    planted(checks, arguments.worlds)
    nothing(checks, arguments.worlds, arguments.studies)
    return checks.status


if __name__ == "__main__":
    sys.exit(main())
