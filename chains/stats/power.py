"""Power: how often a study of this size would find what is assumed to be true, by drawing such studies.

Each study is drawn from the planted channel with random effects per statement
and per chain, analysed as a real one would be, and counted if it says what the
hypothesis says. With several hypotheses each is tested at .05 divided by their
number, the hardest step of Holm's method, so that powers are lower bounds. Two
arms are drawn independently of each other: what pairing by world gains is not
counted, which makes powers of contrasts lower bounds too.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.estimates import Estimate, Unknown
from chains.stats.fit.inference import How
from chains.stats.fit.likelihood import Floats
from chains.stats.law.condition_law import DEPTH
from chains.stats.law.depth import depth_law
from chains.stats.law.hop import hop_law
from chains.stats.law.valence_effect import valence_law
from chains.stats.law.verdicts import EQUIVALENT, verdict
from chains.stats.observations.simulate import Planted, simulate
from chains.stats.paired.bounded import bounded, fewest_worlds
from chains.stats.paired.paired import LEVEL, sign_flip
from chains.stats.paired.shares import FEWEST_WORLDS

Exponent = Literal["q", "k", "hazard_ratio"]
WANTED = 0.8
MOST_WORLDS = 10_000
"""More are not asked for: nobody will run them."""
FEWEST_REPLICATES = 2
_CHECKED = 200
"""The number of worlds needed is checked by drawing studies of that size, up to this."""
_CHECKS = 3
"""Times that it is checked and raised."""

SHARES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "retention": lambda shares, _: shares[:, 0],
    "blurring": lambda shares, _: shares[:, 1],
    "alteration": lambda shares, _: shares[:, 2],
    "inversion": lambda shares, _: shares[:, 3],
    "omission": lambda shares, _: shares[:, 4],
    "distortion": lambda shares, _: shares[:, 2] + shares[:, 3],
    "weighted_drift": lambda shares, _: 1 - shares[:, 0],
    "bad_loss": lambda _, lost: lost[:, 1],
    "good_loss": lambda _, lost: lost[:, 0],
    "bad_excess": lambda _, lost: lost[:, 1] - lost[:, 0],
}
"""Measures that the planted channel has, from a world's shares of the five fates, and of good and bad news lost."""


@dataclass(frozen=True)
class Power:
    """How often studies of one size find what is assumed."""

    power: float
    """Share of the studies; nan where none can, see `why`."""
    studies: int
    worlds: int
    needed: int | None
    """Worlds for 80%, from the standard error at `worlds` shrinking with their root; None if beyond reason."""
    checked: float | None
    """The power at `needed` worlds, drawn; None where that would take too long."""
    why: str = ""
    """Why no study of this design can find it."""

    @property
    def margin(self) -> float:
        """Half the 95% interval of the share, from the number of studies alone."""
        return 1.96 * math.sqrt(max(self.power * (1 - self.power), 0.25 / self.studies) / self.studies)


class Found(NamedTuple):
    """What one study says."""

    yes: bool
    off: float
    """How far its estimate is from what it is held against; nan where nothing was estimated."""
    se: float
    """Its standard error."""
    why: str = ""


class Test(NamedTuple):
    """Something to be found."""

    study: Callable[[int, int], Found]
    """From worlds and seed."""
    level: float = LEVEL
    """Two-sided."""
    room: float | None = None
    """For equivalence: how far off the true value may be; None for a test that it is off."""
    fewest: int = FEWEST_WORLDS
    """Worlds without which it can't be found, whatever they show."""


def power(test: Test, worlds: int, replicates: int, *, studies: int, seed: int = 0) -> Power:
    """Draw studies and count.

    Args:
        test: What is to be found.
        worlds: Of each study.
        replicates: Of each world; with one `law` gives no verdict, so that nothing is found.
        studies: How many.
        seed: Of the first; each study has a seed of its own.
    """
    why = ""
    if replicates < FEWEST_REPLICATES:
        why = "one replicate can't tell differences between statements from the law; plan 3"
    elif worlds < FEWEST_WORLDS:
        why = f"nothing is concluded from fewer than {FEWEST_WORLDS} worlds"
    at = max(worlds, FEWEST_WORLDS)
    found = [test.study(at, seed + number) for number in range(studies)]
    known = [one for one in found if math.isfinite(one.off)]
    if len(known) < studies / 2:
        return Power(math.nan, studies, worlds, None, None, next(one.why for one in found if one.why))
    share = float(np.mean([one.yes for one in found]))
    needed = _first_guess(at, known, test)
    if needed is not None:
        needed = max(needed, test.fewest)
    checked = None
    for again in range(1, _CHECKS + 1):
        if needed is None or needed > _CHECKED:
            break
        some = [test.study(needed, seed + again * studies + number).yes for number in range(max(20, studies // 2))]
        checked = float(np.mean(some))
        if checked >= WANTED - 0.04:
            break
        needed, checked = _more(needed, checked, test), None
    return Power(0.0 if why else share, studies, worlds, needed, checked, why)


def _first_guess(worlds: int, known: Sequence[Found], test: Test) -> int | None:
    """Return the worlds for 80%, from the mean estimate and its standard error, which shrinks with their root."""
    off, se = float(np.mean([one.off for one in known])), float(np.median([one.se for one in known]))
    effect = abs(off) if test.room is None else test.room - abs(off)
    if effect <= 0 or se <= 0:
        return None
    return _within(worlds * (se * _reach(test, WANTED) / effect) ** 2)


def _reach(test: Test, wanted: float) -> float:
    """Return how many standard errors the effect must be for a power."""
    if test.room is not None:  # both one-sided tests must hold
        return float(stats.norm.isf(LEVEL) + stats.norm.ppf((1 + wanted) / 2))
    return float(stats.norm.isf(test.level / 2) + stats.norm.ppf(wanted))


def _more(worlds: int, power_there: float, test: Test) -> int | None:
    """Return the worlds for 80% where so many give less."""
    there = max(0.5, _reach(test, min(max(power_there, 0.02), 0.98)))
    return _within(max(worlds + 1, worlds * (_reach(test, WANTED) / there) ** 2))


def _within(worlds: float) -> int | None:
    needed = max(FEWEST_WORLDS, math.ceil(worlds))
    return needed if needed <= MOST_WORLDS else None


def exponent_above(planted: Planted, exponent: Exponent, against: float, level: float = LEVEL) -> Test:
    """Return the test that finds an exponent (or hazard ratio) above a number, or below it if it is planted below."""
    up = _true(planted, exponent) >= against

    def study(worlds: int, seed: int) -> Found:
        value = _estimate(replace(planted, worlds=worlds), exponent, seed)
        if isinstance(value, Unknown):
            return Found(yes=False, off=math.nan, se=math.nan, why=value.why)
        off, se = _off(value, ratio=exponent == "hazard_ratio", against=against)
        return _found(off, se, up=up, level=level, worlds=worlds)

    return Test(study, level)


def heard_above(planted: Planted) -> Test:
    """Return the test that finds the share heard to fall ever faster: what stands whatever statements are like."""

    def study(worlds: int, seed: int) -> Found:
        value = depth_law(simulate(replace(planted, worlds=worlds), seed).paths(), How()).heard
        if isinstance(value, Unknown):
            return Found(yes=False, off=math.nan, se=math.nan, why=value.why)
        return _found(value.value - 1, value.se, up=True, level=LEVEL, worlds=worlds)

    return Test(study)


def exponents_differ(arms: tuple[Planted, Planted], exponent: Exponent, margin: float, level: float = LEVEL) -> Test:
    """Return the test that finds the first arm's exponent further from the second's than a margin, as planted.

    Args:
        arms: Left and right.
        exponent: Which.
        margin: Added to the right; hazard ratios are compared by their logarithms.
        level: Two-sided.
    """
    ratio = exponent == "hazard_ratio"
    left, right = (math.log(_true(arm, exponent)) if ratio else _true(arm, exponent) for arm in arms)

    def study(worlds: int, seed: int) -> Found:
        offs = []
        for number, arm in enumerate(arms):
            value = _estimate(replace(arm, worlds=worlds), exponent, 2 * seed + number)
            if isinstance(value, Unknown):
                return Found(yes=False, off=math.nan, se=math.nan, why=value.why)
            offs.append(_off(value, ratio=ratio, against=1.0))
        (one, se_one), (other, se_other) = offs
        off, se = one - other - margin, math.hypot(se_one, se_other)
        return _found(off, se, up=left - right >= margin, level=level, worlds=worlds)

    return Test(study, level)


def measures_differ(arms: tuple[Planted, Planted], measure: str, margin: float, *, up: bool, level: float) -> Test:
    """Return the test that finds the first arm's measure above the second's, or below it, by a margin.

    Without a margin by sign flips; with one by betting, which needs some worlds even where nothing is lost in any.

    Args:
        arms: Left and right.
        measure: One of SHARES.
        margin: Added to the right.
        up: Whether it is to be above.
        level: Two-sided.
    """
    width = 2.0 if measure.endswith("_excess") else 1.0

    def study(worlds: int, seed: int) -> Found:
        left, right = (_by_world(arm, measure, worlds, 2 * seed + at) for at, arm in enumerate(arms))
        difference = left - right
        off, se = float(difference.mean()) - margin, float(difference.std(ddof=1) / math.sqrt(worlds))
        p = bounded(difference, margin, -width, width).p if margin else sign_flip(difference, seed).p
        return Found(bool(p <= level) and (off > 0) == up, off, se)

    return Test(study, level, fewest=fewest_worlds(abs(margin), level, width) if margin else FEWEST_WORLDS)


def equivalence(planted: Planted) -> Test:
    """Return the test that shows a true q of 1 to be linear, as the verdict has it: by three 90% intervals."""
    flat = replace(planted, q=1.0, k=None)

    def study(worlds: int, seed: int) -> Found:
        depth = depth_law(simulate(replace(flat, worlds=worlds), seed).paths(), How())
        value = depth.q
        if isinstance(value, Unknown):
            return Found(yes=False, off=math.nan, se=math.nan, why=value.why)
        yes = verdict(depth, "q", DEPTH, lambda: ()).word == "linear"
        # chains that differ pull the estimate down; what decides is the one that allows for them
        return Found(yes, 0.0, value.se)

    return Test(study, room=EQUIVALENT[1] - 1)


def _found(off: float, se: float, *, up: bool, level: float, worlds: int) -> Found:
    half = float(stats.t.isf(level / 2, worlds - 1)) * se
    return Found(off - half > 0 if up else off + half < 0, off, se)


def _true(planted: Planted, exponent: Exponent) -> float:
    if exponent == "hazard_ratio":
        return planted.bad
    return planted.q if exponent == "q" else (planted.k or 1.0)


def _estimate(planted: Planted, exponent: Exponent, seed: int) -> Estimate | Unknown:
    paths = simulate(planted, seed).paths()
    if exponent == "q":
        return depth_law(paths, How()).q
    return hop_law(paths, How(), exact=True).k if exponent == "k" else valence_law(paths, How()).ratio


def _off(value: Estimate, *, ratio: bool, against: float) -> tuple[float, float]:
    """Return how far an estimate is from a number, and its standard error, on the scale on which it is tested."""
    if ratio:
        return math.log(value.value / against), value.se / value.value
    return value.value - against, value.se


def _by_world(planted: Planted, measure: str, worlds: int, seed: int) -> Floats:
    """Return a measure's mean in each world, over replicates and arms of managers."""
    paths = simulate(replace(planted, worlds=worlds), seed).paths()
    fates = np.stack([np.bincount(paths.world, paths.end == letter, worlds) for letter in "KBAIO"], axis=1)
    shares = fates / fates.sum(axis=1, keepdims=True)
    lost = np.stack(
        [
            np.bincount(paths.world, paths.lost & (paths.bad == bad), worlds)
            / np.bincount(paths.world, paths.bad == bad, worlds)
            for bad in (0, 1)
        ],
        axis=1,
    )
    return SHARES[measure](shares, lost)
