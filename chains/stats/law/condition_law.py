"""Everything that is known of the law of decay in one condition, and the verdict on it."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from chains.stats.fit.estimates import Estimate, Unknown
from chains.stats.fit.inference import How
from chains.stats.fit.likelihood import Floats
from chains.stats.law.balance import Balance
from chains.stats.law.candidates import Candidates, candidates
from chains.stats.law.checks import Checks
from chains.stats.law.depth import DepthLaw, depth_law, one_depth
from chains.stats.law.growth import (
    Curve,
    Growth,
    bad_news_curve,
    distorted_when_right,
    distortion_curve,
    growth,
)
from chains.stats.law.hop import HopLaw, hop_law
from chains.stats.law.valence_effect import ValenceLaw, valence_law
from chains.stats.law.verdicts import Claim, Tier, Verdict, Word, verdict
from chains.stats.observations.first_loss import Copies, Paths
from chains.stats.paired.ceiling_and_floor import AtLimit, all_at_one, at_limit
from chains.stats.paired.shares import FEWEST_WORLDS, MOST_CUT_OFF, MOST_FOREIGN, share_by_world
from chains.stats.survival.survival import Arrival, Survival, arrivals, survival

FEWEST_REPLICATES = 2
"""With one, differences between statements can't be told from the shape of the hazard."""
MANY_BACK = 0.05
"""Share of what was missed at a hop that may be back at the end without a word."""
FEW_LOSSES = 10
"""Losses of good or of bad news below which it is said on how few the hazard ratio rests."""
DEPTH = Claim("the share that the executive hears", "with the number of managers")
HOP = Claim("the share never missed yet", "from manager to manager")


@dataclass(frozen=True, eq=False)
class ConditionLaw:
    """One condition."""

    condition: str
    worlds: int
    replicates: float
    """Distinct ones by world and depth: the mean."""
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
    growths: tuple[Growth, ...]
    """Of distortion, the excess loss of bad news and regret, as far as there is any."""
    valence: ValenceLaw
    candidates: Candidates | Unknown
    """Laws compared on the deepest chains."""
    verdict: Word | None
    """On the exponent of depth where there is one, else on that of the hop; None where there is to be none."""
    tier: Tier | None
    """Whether the verdict stands whatever statements and chains are like, or on the checks; None without one."""
    hop_verdict: Word | None
    """On the exponent of the hop; None unless false loss is known where it matters."""
    checks: Checks
    """Whether chains are independent of each other."""
    balance: Balance
    """What there is of each arm, and what is missing."""
    limit: AtLimit | None
    """Whether what the executive hears at the end of the longest chains lies at ceiling or floor."""
    sentences: tuple[str, ...]
    """What the verdict rests on, or why there is none."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "condition": self.condition,
            "worlds": self.worlds,
            "replicates": whole(self.replicates),
            "statements": self.statements,
            "verdict": self.verdict,
            "tier": self.tier,
            "hop_verdict": self.hop_verdict,
            "growth": [one.document() for one in self.growths],
            "checks": self.checks.document(),
            "arms": self.balance.document(),
            "sentences": list(self.sentences),
            "limit": None if self.limit is None else self.limit.document(),
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


class Telling(NamedTuple):
    """What else is known of one condition."""

    exact: bool
    """Whether the fates are known without error, by declaration."""
    cut_off: float
    """Share of the messages cut off by their length limit."""
    foreign: float
    """Share of the messages in another language than English."""
    bands: Floats
    """How often each world counts in each resample, for the bands of curves."""
    balance: Balance
    """What there is of each arm."""
    regret: Curve | None
    """Mean regret by arm and world; None where nothing was decided."""


def condition_law(name: str, paths: Paths, copies: Copies, how: How, telling: Telling) -> ConditionLaw:
    """Return the law of one condition.

    Args:
        name: Of the condition.
        paths: Its paths.
        copies: How many of its replicates are distinct.
        how: The instrument's errors, and the worlds resampled for intervals of fitted laws, if any.
        telling: What else is known of it.
    """
    exact, bands, balance = telling.exact, telling.bands, telling.balance
    worlds = len(np.unique(paths.world))
    refused = _too_few(worlds, copies)
    how = How(how.errors, how.weights if worlds > 1 else None, how.seed)
    depth = depth_law(paths, how, refused=refused)
    hop = hop_law(paths, how, exact=exact, refused=refused)
    checked = Checks(paths, hop, refused)
    on_depth, on_hop = (None, None) if refused else _verdicts(depth, hop, checked)
    word, tier, sentences = _headline(depth, hop, on_depth, on_hop)
    if not exact and how.errors is None and on_depth is not None:
        sentences.append(
            "the instrument's error on these messages is not known, and q is as if it made none: a false loss that is "
            "the same at every depth pulls q down, one that grows with the depth pushes it up"
        )
    if balance.refused and not refused:
        word, sentences = None, [balance.refused]
    elif balance.sentence:
        sentences.append(balance.sentence)
    if not refused:
        sentences += _said_besides(paths)
    if refused and (one := one_depth(np.unique(paths.managers).astype(float))):
        sentences.insert(0, one)
    limit, shallow = (_limit(paths, int(hops)) for hops in (paths.depth.max(), paths.depth.min()))
    bars = limit
    if limit is not None and limit.limit == "floor" and not all_at_one((limit, shallow)):
        bars = None  # shorter chains, in which something is left, tell the exponents
        sentences.append(f"at the end of the longest chains {limit.why}; what is said here rests on the shorter ones")
    if barred := _barred(telling, bars):
        word, sentences = None, [*barred, *sentences]
    return ConditionLaw(
        condition=name,
        worlds=worlds,
        replicates=copies.replicates,
        statements=len(np.unique(paths.statement)),
        curves=tuple(survival(paths, bands, int(one)) for one in np.unique(paths.depth)),
        pooled=survival(paths, bands),
        arrivals=arrivals(paths, bands),
        depth=depth,
        hop=hop,
        growths=_growths(paths, telling, refused or balance.refused, bars),
        valence=valence_law(paths, how, refused=refused),
        candidates=candidates(
            paths, how, bands, refused=refused, chain_sd=0.0 if hop.chains is None else hop.chains.chain_sd
        ),
        verdict=word,
        tier=None if word is None else tier,
        hop_verdict=None if on_hop is None or balance.refused or barred else on_hop.word,
        checks=checked,
        balance=balance,
        limit=limit,
        sentences=tuple(sentences),
    )


def _said_besides(paths: Paths) -> list[str]:
    """Say what the exponents hang on besides: what comes back, and a valence of which hardly anything is lost."""
    said = []
    missed = (paths.miss > 0) & (paths.miss < paths.depth)
    back = float((~paths.lost[missed]).mean()) if missed.any() else 0.0
    if back > MANY_BACK:
        said.append(
            f"{back:.0%} of what was missed before the last hop is back in what the executive hears: k counts it as "
            "lost where it was first missed, q as kept, so the two may differ"
        )
    first = paths.miss > 0
    lost = {name: int((first & (paths.bad == bad)).sum()) for name, bad in (("bad", 1), ("good", 0))}
    name = min(lost, key=lambda one: lost[one])
    if 0 < lost[name] < FEW_LOSSES:
        said.append(f"of {name} news {lost[name]} is lost in all, and the hazard ratio rests on that")
    return said


def _limit(paths: Paths, depth: int) -> AtLimit | None:
    """Return what is kept at the end of the chains of one depth, if that lies at ceiling or floor."""
    last = paths.where(paths.depth == depth)
    kept: dict[Hashable, list[float]] = {
        int(world): [float((~last.lost[last.world == world]).mean())] for world in np.unique(last.world)
    }
    return at_limit(share_by_world(kept), depth)


def _barred(telling: Telling, limit: AtLimit | None) -> list[str]:
    """Say why the messages themselves allow no verdict, if they don't."""
    said = []
    if telling.cut_off > MOST_CUT_OFF:
        said.append(
            f"no finding: {telling.cut_off:.1%} of the readings are of messages cut off by their length limit; with "
            f"more than {MOST_CUT_OFF:.0%} there is no verdict: raise max_tokens (settings: max_tokens)"
        )
    if telling.foreign > MOST_FOREIGN:
        said.append(
            f"no finding: {telling.foreign:.1%} of the readings are of messages in another language than English, "
            f"which alone is read; with more than {MOST_FOREIGN:.0%} there is no verdict: ask for English"
        )
    if limit is not None:
        said.append(f"no finding: {limit.why}")
    return said


def _growths(paths: Paths, telling: Telling, refused: str, limit: AtLimit | None) -> tuple[Growth, ...]:
    """Return how distortion, the excess loss of bad news and regret grow with the depth.

    At ceiling or floor there is no verdict on the first two; what a decision costs is not bounded by what is kept.
    """
    curves: list[Curve | None] = []
    if len(np.unique(paths.depth)) > 1:
        if np.isin(paths.end, ["A", "I"]).any():
            curves += [distortion_curve(paths), distorted_when_right(paths)]
        curves.append(bad_news_curve(paths))
    why, regret_why = (next(iter(_barred(telling, one)), refused) for one in (limit, None))
    grown = [growth(curve, refused=why) for curve in curves if curve is not None]
    if telling.regret is not None:
        grown.append(growth(telling.regret, refused=regret_why))
    return tuple(grown)


def whole(number: float) -> float:
    """Return a number as it is read best: an integer where it is one, else with two digits."""
    return int(number) if number == int(number) else round(number, 2)


def _too_few(worlds: int, copies: Copies) -> str:
    """Return why there is to be no inference at all; empty if there may be."""
    if copies.suspected:
        return (
            "the replicates are the same fate by fate, so they are taken for copies: one distinct replicate can't tell "
            "differences between statements from the law, and there is no headline"
        )
    if copies.replicates < FEWEST_REPLICATES:
        dropped = f" ({copies.dropped} chains are copies of others)" if copies.dropped else ""
        there = "is one distinct replicate" if copies.replicates == 1 else f"are {copies.replicates:.1f} replicates"
        each = "of each chain" if copies.replicates == 1 else "of a chain on average"
        return (
            f"there {there} {each}{dropped}, which can't tell differences between statements from the law, so there is "
            "no headline; run 3 or more"
        )
    if worlds < FEWEST_WORLDS:
        return f"there {_are(worlds)}, and intervals over fewer than {FEWEST_WORLDS} can't be believed: no headline"
    return ""


def _are(worlds: int) -> str:
    return "is 1 world" if worlds == 1 else f"are {worlds} worlds"


def _verdicts(depth: DepthLaw, hop: HopLaw, checked: Checks) -> tuple[Verdict | None, Verdict | None]:
    """Return the verdicts on q and on k, each None where there is to be none."""
    on_depth = on_hop = None
    if isinstance(depth.q, Estimate) or isinstance(depth.heard, Estimate):
        on_depth = verdict(depth, "q", DEPTH, lambda: checked.doubts)
    if isinstance(hop.k, Estimate) and hop.trusted:
        on_hop = verdict(hop, "k", HOP, lambda: checked.doubts)
    return on_depth, on_hop


def _headline(
    depth: DepthLaw, hop: HopLaw, on_depth: Verdict | None, on_hop: Verdict | None
) -> tuple[Word | None, Tier | None, list[str]]:
    """Return the word, on what it stands, and all sentences: on q first, then on k."""
    sentences = [depth.q.why] if isinstance(depth.q, Unknown) and on_depth is None else []
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
        sentences += [one for one in on_hop.sentences if one not in sentences]
    if on_depth is not None:
        return on_depth.word, on_depth.tier, sentences
    if on_hop is not None:
        sentences.insert(1, "so the verdict is on the exponent of the hop alone, which is about place, not about depth")
        return on_hop.word, on_hop.tier, sentences
    return None, None, sentences
