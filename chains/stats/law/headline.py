"""The headline: distortion and the excess loss of bad news over a plain arm; retention comes second.

A summary must drop things, so that much is lost is no news; that what arrives is
wrong, and that it is the bad news that does not arrive, is. All three are of what the
executive hears, in the deepest chains that both conditions have, as differences
within worlds. They mean what they say at equal words only: where the messages of one
arm are longer, that is said, and `compare` reads the longer ones cut to the same length.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.stats.fit.estimates import Unknown, rounded
from chains.stats.fit.likelihood import Floats
from chains.stats.fit.world_bootstrap import percentiles
from chains.stats.observations.first_loss import Paths
from chains.stats.paired.shares import FEWEST_WORLDS

SAME_LENGTH = 0.05
"""Mean lengths that differ by no more than this share count as equal words."""


@dataclass(frozen=True)
class Excess:
    """One number of the arm and of the plain arm."""

    plain: float
    arm: float
    value: float
    """arm - plain."""
    low: float
    """95% interval by the paired world bootstrap; nan without resamples."""
    high: float

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "plain": rounded(self.plain),
            "arm": rounded(self.arm),
            "excess": rounded(self.value),
            "ci": [rounded(self.low), rounded(self.high)],
        }


@dataclass(frozen=True)
class Headline:
    """One arm over the plain one."""

    plain: str
    arm: str
    depth: int
    distortion: Excess
    """Share of the statements altered or inverted."""
    bad_news: Excess | Unknown
    """Share of bad news lost, minus share of good news lost."""
    retention: Excess
    """Share of the statements kept."""
    words: tuple[float, float]
    """Mean length of the executive's messages, plain and arm; nan where not known."""

    @property
    def equal_words(self) -> bool | None:
        """Whether both arms' messages are equally long; None where that is not known."""
        plain, arm = self.words
        if not np.isfinite([plain, arm]).all() or not plain:
            return None
        return abs(arm / plain - 1) <= SAME_LENGTH

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the headline says, and what it does not."""
        plain, arm = self.words
        told = [
            f"at {self.depth} hops, {self.arm} over {self.plain}: distortion {_points(self.distortion)}",
            f"excess loss of bad news {_points(self.bad_news)}"
            if isinstance(self.bad_news, Excess)
            else self.bad_news.why,
            f"retention {_points(self.retention)}",
        ]
        lengths = {
            True: f"at equal words ({arm:.0f} and {plain:.0f})",
            False: f"not at equal words: {arm:.0f} against {plain:.0f}; `mazedom compare` cuts the longer messages",
            None: "whether at equal words is not known",
        }
        return ("; ".join(told), lengths[self.equal_words])

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        bad = {"why": self.bad_news.why} if isinstance(self.bad_news, Unknown) else self.bad_news.document()
        return {
            "plain": self.plain,
            "arm": self.arm,
            "depth": self.depth,
            "distortion": self.distortion.document(),
            "bad_news": bad,
            "retention": self.retention.document(),
            "words": [rounded(each) for each in self.words],
            "equal_words": self.equal_words,
            "sentences": list(self.sentences),
        }


def headline(plain: Paths, arm: Paths, names: tuple[str, str], weights: Floats | None) -> Headline | Unknown:
    """Return what one arm distorts and loses over the plain arm.

    Args:
        plain: The plain arm's paths.
        arm: The other's.
        names: Of the two conditions.
        weights: How often each world counts in each resample.
    """
    depths = np.intersect1d(plain.depth, arm.depth)
    worlds = np.intersect1d(plain.world, arm.world)
    if not len(depths):
        return Unknown(f"{names[1]} has no chain of a depth that {names[0]} has")
    if len(worlds) < FEWEST_WORLDS:
        counted = "1 world" if len(worlds) == 1 else f"{len(worlds)} worlds"
        return Unknown(f"{names[0]} and {names[1]} have {counted} in common; {FEWEST_WORLDS} are needed")
    depth = int(depths.max())
    sides = [side.where((side.depth == depth) & np.isin(side.world, worlds)) for side in (plain, arm)]
    size = int(worlds.max()) + 1
    some = None if weights is None else weights[:, :size]
    everything = [np.ones(len(side), dtype=bool) for side in sides]
    wrong = [np.isin(side.end, ["A", "I"]) for side in sides]
    kept = [~side.lost for side in sides]
    both = all((side.bad == 1).any() and (side.bad == 0).any() for side in sides)
    lost_bad = [_shares(side, side.lost, side.bad == 1, size, some) for side in sides] if both else []
    lost_good = [_shares(side, side.lost, side.bad == 0, size, some) for side in sides] if both else []
    return Headline(
        plain=names[0],
        arm=names[1],
        depth=depth,
        distortion=_excess(
            [_shares(*each, size, some) for each in zip(sides, wrong, everything, strict=True)], len(worlds)
        ),
        bad_news=_excess([bad - good for bad, good in zip(lost_bad, lost_good, strict=True)], len(worlds))
        if both
        else Unknown("the excess loss of bad news needs good news and bad"),
        retention=_excess(
            [_shares(*each, size, some) for each in zip(sides, kept, everything, strict=True)], len(worlds)
        ),
        words=(_mean_words(sides[0]), _mean_words(sides[1])),
    )


def _shares(
    side: Paths, hits: "np.ndarray[Any, Any]", of: "np.ndarray[Any, Any]", size: int, weights: Floats | None
) -> Floats:
    """Return the share of hits, of all worlds first and then of each resample."""
    rows = np.ones((1, size)) if weights is None else np.vstack([np.ones((1, size)), weights])
    above, below = (np.bincount(side.world, each.astype(float), size) for each in (hits & of, of))
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Floats = (rows @ above) / (rows @ below)
    return shares


def _excess(shares: list[Floats], worlds: int) -> Excess:
    plain, arm = shares
    low, high = percentiles((arm - plain)[1:], worlds) or (float("nan"), float("nan"))
    return Excess(float(plain[0]), float(arm[0]), float(arm[0] - plain[0]), low, high)


def _mean_words(side: Paths) -> float:
    """Return the mean length over chains, each once."""
    _, first = np.unique(side.chain, return_index=True)
    return float(side.words[first].mean())


def _points(excess: Excess) -> str:
    points = f"{100 * excess.value:+.1f} points"
    if not np.isfinite(excess.low):
        return points
    return f"{points} (95% interval {100 * excess.low:+.1f} to {100 * excess.high:+.1f})"
