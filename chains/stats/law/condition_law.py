"""Everything that is known of the law of decay in one condition, and the verdict on it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.stats.fit.estimates import Estimate, Unknown
from chains.stats.fit.inference import How
from chains.stats.law.candidates import Candidates, candidates
from chains.stats.law.depth import DepthLaw, depth_law
from chains.stats.law.hop import HopLaw, hop_law
from chains.stats.law.parametric_bootstrap import depth_null, hop_null
from chains.stats.law.valence_effect import ValenceLaw, valence_law
from chains.stats.law.verdicts import MOST_CUT_OFF, Claim, Verdict, Word, verdict
from chains.stats.observations.first_loss import Copies, Paths
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.stats.survival.survival import Arrival, Survival, arrivals, survival

FEWEST_REPLICATES = 2
"""With one, differences between statements can't be told from the shape of the hazard."""
DEPTH = Claim("the cumulative hazard at the end of the chain", "with the number of managers")
HOP = Claim("the cumulative hazard along the chain", "from manager to manager")


@dataclass(frozen=True, eq=False)
class ConditionLaw:
    """One condition."""

    condition: str
    worlds: int
    replicates: int
    """Distinct ones by world and depth: the mean, rounded down."""
    statements: int
    """Different ones, over all worlds."""
    curves: tuple[Survival, ...]
    """By depth."""
    pooled: Survival
    """All chains together, each censored after its last hop."""
    arrivals: tuple[Arrival, ...]
    """What the executive hears, by depth."""
    depth: DepthLaw
    hop: HopLaw
    valence: ValenceLaw
    candidates: Candidates | Unknown
    """Laws compared on the deepest chains."""
    verdict: Word | None
    """On the exponent of depth where there is one, else on that of the hop; None where there is to be none."""
    hop_verdict: Word | None
    """On the exponent of the hop; None unless false loss is known where it matters."""
    sentences: tuple[str, ...]
    """What the verdict rests on, or why there is none."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "condition": self.condition,
            "worlds": self.worlds,
            "replicates": self.replicates,
            "statements": self.statements,
            "verdict": self.verdict,
            "hop_verdict": self.hop_verdict,
            "sentences": list(self.sentences),
            "depth": self.depth.document(),
            "hop": self.hop.document(),
            "valence": self.valence.document(),
            "candidates": {"laws": None, "why": self.candidates.why}
            if isinstance(self.candidates, Unknown)
            else self.candidates.document(),
            "arrivals": [arrival.document() for arrival in self.arrivals],
            "curves": [curve.document() for curve in self.curves],
            "pooled": self.pooled.document(),
        }


def condition_law(name: str, paths: Paths, copies: Copies, how: How, *, exact: bool, cut_off: float) -> ConditionLaw:
    """Return the law of one condition.

    Args:
        name: Of the condition.
        paths: Its paths.
        copies: How many of its replicates are distinct.
        how: The instrument's errors, and the resampled worlds.
        exact: Whether the fates are known without error, by declaration.
        cut_off: Share of the messages cut off by their length limit.
    """
    worlds = len(np.unique(paths.world))
    refused = _too_few(worlds, copies)
    how = How(how.errors, how.weights if worlds > 1 else None, how.seed)
    depth = depth_law(paths, how, refused=refused)
    hop = hop_law(paths, how, exact=exact, refused=refused)
    on_depth, on_hop = (None, None) if refused else _verdicts(paths, depth, hop, how)
    word, sentences = _headline(depth, hop, on_depth, on_hop)
    if not exact and how.errors is None and on_depth is not None:
        sentences.append(
            "the instrument's error on these messages is not known, and q is as if it made none: a false loss that is "
            "the same at every depth pulls q down, one that grows with the depth pushes it up"
        )
    if cut_off > MOST_CUT_OFF and not refused:
        word = None
        sentences.insert(
            0,
            f"{cut_off:.1%} of the readings are of messages cut off by their length limit; with more than "
            f"{MOST_CUT_OFF:.0%} there is no verdict: raise the limit",
        )
    return ConditionLaw(
        condition=name,
        worlds=worlds,
        replicates=copies.replicates,
        statements=len(np.unique(paths.statement)),
        curves=tuple(survival(paths, how.weights, int(one)) for one in np.unique(paths.depth)),
        pooled=survival(paths, how.weights),
        arrivals=arrivals(paths, how.weights),
        depth=depth,
        hop=hop,
        valence=valence_law(paths, how, refused=refused),
        candidates=candidates(paths, how, refused=refused),
        verdict=word,
        hop_verdict=None if on_hop is None else on_hop.word,
        sentences=tuple(sentences),
    )


def _too_few(worlds: int, copies: Copies) -> str:
    """Return why there is to be no inference at all; empty if there may be."""
    if copies.suspected:
        return (
            "the replicates are the same fate by fate, so they are taken for copies: one distinct replicate can't tell "
            "differences between statements from the law, and there is no headline"
        )
    if copies.replicates < FEWEST_REPLICATES:
        dropped = f" ({copies.dropped} chains are copies of others)" if copies.dropped else ""
        return (
            f"there is one distinct replicate of each chain{dropped}, which can't tell differences between statements "
            "from the law, so there is no headline; run 3 or more"
        )
    if worlds < FEWEST_WORLDS:
        return f"there {_are(worlds)}, and intervals over fewer than {FEWEST_WORLDS} can't be believed: no headline"
    return ""


def _are(worlds: int) -> str:
    return "is 1 world" if worlds == 1 else f"are {worlds} worlds"


def _verdicts(paths: Paths, depth: DepthLaw, hop: HopLaw, how: How) -> tuple[Verdict | None, Verdict | None]:
    """Return the verdicts on q and on k, each None where there is to be none."""
    on_depth = on_hop = None
    if isinstance(depth.q, Estimate):
        on_depth = verdict(depth.q, "q", DEPTH, lambda: depth_null(paths, how))
    if isinstance(hop.k, Estimate) and hop.trusted:
        on_hop = verdict(hop.k, "k", HOP, lambda: hop_null(paths, how))
    return on_depth, on_hop


def _headline(
    depth: DepthLaw, hop: HopLaw, on_depth: Verdict | None, on_hop: Verdict | None
) -> tuple[Word | None, list[str]]:
    """Return the word, and all sentences: on q first, then on k."""
    sentences = [depth.q.why] if isinstance(depth.q, Unknown) else []
    if on_depth is not None:
        sentences += on_depth.sentences
    if isinstance(hop.k, Unknown):
        if hop.k.why not in sentences:
            sentences.append(hop.k.why)
    elif not hop.trusted:
        sentences.append(
            "no verdict on k until the instrument's false loss is known at first, middle and last hops: one that grows "
            "with the hop forges a rising hazard"
        )
    if on_hop is not None:
        sentences += on_hop.sentences
    if on_depth is not None:
        return on_depth.word, sentences
    if on_hop is not None:
        sentences.insert(1, "so the verdict is on the exponent of the hop alone, which is about place, not about depth")
        return on_hop.word, sentences
    return None, sentences
