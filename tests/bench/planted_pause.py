"""The positive control of pause worlds at full size: planted shifts of the criterion and losses of d', found again.

    OMP_NUM_THREADS=1 python tests/bench/planted_pause.py [WORLDS]

The channel holds all seats and no model is asked. Exit 1 if a claim fails.

    planted    d' and criterion of executives with planted faults hold the planted value in their 95% interval, and
               so do their differences from the first of them
    alone      where the criterion alone is moved its difference is found (p < .05) and that of d' is not, and where
               d' alone is lowered the other way round
    reports    managers that lose bad news at twice the hazard lower the correlation of what is reported with the risk,
               and d' of a faultless executive, against managers that lose nothing

`misjudge` blunts an executive and leaves its criterion, `lean` inclines it to the plan: of unsafe worlds it holds back
(1 - misjudge)(1 - lean), of safe ones misjudge (1 - lean). Both together can move the criterion alone.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scipy.stats import norm

CLI = Path(__file__).parent.parent.parent / "cli.py"
EXECUTIVES = {
    "channel:misjudge=0.15": (0.15, 0.0),
    "channel:misjudge=0.039,lean=0.4646": (0.039, 0.4646),
    "channel:misjudge=0.3": (0.3, 0.0),
}
"""The first is held against the others; the second's criterion is 1 above its, the third's d' about half."""
LOSSY = "channel:drop=0.15,bad=2"
FIGURES = ("d_prime", "criterion")


def mazedom(folder: str, *words: str) -> dict[str, Any]:
    """Call the program and return its document."""
    call = [sys.executable, str(CLI), *words, "--json"]
    document: dict[str, Any] = json.loads(subprocess.run(call, cwd=folder, check=True, stdout=subprocess.PIPE).stdout)
    return document


def compared(folder: str, worlds: int, factor: str, values: list[str]) -> tuple[list[Any], list[Any]]:
    """Run pause worlds with one factor; return its rows and the comparisons with the first setting."""
    settings = ["scenario=pause", "decide_only=true", "depth=3", "facts=8", "prompt=pause", "model=channel"]
    settings += [f"worlds={worlds}", f"{factor}={','.join(values)}"]
    ran = mazedom(folder, "run", *(word for setting in settings for word in ("--set", setting)))
    return ran["pauses"], mazedom(folder, "compare", ran["run"], "--by", factor)["comparisons"]


def planted(misjudge: float, lean: float) -> dict[str, float]:
    """Return d' and criterion that follow from an executive's rates."""
    hit, alarm = norm.ppf((1 - misjudge) * (1 - lean)), norm.ppf(misjudge * (1 - lean))
    return {"d_prime": hit - alarm, "criterion": -(hit + alarm) / 2}


def told(text: str, *, held: bool) -> bool:
    """Print a claim with its figures."""
    sys.stdout.write(f"{'holds' if held else 'FAILS'}  {text}\n")
    return held


def _interval(row: dict[str, Any], value: float, truth: float) -> str:
    return f"{value:+.2f} ({row['ci'][0]:+.2f} to {row['ci'][1]:+.2f}), planted {truth:+.2f}"


def main(worlds: int) -> int:
    """Print every claim; return 1 if one fails."""
    claims = []
    with tempfile.TemporaryDirectory() as folder:
        rows, against = compared(folder, worlds, "model.executive", list(EXECUTIVES))
        truths = [planted(*rates) for rates in EXECUTIVES.values()]
        for name, row, truth in zip(EXECUTIVES, rows, truths, strict=True):
            for figure in FIGURES:
                found = row["readers"]["executive"][figure]
                held = found["ci"][0] <= truth[figure] <= found["ci"][1]
                claims.append(told(f"{name}: {figure} {_interval(found, found['value'], truth[figure])}", held=held))
        for moves, one, truth in zip(("criterion", "d_prime"), against, truths[1:], strict=True):
            for figure in FIGURES:
                row = one["measures"][figure]
                gap = truth[figure] - truths[0][figure]
                held = row["ci"][0] <= gap <= row["ci"][1] and (row["p"] < 0.05) == (figure == moves)
                text = f"{one['b']}: difference of {figure} {_interval(row, row['difference'], gap)}, p {row['p']:.3f}"
                claims.append(told(text, held=held))
        _, (lossy,) = compared(folder, worlds, "model.manager", ["channel", LOSSY])
        for figure in ("eval_risk", "d_prime"):
            row = lossy["measures"][figure]
            text = f"{LOSSY}: {figure} {row['a']:.2f} to {row['b']:.2f}, p {row['p']:.4f}"
            claims.append(told(text, held=row["difference"] < 0 and row["p"] < 0.05))
    return 0 if all(claims) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
