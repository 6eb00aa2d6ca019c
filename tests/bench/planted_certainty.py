"""Loss of hedges and sources, planted in the channel and found again over 200 worlds, bad and good news apart.

    uv run python tests/bench/planted_certainty.py [--worlds 200]

Worlds whose facts carry hedges and sources climb four hops, twice each. At each hop a hedge is dropped at .2 and made
sure at .05, a fact without one made uncertain at .1, a source dropped at .15 and another named at .05; for bad news
each hazard is twice as large. Beside it stand a channel that treats bad and good news alike, and one that changes
nothing. What must be found at every hop follows from the rates alone, with r = 2 for bad news and 1 for good:

    hedges lost here       1 - (1 - .25)^r       of them made sure .05 / .25
    hedges added here      1 - (1 - .1)^r
    sources lost here      1 - (1 - .2)^r        of them another named .05 / .2

At least 93% of the 95% intervals must hold what is planted, none may miss it under Holm's correction for all of them,
and the mean over the hops must be near it. The channel that changes nothing must lose, add and change nothing, and the
registered hypotheses must be supported. About two minutes of one processor.
"""

import argparse
import sys
import tempfile

from planted_runs import Checks, Found, held, program, settings

HOPS = 4
HEDGE, FIRM, DOUBT, SOURCE, MISNAME, BAD = 0.2, 0.05, 0.1, 0.15, 0.05, 2.0
PLANTED = f"hedge={HEDGE},firm={FIRM},doubt={DOUBT},source={SOURCE},misname={MISNAME}"
STILL, EVEN, WORSE = "channel:drop=0.1", f"channel:drop=0.1,{PLANTED}", f"channel:drop=0.1,{PLANTED},bad_hedge={BAD:g}"


def expected(ratio):
    """Return what must be found at every hop, by the name that `show` gives it."""
    hedges, sources = (1 - (1 - rate) ** ratio for rate in (HEDGE + FIRM, SOURCE + MISNAME))
    return {
        "lost_here": hedges,
        "strengthened_here": hedges * FIRM / (HEDGE + FIRM),
        "added_here": 1 - (1 - DOUBT) ** ratio,
        "source_lost_here": sources,
        "source_changed_here": sources * MISNAME / (SOURCE + MISNAME),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=200)
    worlds = parser.parse_args().worlds
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        document = program(
            folder, "run",
            *settings(
                "scenario=watermelon", "certainty=mixed", "facts=12", f"depth={HOPS}", f"worlds={worlds}",
                "replicates=2", f"model={STILL},{EVEN},{WORSE}",
                f"hypotheses.lost=hedge_lost(model={EVEN}) > hedge_lost(model={STILL})",
                f"hypotheses.named=source_changed(model={EVEN}) > source_changed(model={STILL})",
                f"hypotheses.bad=hedge_lost_excess(model={WORSE}) > hedge_lost_excess(model={EVEN})",
            ),
        )  # fmt: skip
        figures = []
        rows = {(row["factors"]["model"], row["hop"], row["news"]): row for row in document["certainty"]}
        for (model, hop, news), row in rows.items():
            if model == STILL:
                checks.equal(f"nothing planted, hop {hop}, {news}: kept", row["kept"]["share"], 1)
                checks.equal(f"nothing planted, hop {hop}, {news}: sources kept", row["source_kept"]["share"], 1)
                checks.equal(f"nothing planted, hop {hop}, {news}: added", row["added"]["share"], 0)
                continue
            wanted = expected(BAD if model == WORSE and news == "bad" else 1)
            ratio = "2 for bad" if model == WORSE else "1"
            for name, planted in wanted.items():
                if row[name] is not None and row[name]["worlds"] >= 30 and not (model == WORSE and news == "good"):
                    figures.append(Found(f"ratio {ratio}, hop {hop}, {news}: {name}", row[name], planted))
        held(figures, checks)
        for model, ratio in ((EVEN, 1), (WORSE, BAD)):
            for news in ("bad", "good"):
                for name, planted in expected(ratio if news == "bad" else 1).items():
                    found = [rows[model, hop, news][name] for hop in range(1, HOPS + 1)]
                    some = [one for one in found if one is not None and one["worlds"] >= 30]
                    mean = sum(one["share"] * one["worlds"] for one in some) / sum(one["worlds"] for one in some)
                    checks.say(
                        f"{'even' if ratio == 1 else 'worse'}, {news}, mean over hops: {name}",
                        f"{mean:.3f}, planted {planted:.3f}", abs(mean - planted) <= 0.03,
                    )  # fmt: skip
        for test in program(folder, "compare", "last", "--by", "model")["hypotheses"]:
            checks.equal(test["text"], test["verdict"], "supported")
    return checks.status


if __name__ == "__main__":
    sys.exit(main())
