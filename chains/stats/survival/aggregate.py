"""The shape of decay where an archive holds counts alone: how much was kept, generation by generation.

Others' logged chains count claims ("12 of the 19 in this text are supported")
and don't say which: no statement is followed from message to message. So there
is no first miss, no risk set, no depth arm, and neither `q` nor `k` is
estimated here. What can be said is how the kept share S falls:

    L(n) = ln S(base) - ln S(base + n)        the cumulative hazard net of the base generation
    slope of ln L(n) on ln n                  1: a constant hazard, the straight line; below 1: it eases off

by least squares over the generations with L(n) > 0, with chains, or groups of
chains that began with one text, resampled whole.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from chains.errors import BadInput

Floats = NDArray[np.float64]
Basis = Literal["share", "count"]

BASES: dict[Basis, str] = {
    "share": "kept, of all that the text itself says: blind to what it no longer says",
    "count": "kept, of what the base generation has: what is no longer said is lost",
}
FEWEST_CHAINS = 8
"""Groups of chains below which an interval is too narrow to be believed."""
FEWEST_POINTS = 3
"""Generations past the base that a slope needs: through two points there is always a line."""

NO_STATEMENTS = (
    "no statement is followed from text to text, so there is no exponent q or k, no first miss and no verdict; "
    "a claim may come back, or come in new"
)
UNKNOWN_DRAWS = 0.01
"""Share of draws without a slope up to which the others give an interval."""


@dataclass(frozen=True)
class Counts:
    """What was kept of how much, for chains made alike."""

    name: str
    what: str
    """What is counted: "supported facts", "propositions recalled"."""
    generations: Sequence[int]
    """Ascending; the first is the base."""
    kept: Floats
    """Chains x generations, at least 0."""
    total: Floats
    """The same shape: how many there were to be kept, at least `kept`."""
    groups: Sequence[Hashable] = ()
    """For each chain, what it has in common with others, such as the text it began with; empty: nothing."""

    def __post_init__(self) -> None:
        """Check shapes and ranges.

        Raises:
            BadInput: If there is nothing to be measured, or more was kept than there was.
        """
        if self.kept.shape != self.total.shape or self.kept.ndim != 2 or self.kept.shape[1] != len(self.generations):
            raise BadInput(f"{self.name}: kept and total must both be chains x {len(self.generations)} generations")
        if not self.kept.size or len(self.generations) < 2:
            raise BadInput(f"{self.name}: a decay needs at least one chain and two generations")
        if list(self.generations) != sorted(set(self.generations)):
            raise BadInput(f"{self.name}: generations must ascend, each once")
        if not (np.isfinite(self.kept).all() and np.isfinite(self.total).all()):
            raise BadInput(f"{self.name}: a count is missing")
        if (self.kept < 0).any() or (self.kept > self.total + 1e-9).any():
            raise BadInput(f"{self.name}: more was kept than there was to keep, or less than nothing")
        if self.groups and len(self.groups) != len(self.kept):
            raise BadInput(f"{self.name}: {len(self.groups)} groups for {len(self.kept)} chains")


@dataclass(frozen=True)
class Decay:
    """How the kept share of one set of chains falls, on one basis. Intervals are 95%, over groups of chains."""

    basis: Basis
    n: tuple[int, ...]
    """Generations past the base, from 0."""
    share: tuple[float, ...]
    """S, from 0 to 1 for shares; 1 at the base for counts, where it can rise above 1."""
    hazard: tuple[float, ...]
    """L(n), net of the base; 0 at the base, infinite where nothing is kept."""
    band: tuple[tuple[float, float], ...]
    """Pointwise interval of L(n); nan for a single group."""
    slope: float
    """Of ln L on ln n; nan where fewer than three generations have L > 0."""
    ci: tuple[float, float]
    points: int
    """Generations in the slope."""
    thinned: float
    """Share of the bootstrap draws in which some generation had no L > 0, so that their slope is through fewer."""
    scale: float
    """The line's L(1): with the slope it draws scale * n**slope."""

    def document(self) -> dict[str, Any]:
        """Return the decay as JSON; what is not defined is null."""
        return {
            "basis": BASES[self.basis],
            "slope": _number(self.slope),
            "ci": None if np.isnan(self.ci[0]) else [_number(self.ci[0]), _number(self.ci[1])],
            "points": self.points,
            "thinned": _number(self.thinned),
            "by_generation": [
                {
                    "n": n,
                    "share": _number(share),
                    "cumulative_hazard": _number(hazard),
                    "ci": None if np.isnan(low) else [_number(low), _number(high)],
                }
                for n, share, hazard, (low, high) in zip(self.n, self.share, self.hazard, self.band, strict=True)
            ],
        }


@dataclass(frozen=True)
class Aggregate:
    """What a set of chains with counts alone comes to."""

    name: str
    what: str
    chains: int
    groups: int
    base: int
    """The generation that hazards are net of."""
    empty: int
    """Texts without any claim: with one of them there are counts alone."""
    decays: tuple[Decay, ...]
    """By basis: shares and counts; counts alone where the total never changes, for then the two are one."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What must be said with these figures, in order of weight."""
        said = [f"{self.what}, counted for each text: {NO_STATEMENTS}"]
        if self.base:
            said.append(
                f"hazards are net of generation {self.base}, the first that was recorded: what was lost before it is "
                "not seen"
            )
        if self.groups < self.chains:
            said.append(f"{self.chains} chains began with {self.groups} texts, which are resampled whole")
        if self.groups < FEWEST_CHAINS:
            said.append(f"{self.groups} independent chains are too few for an interval to be believed")
        for decay in self.decays:
            left = len(decay.n) - 1 - decay.points
            if np.isnan(decay.slope):
                said.append(f"no slope by {decay.basis}: fewer than {FEWEST_POINTS} generations lie below the base")
            elif left:
                said.append(f"{left} generations are no lower than the base and not in the slope by {decay.basis}")
            if decay.thinned > 0.01 and not np.isnan(decay.slope):
                said.append(
                    f"in {decay.thinned:.0%} of the resamples a generation is no lower than the base and leaves the "
                    f"slope by {decay.basis}: "
                    + ("no interval is given" if np.isnan(decay.ci[0]) else "its interval is rough")
                )
        if all(decay.basis == "count" for decay in self.decays) and self.empty:
            said.append(f"{self.empty} texts have no claim at all, so shares of a text's own claims are not defined")
        return tuple(said)

    def document(self) -> dict[str, Any]:
        """Return the figures as JSON."""
        return {
            "name": self.name,
            "what": self.what,
            "chains": self.chains,
            "groups": self.groups,
            "base_generation": self.base,
            "decay": {decay.basis: decay.document() for decay in self.decays},
            "sentences": list(self.sentences),
        }


def aggregate(counts: Counts, *, resamples: int = 2000, seed: int = 0) -> Aggregate:
    """Measure how the kept share falls along a set of chains.

    Shares are means over chains, as the archives' own papers give them.

    Args:
        counts: Kept and total by chain and generation.
        resamples: Bootstrap draws.
        seed: Of the draws.
    """
    groups = list(counts.groups) or list(range(len(counts.kept)))
    members = [np.flatnonzero([group == mine for group in groups]) for mine in dict.fromkeys(groups)]
    random = np.random.default_rng(seed)
    draws = random.integers(0, len(members), (resamples if len(members) > 1 else 0, len(members)))
    # How often each chain is in each draw: one matrix product then gives every draw's means.
    in_group = np.zeros((len(members), len(groups)))
    for at, mine in enumerate(members):
        in_group[at, mine] = 1
    weights = np.stack([np.bincount(draw, minlength=len(members)) for draw in draws]) @ in_group if len(draws) else None
    empty = int((counts.total == 0).sum())
    constant = bool((counts.total == counts.total[:, :1]).all())
    bases: tuple[Basis, ...] = ("count",) if constant or empty else ("share", "count")
    return Aggregate(
        name=counts.name,
        what=counts.what,
        chains=len(groups),
        groups=len(members),
        base=int(counts.generations[0]),
        empty=empty,
        decays=tuple(_decay(basis, counts, weights) for basis in bases),
    )


def _decay(basis: Basis, counts: Counts, weights: Floats | None) -> Decay:
    values = counts.kept / counts.total if basis == "share" else counts.kept
    n = np.array(counts.generations, dtype=float) - counts.generations[0]
    means = values.mean(axis=0)
    hazard = _net(means)
    slope, scale, points = _line(n, hazard)
    ci, band, thinned = (np.nan, np.nan), np.full((len(n), 2), np.nan), 0.0
    if weights is not None:
        drawn = _net(weights @ values / weights.sum(axis=1, keepdims=True))
        band = np.quantile(drawn, [0.025, 0.975], axis=0, method="nearest").T  # between two infinities there is no mean
        lines = [_line(n, row) for row in drawn]
        slopes = np.array([line[0] for line in lines])
        thinned = float(np.mean([line[2] < points for line in lines]))
        if not np.isnan(slope) and np.isnan(slopes).mean() <= UNKNOWN_DRAWS:
            low, high = np.nanquantile(slopes, [0.025, 0.975])
            ci = (float(low), float(high))
    return Decay(
        basis=basis,
        n=tuple(int(at) for at in n),
        share=tuple(float(value) for value in (means if basis == "share" else means / means[0])),
        hazard=tuple(float(value) for value in hazard),
        band=tuple((float(low), float(high)) for low, high in band),
        slope=slope,
        ci=ci,
        points=points,
        thinned=thinned,
        scale=scale,
    )


def _net(means: Floats) -> Floats:
    """Return L along the last axis: 0 at the base."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(means)
        return np.asarray(logs[..., :1] - logs)


def _line(n: Floats, hazard: Floats) -> tuple[float, float, int]:
    """Return slope and L(1) of the least-squares line of ln L on ln n, and through how many generations it goes."""
    usable = (n > 0) & (hazard > 0) & np.isfinite(hazard)
    points = int(usable.sum())
    if points < FEWEST_POINTS:
        return float("nan"), float("nan"), points
    x, y = np.log(n[usable]), np.log(hazard[usable])
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    return slope, float(np.exp(y.mean() - slope * x.mean())), points


def _number(value: float) -> float | None:
    """Return a figure for JSON, which has neither nan nor infinity."""
    return round(float(value), 6) if np.isfinite(value) else None
