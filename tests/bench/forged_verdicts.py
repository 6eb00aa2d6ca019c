"""Whether ordinary behaviour of language models forges a verdict: studies by the thousand in which it is planted.

Run it with `python tests/bench/forged_verdicts.py [--studies N] [--only NAME] [--json FILE]`; pytest does not collect
it, and `tests/test_law_forged.py` runs a smaller form. A thousand studies in each cell take about half an hour on one
idle core (`OMP_NUM_THREADS=1`).

A cell plants an exponent and something that the law's model leaves out; what counts is how often a verdict is false:
superlinear or sublinear at exponent 1, linear at 1.2. The nominal error is 2.5% (5% for linear), and as many may be as
a true 5% comes to but once in 40 times: 6.4% of 1,000. k is judged in a fifth of the studies. In the last cells there
is something to be found; "all" is the share found by the tier that stands whatever statements and chains are like.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from forging import CELLS, FOUND, forged, judged, judged_by_hop, too_many

FIFTH = 5
LEAST_ALL = 0.6
"""Share of the studies of the last cells that the tier which stands anyway must find."""


def share(found, word, tier=None):
    return sum(one.word == word and tier in (None, one.tier) for one in found) / len(found) if found else None


def run(name, cell, studies):
    began = time.perf_counter()
    found = [judged(forged(cell.plan, seed)) for seed in range(studies)]
    count = studies // FIFTH if cell.by_hop else 0
    by_hop = [judged_by_hop(forged(cell.plan, seed)) for seed in range(count)]
    row = {
        "cell": name,
        "studies": studies,
        "word": cell.word,
        "q": share(found, cell.word),
        "q_all": share(found, cell.word, "all"),
        "k": share(by_hop, cell.word),
    }
    if cell.least:
        row["ok"] = row["q"] >= cell.least and row["q_all"] >= LEAST_ALL
    else:
        row["ok"] = not too_many(row["q"], studies) and not (by_hop and too_many(row["k"], count))
    row["seconds"] = round(time.perf_counter() - began, 1)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--only", default="", help="cells whose name holds this")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = []
    for name, cell in {**CELLS, **FOUND}.items():
        if arguments.only not in name:
            continue
        rows.append(row := run(name, cell, arguments.studies))
        k = "" if row["k"] is None else f"k {row['k']:.3f}"
        sys.stdout.write(
            f"{name:<42}{row['word']:<12} q {row['q']:.3f} (all {row['q_all']:.3f})  {k:<8}{row['seconds']:>7} s  "
            f"{'ok' if row['ok'] else 'MISSED'}\n"
        )
        sys.stdout.flush()
        if arguments.json:
            arguments.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 0 if all(row["ok"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
