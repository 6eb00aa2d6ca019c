"""Power: how often studies of a size would find what is assumed to be true.

One large study is drawn from the planted channel, with random effects per statement and
per chain, and analysed as a real one would be. What each of its worlds moves an estimate
by says how estimates of smaller studies spread: with the root of their worlds, together
where a verdict asks for several. So studies of any size are drawn at once, in numbers
and without fitting them, and the size for 80% is found by halving. Against a margin,
which betting decides and no standard error tells, studies are made of the drawn worlds
themselves. `tests/bench/planning.py` holds it all to studies that are drawn and
analysed one by one.

With several hypotheses each is tested at .05 divided by their number, the hardest step
of Holm's method, so that powers are lower bounds. Two arms are drawn independently of
each other: what pairing by world gains is not counted, which makes powers of contrasts
lower bounds too.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from chains.stats.fit.estimates import Estimate, Unknown
from chains.stats.fit.inference import How
from chains.stats.fit.likelihood import Flags, Floats
from chains.stats.law.chain_random_effect import GROUPS
from chains.stats.law.depth import depth_law
from chains.stats.law.hop import hop_law
from chains.stats.law.independence import FEWEST_PAIRS, Alike, alike
from chains.stats.law.valence_effect import valence_law
from chains.stats.law.verdicts import EQUIVALENT, MOST_CHAIN_SD
from chains.stats.observations.simulate import Planted, simulate, simulate_ends
from chains.stats.paired.bounded import fewest_worlds, tail
from chains.stats.paired.paired import LEVEL
from chains.stats.paired.shares import FEWEST_WORLDS

Exponent = Literal["q", "k", "hazard_ratio"]
WANTED = 0.8
MOST_WORLDS = 10_000
"""More are not asked for: nobody will run them."""
FEWEST_REPLICATES = 2
PASSES = 0.975
"""Chance that a check passes where nothing is wrong: it fails if its 95% interval lies above what is expected."""
CHECKS = 2
"""Replicates against each other, and arms against each other."""
_FEW = 30
"""Worlds of each study that tells how exactly an exponent is known that allows for chains that differ."""
_TOGETHER = 0.9
"""Correlation of that exponent with the one that does not allow for it, over studies."""
_STUDIES = 4000
"""Studies drawn in numbers for one size."""
_RESAMPLED = 400
"""Studies made of drawn worlds for one size."""
_WORLDS = {"depth": 15.0, "hop": 3.0, "ratio": 1.5, "shares": 5.0, "chains": 0.75}
"""Worlds drawn for each kind of law, times the studies asked for: about as many as can be fitted in a second."""

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


class Step(NamedTuple):
    """What a verdict asks for, one thing after another, each with all before it."""

    what: str
    power: float
    needed: int | None


@dataclass(frozen=True)
class Power:
    """How often studies of one size find what is assumed."""

    power: float
    """Share of the studies; nan where none can, see `why`."""
    margin: float
    """Half the 95% interval of it, from the number of worlds that were drawn."""
    worlds: int
    needed: int | None
    """Worlds for 80%; None if beyond reason."""
    checked: float | None
    """The power at `needed` worlds."""
    why: str = ""
    """Why no study of this design can find it."""
    steps: tuple[Step, ...] = ()
    """Of a verdict on an exponent."""


class Test(NamedTuple):
    """Something to be found."""

    at: Callable[[int], float]
    """Its power with so many worlds."""
    drawn: int
    """Worlds that this rests on."""
    fewest: int = FEWEST_WORLDS
    """Worlds without which it can't be found, whatever they show."""
    steps: tuple[tuple[str, Callable[[int], float]], ...] = ()


def power(test: Test | Unknown, worlds: int, replicates: int) -> Power:
    """Return the power of a test, and the worlds for 80%.

    Args:
        test: What is to be found; why it can't be.
        worlds: Of each study.
        replicates: Of each world; with one `law` gives no verdict, so that nothing is found.
    """
    if isinstance(test, Unknown):
        return Power(math.nan, math.nan, worlds, None, None, test.why)
    why = ""
    if replicates < FEWEST_REPLICATES:
        why = "one replicate can't tell differences between statements from the law; plan 3"
    elif worlds < FEWEST_WORLDS:
        why = f"nothing is concluded from fewer than {FEWEST_WORLDS} worlds"
    share = test.at(max(worlds, FEWEST_WORLDS))
    needed = _needed(test.at, test.fewest)
    return Power(
        power=0.0 if why else share,
        margin=_margin(share, worlds, test.drawn),
        worlds=worlds,
        needed=needed,
        checked=None if needed is None else test.at(needed),
        why=why,
        steps=tuple(Step(what, at(max(worlds, FEWEST_WORLDS)), _needed(at, FEWEST_WORLDS)) for what, at in test.steps),
    )


def _needed(at: Callable[[int], float], fewest: int) -> int | None:
    """Return the fewest worlds with a power of 80%; None if they are beyond reason."""
    low, high = fewest - 1, max(fewest, FEWEST_WORLDS)
    while at(high) < WANTED:
        low, high = high, 2 * high
        if high > 2 * MOST_WORLDS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle) >= WANTED else (middle, high)
    return high if high <= MOST_WORLDS else None


def _margin(share: float, worlds: int, drawn: int) -> float:
    """Return how far off a power may be: effect and spread are each known from `drawn` worlds alone."""
    off = float(stats.norm.ppf(min(max(share, 0.005), 0.995)))
    reach = off + float(stats.norm.isf(LEVEL / 2))
    return float(1.96 * stats.norm.pdf(off) * math.sqrt(worlds / drawn + reach**2 / (2 * drawn)))


class _Spread(NamedTuple):
    """Estimates of one law, or several, in studies of any size."""

    mean: Floats
    per_world: Floats
    """Covariance of the estimates, times the worlds."""
    worlds: int
    """That it rests on."""

    @classmethod
    def of(cls, *found: Estimate) -> "_Spread":
        """Take it from estimates of one large study."""
        moves = np.stack([one.influence for one in found])
        return cls(np.array([one.value for one in found]), moves @ moves.T * moves.shape[1], moves.shape[1])

    def less(self, other: "_Spread") -> "_Spread":
        """Return the difference of two arms that were drawn apart."""
        return _Spread(self.mean - other.mean, self.per_world + other.per_world, min(self.worlds, other.worlds))

    def studies(self, worlds: int) -> tuple[Floats, Floats]:
        """Return the estimates and their standard errors in drawn studies, each (studies, estimates)."""
        random = np.random.default_rng(0)
        root = np.linalg.cholesky(self.per_world / worlds + 1e-12 * np.eye(len(self.mean)))
        value = self.mean + random.standard_normal((_STUDIES, len(self.mean))) @ root.T
        short = np.sqrt(random.chisquare(worlds - 1, (_STUDIES, 1)) / (worlds - 1))
        return value, short * np.sqrt(np.diag(self.per_world) / worlds)


def _clear(value: Floats, se: Floats, worlds: int, level: float, *, up: bool) -> Flags:
    """Return where an estimate lies clear of 0 on one side, tested two-sided."""
    half = float(stats.t.isf(level / 2, worlds - 1)) * se
    return value - half > 0 if up else value + half < 0


def _passing(conditional: Flags, anyway: Flags) -> float:
    """Return how often a verdict is given that needs the checks, or stands without them."""
    passes = PASSES**CHECKS
    return float(anyway.mean() + passes * (conditional & ~anyway).mean())


def superlinear(planted: Planted, *, studies: int, seed: int = 0) -> tuple[Test, Test] | Unknown:
    """Return the tests that find q above 1: the conditional verdict, and the one that stands anyway."""
    found = _depth(planted, studies, seed)
    if isinstance(found, Unknown):
        return found
    spread = _Spread(found.mean - 1, found.per_world, found.worlds)

    def flags(worlds: int) -> tuple[Flags, ...]:
        value, se = spread.studies(worlds)
        given, never, heard = (_clear(value[:, at], se[:, at], worlds, LEVEL, up=True) for at in range(3))
        return given, given & never, given & never & (value[:, 2] >= 0), heard

    def conditional(worlds: int) -> float:
        *_, last, heard = flags(worlds)
        return _passing(last, heard)

    steps = (
        ("q above 1 if statements differ by a normal effect", lambda worlds: float(flags(worlds)[0].mean())),
        ("and if some statements are never lost", lambda worlds: float(flags(worlds)[1].mean())),
        ("and not against the curve of the share heard", lambda worlds: float(flags(worlds)[2].mean())),
        ("and both checks passed, or above 1 in the share heard", conditional),
    )
    anyway = Test(lambda worlds: float(flags(worlds)[3].mean()), spread.worlds)
    return Test(conditional, spread.worlds, steps=steps), anyway


def exponent_above(
    planted: Planted, exponent: Exponent, against: float, level: float = LEVEL, *, studies: int, seed: int = 0
) -> Test | Unknown:
    """Return the test that finds an exponent (or hazard ratio) above a number, or below it if it is planted below."""
    found = _exponents(planted, exponent, studies, seed)
    if isinstance(found, Unknown):
        return found
    ratio = exponent == "hazard_ratio"
    off = _Spread(found.mean - (math.log(against) if ratio else against), found.per_world, found.worlds)
    return _off(off, level, up=_true(planted, exponent) >= against, ratio=ratio, alone=True)


def exponents_differ(
    arms: tuple[Planted, Planted],
    exponent: Exponent,
    margin: float,
    level: float = LEVEL,
    *,
    studies: int,
    seed: int = 0,
) -> Test | Unknown:
    """Return the test that finds the first arm's exponent further from the second's than a margin, as planted.

    Args:
        arms: Left and right.
        exponent: Which.
        margin: Added to the right; hazard ratios are compared by their logarithms.
        level: Two-sided.
        studies: How much is drawn.
        seed: Of the draws.
    """
    left, right = (_exponents(arm, exponent, studies, 2 * seed + at) for at, arm in enumerate(arms))
    for one in (left, right):
        if isinstance(one, Unknown):
            return one
    assert isinstance(left, _Spread) and isinstance(right, _Spread)  # noqa: S101, PT018  said above
    ratio = exponent == "hazard_ratio"
    true = [math.log(_true(arm, exponent)) if ratio else _true(arm, exponent) for arm in arms]
    apart = left.less(right)
    off = _Spread(apart.mean - margin, apart.per_world, apart.worlds)
    return _off(off, level, up=true[0] - true[1] >= margin, ratio=ratio, alone=False)


def _off(off: _Spread, level: float, *, up: bool, ratio: bool, alone: bool) -> Test:
    """Return the registered test: of statements of given frailty, or of the share heard where a check fails."""

    def given(worlds: int) -> float:
        value, se = off.studies(worlds)
        return float(_clear(value[:, 0], se[:, 0], worlds, level, up=up).mean())

    if ratio:
        return Test(given, off.worlds)

    def heard(worlds: int) -> float:
        value, se = off.studies(worlds)
        below = alone and not up  # statements that differ put the share heard below a number by themselves
        return 0.0 if below else float(_clear(value[:, -1], se[:, -1], worlds, level, up=up).mean())

    def both(worlds: int) -> float:
        passes = PASSES ** (CHECKS if alone else 2 * CHECKS)
        return passes * given(worlds) + (1 - passes) * heard(worlds)

    steps = (
        ("of statements of given frailty, all checks passed", given),
        ("of the share heard, where one fails", heard),
        ("either, as often as checks pass where nothing is wrong", both),
    )
    return Test(both, off.worlds, steps=steps)


def measures_differ(
    arms: tuple[Planted, Planted], measure: str, margin: float, *, up: bool, level: float, studies: int, seed: int = 0
) -> Test:
    """Return the test that finds the first arm's measure above the second's, or below it, by a margin.

    Without a margin by sign flips, which are as powerful as the t test; with one by betting, which needs some worlds
    even where nothing is lost in any.

    Args:
        arms: Left and right.
        measure: One of SHARES.
        margin: Added to the right.
        up: Whether it is to be above.
        level: Two-sided.
        studies: How much is drawn.
        seed: Of the draws.
    """
    worlds = round(_WORLDS["shares"] * studies)
    left, right = (by_world(replace(arm, worlds=worlds), measure, 2 * seed + at) for at, arm in enumerate(arms))
    difference = left - right if up else right - left
    off = margin if up else -margin
    if not margin:
        spread = _Spread(np.array([difference.mean()]), np.array([[difference.var(ddof=1)]]), worlds)
        return _off(spread, level, up=True, ratio=True, alone=True)
    width = 2.0 if measure.endswith("_excess") else 1.0

    def betting(size: int) -> float:
        chosen = np.random.default_rng(0).integers(0, worlds, (_RESAMPLED, size))
        return float((2 * tail(difference[chosen], off, -width) <= level).mean())

    return Test(betting, worlds, fewest=fewest_worlds(abs(margin), level, width))


def equivalence(planted: Planted, *, studies: int, seed: int = 0) -> Test | Unknown:
    """Return the test that shows a true q of 1 to be linear, as the verdict has it: by three 90% intervals."""
    flat = replace(planted, q=1.0, k=None)
    if flat.chain_sd > MOST_CHAIN_SD:
        return Unknown(f"chains that differ by a sd above {MOST_CHAIN_SD:g} leave nothing linear")
    large = _depth(flat, studies, seed)
    if isinstance(large, Unknown):
        return large
    spread = _chains_spread(flat, studies, seed)
    if isinstance(spread, Unknown):
        return spread

    def within(worlds: int) -> Flags:
        value, se = large.studies(worlds)
        half = float(stats.t.isf(LEVEL, worlds - 1)) * se
        inside = (value - half > EQUIVALENT[0]) & (value + half < EQUIVALENT[1])
        wide = float(stats.t.isf(LEVEL / 2, worlds - 1)) * se
        heard = (value[:, 2] + wide[:, 2] > EQUIVALENT[0]) & (value[:, 2] - wide[:, 2] < EQUIVALENT[1])
        above = value[:, 0] - wide[:, 0] > 1
        first: Flags = inside[:, 0] & inside[:, 1] & heard & ~above
        # where chains differ the exponent that allows for it is 1; what is chance in it is mostly chance in the other
        random, groups = np.random.default_rng(1), min(GROUPS, worlds)
        moved = (value[:, 0] - large.mean[0]) / math.sqrt(large.per_world[0, 0] / worlds)
        own = random.standard_normal(len(moved))
        error = spread / math.sqrt(worlds)
        chains = 1 + error * (_TOGETHER * moved + math.sqrt(1 - _TOGETHER**2) * own)
        short = error * np.sqrt(random.chisquare(groups - 1, len(moved)) / (groups - 1))
        room = float(stats.t.isf(LEVEL, groups - 1)) * short
        last = (chains - room > EQUIVALENT[0]) & (chains + room < EQUIVALENT[1])
        return np.stack([inside[:, 0], first, first & last])

    steps = (
        (
            "q within .85 to 1.15 if statements differ by a normal effect",
            lambda worlds: float(within(worlds)[0].mean()),
        ),
        ("and if some are never lost, and in the share heard", lambda worlds: float(within(worlds)[1].mean())),
        ("and where chains differ", lambda worlds: float(within(worlds)[2].mean())),
        ("and both checks passed", lambda worlds: PASSES**CHECKS * float(within(worlds)[2].mean())),
    )
    return Test(steps[-1][1], large.worlds, steps=steps)


def _chains_spread(flat: Planted, studies: int, seed: int) -> float | Unknown:
    """Return the standard error, times the root of the worlds, of the exponent that allows for chains that differ."""
    squares = []
    for number in range(max(2, round(_WORLDS["chains"] * studies / _FEW))):
        law = depth_law(simulate_ends(replace(flat, worlds=_FEW), seed + 1 + number), How())
        chains = Unknown("how much chains differ is not known") if law.chains is None else law.chains.exponent
        if isinstance(chains, Estimate):
            squares.append(chains.se**2)
    return math.sqrt(_FEW * float(np.mean(squares))) if squares else Unknown("how much chains differ is not known")


def worlds_for_checks(planted: Planted, seed: int = 0) -> int | None:
    """Return how many worlds have losses enough for the check of replicates to be made; None if none have."""
    worlds = 100
    paths = simulate(replace(planted, worlds=worlds), seed).paths()
    steps = {managers + 1: planted.hazards(managers) for managers in planted.managers}
    found = alike(paths, steps, planted.fact_sd)
    return math.ceil(FEWEST_PAIRS * worlds / found.pairs) if isinstance(found, Alike) else None


def _depth(planted: Planted, studies: int, seed: int) -> _Spread | Unknown:
    """Return q with a normal effect, with some never lost, and of the share heard."""
    worlds = round(_WORLDS["depth"] * studies)
    law = depth_law(simulate_ends(replace(planted, worlds=worlds), seed), How())
    found = (law.q, law.never.exponent, law.heard)
    for one in found:
        if isinstance(one, Unknown):
            return one
    return _Spread.of(*(one for one in found if isinstance(one, Estimate)))


def _exponents(planted: Planted, exponent: Exponent, studies: int, seed: int) -> _Spread | Unknown:
    """Return an exponent, and that of the share heard; of a hazard ratio the logarithm alone."""
    if exponent == "q":
        return _depth(planted, studies, seed)
    kind = "hop" if exponent == "k" else "ratio"
    paths = simulate(replace(planted, worlds=round(_WORLDS[kind] * studies)), seed).paths()
    if exponent == "k":
        law = hop_law(paths, How(), exact=True)
        if isinstance(law.k, Unknown) or isinstance(law.heard, Unknown):
            return law.k if isinstance(law.k, Unknown) else Unknown("the share heard has no exponent")
        return _Spread.of(law.k, law.heard)
    ratio = valence_law(paths, How()).ratio
    if isinstance(ratio, Unknown):
        return ratio
    return _Spread.of(replace(ratio, value=math.log(ratio.value), influence=ratio.influence / ratio.value))


def _true(planted: Planted, exponent: Exponent) -> float:
    if exponent == "hazard_ratio":
        return planted.bad
    return planted.q if exponent == "q" else (planted.k or 1.0)


def by_world(planted: Planted, measure: str, seed: int) -> Floats:
    """Return a measure's mean in each world of a drawn study, over replicates and arms of managers."""
    paths, worlds = simulate(planted, seed).paths(), planted.worlds
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
