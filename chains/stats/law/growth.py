"""How distortion and regret grow with the depth: the founding claim, by worlds alone.

A curve has one value for each number of managers N, made of sums over worlds:

    distortion   -ln(1 - D), with D the share of all facts that the executive hears wrong
                 (altered or inverted)
    of what was  the cumulative hazard to be distorted, hop by hop, of a fact still told right:
    right        omission takes nothing away from it
    bad news     by how much more of the bad news is lost than of the good, as cumulative
                 hazards: -ln of the share kept of bad news, minus that of good
    regret       the mean payoff lost against the best decision; it has no upper end

Where every manager does the same harm to a fact whatever the depth, the first is straight
or bends down, however facts, chains and replicates differ and however many facts are
omitted before they could be distorted. So are the second and third, unless facts that
are prone to be omitted are the least prone to be distorted. Regret is straight. So a
curve that bends up is worse than linear. Two figures say so, both with what leaving out
each world in turn (the jackknife) makes of them:

    exponent     q of v(0) + c N^q, by least squares weighted by the arms' variances
    bend         what the second half of the managers adds more than the first half, over
                 the widest three equally spaced depths

The verdict is the exponent's, if the curve bends its way; that on bad news, whose curve
may lie at 0, is the bend's.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.estimates import Unknown, rounded
from chains.stats.fit.likelihood import Floats
from chains.stats.law.verdicts import EQUIVALENT, Word
from chains.stats.observations.first_loss import Paths
from chains.stats.paired.shares import FEWEST_WORLDS

Name = Literal["distortion", "distortion of what was right", "bad news", "regret"]
ABOUT: dict[Name, str] = {
    "distortion": "what the executive hears wrong",
    "distortion of what was right": "the hazard of a fact still told right to be distorted",
    "bad news": "the excess loss of bad news",
    "regret": "regret",
}
_GRID = np.arange(0.05, 6.001, 0.05)
"""Exponents tried; the best is then refined by a parabola."""
FEWEST_ARMS = 3


class Ratios(NamedTuple):
    """Sums by world and arm, whose ratios over all worlds make a curve."""

    above: Floats
    """(worlds, arms)."""
    below: Floats

    def of(self, weights: Floats) -> Floats:
        """Return the ratios for weights of the worlds (fits, worlds)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios: Floats = (weights @ self.above) / (weights @ self.below)
        return ratios


class Curve(NamedTuple):
    """What grows with the number of managers."""

    name: Name
    managers: Floats
    parts: tuple[Ratios, ...]

    def at(self, weights: Floats) -> Floats:
        """Return the curve for weights of the worlds, (fits, arms)."""
        ratios = [part.of(weights) for part in self.parts]
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.name == "regret":
                return ratios[0]
            hazards = [-np.log1p(-ratio) for ratio in ratios]
            if self.name == "bad news":
                difference: Floats = hazards[0] - hazards[1]
                return difference
        # a hop that an arm does not have adds nothing to it
        total: Floats = hazards[0] + sum((np.nan_to_num(each, nan=0.0, posinf=np.inf) for each in hazards[1:]), 0.0)
        return total


@dataclass(frozen=True)
class Figure:
    """A number with its 95% interval over worlds."""

    value: float
    low: float
    high: float
    narrow: tuple[float, float]
    """90% interval."""
    p: float
    """One-sided, against no more than what is linear."""
    influence: Floats
    """What each world moves it by."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"value": rounded(self.value), "ci": [rounded(self.low), rounded(self.high)], "p": rounded(self.p)}


@dataclass(frozen=True)
class Growth:
    """How one thing grows in one condition."""

    name: Name
    managers: tuple[int, ...]
    values: tuple[float, ...]
    """Of the curve, by arm."""
    bend: Figure | Unknown
    triple: tuple[int, int, int]
    """The managers that the bend is taken over."""
    exponent: Figure | Unknown
    verdict: Word | None
    why: str
    """Why there is no verdict; empty where there is one."""

    @property
    def about(self) -> str:
        """What it is, in words."""
        return ABOUT[self.name]

    @property
    def sentence(self) -> str:
        """What is said of it."""
        about = self.about
        if self.why:
            return f"{about}: {self.why}"
        first, middle, last = self.triple
        grows = {
            "superlinear": f"{about} grows faster than linearly with the number of managers",
            "linear": f"{about} grows linearly with the number of managers, give or take .15",
            "sublinear": f"{about} grows slower than linearly with the number of managers",
            "inconclusive": f"{about} is not shown to grow faster than linearly with the number of managers",
        }[self.verdict or "inconclusive"]
        parts = []
        if isinstance(self.exponent, Figure):
            parts.append(
                f"exponent {self.exponent.value:.2f}, 95% interval {self.exponent.low:.2f} to {self.exponent.high:.2f}"
            )
        if isinstance(self.bend, Figure):
            bend = self.bend
            parts.append(
                f"managers {middle + 1} to {last} add {bend.value:+.3g} over what {first + 1} to {middle} add "
                f"({bend.low:+.3g} to {bend.high:+.3g}, p {bend.p:.3f})"
            )
        return f"{grows}: {'; '.join(parts)}"

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "of": self.name,
            "verdict": self.verdict,
            "why": self.why or None,
            "sentence": self.sentence,
            "exponent": {"why": self.exponent.why} if isinstance(self.exponent, Unknown) else self.exponent.document(),
            "bend": {"why": self.bend.why} if isinstance(self.bend, Unknown) else self.bend.document(),
            "bend_over": list(self.triple),
            "curve": [
                {"managers": at, "value": rounded(value)} for at, value in zip(self.managers, self.values, strict=True)
            ],
        }


def distortion_curve(paths: Paths, wrong: str = "AI") -> Curve:
    """Return the share of facts that the executive hears wrong, by arm and world."""
    return Curve("distortion", *_arms(paths, np.isin(paths.end, list(wrong)), np.ones(len(paths), dtype=bool)))


def distorted_when_right(paths: Paths, wrong: str = "AI") -> Curve:
    """Return the cumulative hazard to be distorted of facts that are still told right, by arm and world."""
    last = np.where(paths.miss > 0, paths.miss, paths.depth)
    hit = np.isin(paths.missed_as, list(wrong))
    parts = []
    for hop in range(1, int(paths.depth.max()) + 1):
        managers, (part,) = _arms(paths, hit & (paths.miss == hop), last >= hop)
        parts.append(part)
    return Curve("distortion of what was right", managers, tuple(parts))


def bad_news_curve(paths: Paths) -> Curve | None:
    """Return the losses of bad news and of good; None unless every arm has both."""
    managers, (bad,) = _arms(paths, paths.lost, paths.bad == 1)
    _, (good,) = _arms(paths, paths.lost, paths.bad == 0)
    if not (bad.below.sum(axis=0).all() and good.below.sum(axis=0).all()):
        return None
    return Curve("bad news", managers, (bad, good))


def regret_curve(world: Floats, managers: Floats, regret: Floats, worlds: int) -> Curve:
    """Return the mean regret by arm.

    Args:
        world: The number of each trial's world.
        managers: Of each trial.
        regret: Of each trial.
        worlds: How many numbers worlds have.
    """
    arms = np.unique(managers)
    place = world.astype(np.int64) * len(arms) + np.searchsorted(arms, managers)
    sums = [_summed(place, weights, worlds, len(arms)) for weights in (regret, np.ones(len(world)))]
    return Curve("regret", arms.astype(float), (Ratios(sums[0], sums[1]),))


def _summed(place: "np.ndarray[Any, Any]", values: Floats, worlds: int, arms: int) -> Floats:
    sums: Floats = np.bincount(place, values, worlds * arms).astype(float).reshape(worlds, arms)
    return sums


def _arms(paths: Paths, hits: "np.ndarray[Any, Any]", of: "np.ndarray[Any, Any]") -> tuple[Floats, tuple[Ratios]]:
    managers = np.unique(paths.managers)
    place = paths.world * len(managers) + np.searchsorted(managers, paths.managers)
    above, below = (_summed(place, each.astype(float), paths.worlds, len(managers)) for each in (hits & of, of))
    return managers.astype(float), (Ratios(above, below),)


def growth(curve: Curve, *, refused: str = "") -> Growth:
    """Return how a curve grows, and the verdict on it.

    Args:
        curve: What grows.
        refused: Why there is to be no verdict, if so.
    """
    there = np.flatnonzero(curve.parts[0].below.sum(axis=1))
    everyone = np.zeros(len(curve.parts[0].below))
    everyone[there] = 1.0
    values = curve.at(everyone[None])[0]
    triple = _triple(curve.managers)
    why = refused or _not_determined(curve, values, len(there))
    managers = tuple(int(each) for each in curve.managers)
    if why or triple is None:
        unknown = Unknown(why or "no three depths")
        return Growth(
            curve.name, managers, tuple(values.tolist()), unknown, (0, 0, 0), unknown, None, why or unknown.why
        )
    folds = np.vstack([everyone, everyone - np.eye(len(everyone))[there]])
    curves = curve.at(folds)
    bend = _figure(curves @ _contrast(curve.managers, triple), 0.0)
    exponent = _exponent(curve, curves)
    return Growth(
        curve.name, managers, tuple(values.tolist()), bend, triple, exponent, _word(curve.name, bend, exponent), ""
    )


def _not_determined(curve: Curve, values: Floats, worlds: int) -> str:
    """Return why nothing can be said of a curve; empty if something can."""
    if len(curve.managers) < FEWEST_ARMS or curve.managers[0] > 0:
        return "needs the arm without managers (depth=1) and at least two with some"
    if worlds < FEWEST_WORLDS:
        return f"{worlds} worlds are too few; nothing is concluded from fewer than {FEWEST_WORLDS}"
    if not np.isfinite(values).all():
        return "some arm has nothing to tell"
    if not np.ptp(values):
        return "it is the same at every depth"
    return ""


def _word(name: Name, bend: Figure, exponent: Figure | Unknown) -> Word:
    """Return the verdict: of shares, which saturate, only that they bend up; of regret the others too."""
    if isinstance(exponent, Unknown):
        return "superlinear" if bend.low > 0 else "inconclusive"
    if exponent.low > 1 and bend.value > 0:
        return "superlinear"
    if name == "regret":
        if EQUIVALENT[0] < exponent.narrow[0] and exponent.narrow[1] < EQUIVALENT[1]:
            return "linear"
        if exponent.high < 1 and bend.value < 0:
            return "sublinear"
    return "inconclusive"


def _triple(managers: Floats) -> tuple[int, int, int] | None:
    """Return the widest three equally spaced arms; without any, both ends and the one nearest to their middle."""
    arms = sorted(int(each) for each in managers)
    if len(arms) < FEWEST_ARMS:
        return None
    even = [
        (low, (low + high) // 2, high)
        for at, low in enumerate(arms)
        for high in arms[at + 2 :]
        if (low + high) % 2 == 0 and (low + high) // 2 in arms
    ]
    if even:
        return max(even, key=lambda three: (three[2] - three[0], -three[0]))
    middle = min(arms[1:-1], key=lambda arm: abs(2 * arm - arms[0] - arms[-1]))
    return arms[0], middle, arms[-1]


def _contrast(managers: Floats, triple: tuple[int, int, int]) -> Floats:
    """Return the weights of the arms: what the last adds per manager, minus what the first adds, times the latter's."""
    first, middle, last = triple
    weights = np.zeros(len(managers))
    at = [int(np.flatnonzero(managers == each)[0]) for each in triple]
    later = (middle - first) / (last - middle)
    weights[at] = [1.0, -1.0 - later, later]
    return weights


def _exponent(curve: Curve, curves: Floats) -> Figure | Unknown:
    """Return the exponent of the curve, fitted with and without each world."""
    left = curves[1:]
    variances = ((left - left.mean(axis=0)) ** 2).sum(axis=0)
    if curve.name == "bad news" or not (variances > 0).any():
        return Unknown("a curve that may lie at 0 has no exponent")
    precision = 1 / np.maximum(variances, variances.max() * 1e-4)
    powers = np.where(curve.managers > 0, np.maximum(curve.managers, 1.0) ** _GRID[:, None], 0.0)
    mean = precision / precision.sum()
    centred = powers - (powers @ mean)[:, None]
    size = (centred**2 * precision).sum(axis=1)
    slope = (curves * precision) @ centred.T / size
    gain = slope**2 * size
    gain[slope <= 0] = -np.inf
    best = np.argmax(gain, axis=1)
    if not np.isfinite(gain[np.arange(len(gain)), best]).all() or ((best == 0) | (best == len(_GRID) - 1)).any():
        return Unknown("it does not grow, or not by any power of the number of managers")
    rows = np.arange(len(gain))
    below, here, above = (gain[rows, best + step] for step in (-1, 0, 1))
    bent = below - 2 * here + above
    shift = np.where(np.isfinite(bent) & (bent < 0), 0.5 * (below - above) / np.where(bent < 0, bent, 1.0), 0.0)
    return _figure(_GRID[best] + shift * (_GRID[1] - _GRID[0]), 1.0)


def _figure(values: Floats, null: float) -> Figure:
    """Return a number from its value in all worlds and without each."""
    value, left = float(values[0]), values[1:]
    worlds = len(left)
    influence = left.mean() - left
    return _from(value, influence * math.sqrt((worlds - 1) / worlds), null)


def _from(value: float, influence: Floats, null: float) -> Figure:
    worlds = len(influence)
    se = float(np.sqrt((influence**2).sum()))
    half, short = (float(stats.t.isf(tail, worlds - 1)) * se for tail in (0.025, 0.05))
    p = float(stats.t.sf((value - null) / se, worlds - 1)) if se > 0 else 1.0
    return Figure(value, value - half, value + half, (value - short, value + short), p, influence)


class GrowthContrast(NamedTuple):
    """How much more one thing bends in the second condition than in the first: the excess over the plain arm."""

    name: Name
    first: str
    second: str
    bend: Figure | Unknown

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        bend = {"why": self.bend.why} if isinstance(self.bend, Unknown) else self.bend.document()
        return {"of": self.name, "first": self.first, "second": self.second, "bend": bend}


def growth_contrast(names: tuple[str, str], first: Growth, second: Growth) -> GrowthContrast:
    """Return how much more a curve bends in the second condition; both by the same worlds, and so paired."""
    bend: Figure | Unknown
    one, other = first.bend, second.bend
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        bend = one if isinstance(one, Unknown) else Unknown(other.why if isinstance(other, Unknown) else "")
    elif len(one.influence) != len(other.influence) or first.triple != second.triple:
        bend = Unknown("the two conditions are of different worlds or depths, and only the same can be paired")
    else:
        bend = _from(other.value - one.value, other.influence - one.influence, 0.0)
    return GrowthContrast(first.name, *names, bend)
