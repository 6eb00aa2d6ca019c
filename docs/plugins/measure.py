"""Two measures in one file: `show`, `compare`, `--fail-if`, hypotheses and `list measures` then know them.

MAZEDOM_PLUGINS=docs/plugins/measure.py mazedom show runs/sample
"""

import math

from chains.scoring.measures.heard import Heard
from chains.scoring.measures.measures import measure


@measure(of_fates=True)
def worst_kept(at: Heard) -> float:
    """Whether the most severe bad fact is kept; the first one, where several are as severe."""
    bad = [(fact.severity, fate) for fact, fate in zip(at.facts, at.fates, strict=True) if fact.valence == "bad"]
    if not bad:
        return math.nan  # not defined: such a trial does not count
    _, fate = max(bad, key=lambda one: one[0])
    return float(fate == "K")


@measure(share=False)
def words_per_fact(at: Heard) -> float:
    """Words that reach the executive for each fact that it hears whole."""
    kept = at.fates.count("K")
    return at.words * at.messages / kept if kept else math.nan
