"""Verdicts in words, by rules set before the data: superlinear, linear, sublinear or inconclusive.

There are two tiers. What stands *whatever facts and chains are like* is about the share
heard, of which nothing is assumed but that worlds are independent:

- superlinear if the 95% interval of its exponent lies above 1.

The other is *conditional*: it is about a statement of given frailty, and is given only if
the chains show themselves independent (`checks`), and never against the curve of the
share heard.

- superlinear if the 95% interval of the exponent lies above 1, both where frailty is
  normal and where some statements are never lost;
- linear only by equivalence: the 90% interval within .85 to 1.15 (two one-sided tests at
  5%), in both and where chains differ too;
- sublinear only if all three intervals lie below 1;
- neither where chains differ by a sd above 1, which leaves too little to tell from.

Else inconclusive, with why, and with how many worlds might settle it.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, Protocol

from chains.stats.fit.estimates import Estimate, Unknown
from chains.stats.law.chain_random_effect import ChainsDiffer
from chains.stats.law.never_lost import NeverLost

Word = Literal["superlinear", "linear", "sublinear", "inconclusive"]
Tier = Literal["all", "conditional"]
EQUIVALENT = (0.85, 1.15)
MOST_CHAIN_SD = 1.0
"""Beyond it the exponent where chains differ is too low in one study of seven, which would be called sublinear."""
_MANY = 10_000


class Claim(NamedTuple):
    """What an exponent is about."""

    heard: str
    """The share whose exponent is estimated without frailty."""
    along: str
    """With what it falls."""


class Exponents(Protocol):
    """One exponent, by what frailty is taken to be; what is costly is only asked for where it decides."""

    @property
    def exponent(self) -> Estimate | Unknown:
        """Of a statement of given frailty, which is normal."""
        ...

    @property
    def never(self) -> NeverLost:
        """The same where some statements are never lost."""
        ...

    @property
    def chains(self) -> ChainsDiffer | None:
        """The same where chains differ too."""
        ...

    @property
    def heard(self) -> Estimate | Unknown:
        """Of the share heard."""
        ...


class Verdict(NamedTuple):
    """A word, on what it stands, and the sentences that say so."""

    word: Word
    tier: Tier | None
    """None for inconclusive."""
    sentences: tuple[str, ...]


def verdict(found: Exponents, symbol: str, claim: Claim, doubts: Callable[[], Sequence[str]]) -> Verdict:
    """Return the verdict on an exponent.

    Args:
        found: The exponent.
        symbol: q or k.
        claim: What it is about.
        doubts: Says why nothing can be said of a statement of given frailty; empty if something can.
    """
    given, heard = found.exponent, found.heard
    if isinstance(heard, Estimate) and heard.low > 1:
        return Verdict("superlinear", "all", _stands_anyway(found, heard, symbol, claim, doubts()))
    about_heard = f"{claim.heard}: {_of_heard(heard)}"
    if not (isinstance(given, Estimate) and _tells(given)):
        said = given.why if isinstance(given, Unknown) else f"{_figures(given, symbol)}: neither 1 nor more is excluded"
        return Verdict("inconclusive", None, (said, about_heard, *_more_worlds(given)))
    if said_against := doubts():
        more = _more_worlds(heard, equivalence=False)
        still = f"what stands in spite of that is {about_heard}"
        return Verdict("inconclusive", None, (*said_against, still, *more))
    never = found.never.exponent
    if isinstance(never, Unknown) or isinstance(heard, Unknown):
        why = never.why if isinstance(never, Unknown) else f"{_figures(given, symbol)}, but nothing is known of"
        return Verdict("inconclusive", None, (why, about_heard))
    known = _Known(given, never, heard, about_heard)
    return _above(known, found, symbol, claim) if given.low > 1 else _not_above(known, found, symbol, claim)


def _tells(estimate: Estimate) -> bool:
    """Whether an estimate says anything but that it is inconclusive."""
    return estimate.low > 1 or estimate.high < 1 or _within(estimate)


class _Known(NamedTuple):
    """One exponent, where it is estimated in every way."""

    given: Estimate
    never: Estimate
    heard: Estimate
    about_heard: str


def _above(known: _Known, found: Exponents, symbol: str, claim: Claim) -> Verdict:
    """Return the verdict where the exponent lies above 1 if statements differ normally."""
    figures = _figures(known.given, symbol)
    spared = f"{_share(found.never)} of the statements are never lost, and then {_figures(known.never, symbol)}"
    if known.never.low <= 1:
        why = f"{figures} if statements differ as a normal effect has it; but the data say that {spared}"
        return Verdict("inconclusive", None, (why, known.about_heard, *_more_worlds(known.never, equivalence=False)))
    if known.heard.value < 1:
        why = f"{figures}; but the curve goes the other way: {known.about_heard}"
        return Verdict("inconclusive", None, (why, *_more_worlds(known.heard, equivalence=False)))
    said = (
        f"for a statement of given frailty the hazard grows faster than linearly {claim.along}: {figures}, "
        f"p {_p(known.given.p)} against 1 or less"
    )
    rests = f"this rests on independent chains and on how statements differ; alone, {known.about_heard}"
    some = (spared,) if found.never.needed else ()
    return Verdict("superlinear", "conditional", (said, *some, rests, *_boot(known.given)))


def _not_above(known: _Known, found: Exponents, symbol: str, claim: Claim) -> Verdict:
    """Return the verdict where the exponent lies below 1, or close to it, if statements differ normally."""
    given, figures = known.given, _figures(known.given, symbol)
    chains = Unknown("") if found.chains is None else found.chains.exponent
    by_chains = "how much chains differ is not known"
    if found.chains is not None and isinstance(chains, Estimate):
        low, high = found.chains.chain_sd_interval
        spread = f"{found.chains.chain_sd:.2f} ({low:.2f} to {high:.2f})"
        by_chains = f"with chains that differ by a sd of {spread} {_figures(chains, symbol)}"
    differ = found.chains is not None and found.chains.chain_sd > MOST_CHAIN_SD
    if differ and (_within(given) or given.high < 1):
        why = f"{figures}, but chains differ too much to tell: {by_chains}"
        return Verdict("inconclusive", None, (why, known.about_heard))
    of_given = "for a statement of given frailty the hazard grows"
    if _within(given) and _within(known.never) and not _outside(known.heard):
        if isinstance(chains, Estimate) and _within(chains):
            within = f"the 90% interval {given.narrow[0]:.2f} to {given.narrow[1]:.2f} lies within .85 to 1.15"
            said = f"{of_given} linearly {claim.along}, give or take .15: {figures}, and {within}"
            return Verdict("linear", "conditional", (said, by_chains, f"of {known.about_heard}"))
        return Verdict("inconclusive", None, (f"{figures}, but {by_chains}", *_more_worlds(chains)))
    if given.high < 1 and known.never.high < 1:
        if isinstance(chains, Estimate) and chains.high < 1 and known.heard.value <= 1:
            said = f"{of_given} slower than linearly {claim.along}: {figures}"
            return Verdict("sublinear", "conditional", (said, by_chains, f"of {known.about_heard}"))
        why = f"{figures}, but differences between chains can do that alone: {by_chains}"
        return Verdict("inconclusive", None, (why, *_more_worlds(chains)))
    spared = f"{_share(found.never)} of the statements are never lost, and then {_figures(known.never, symbol)}"
    why = f"{figures}; but the data say that {spared}"
    return Verdict("inconclusive", None, (why, known.about_heard, *_more_worlds(known.never, equivalence=False)))


def _stands_anyway(
    found: Exponents, heard: Estimate, symbol: str, claim: Claim, doubts: Sequence[str]
) -> tuple[str, ...]:
    said = (
        f"{claim.heard} falls faster than at a constant rate {claim.along}: its exponent is {heard.value:.2f}, "
        f"95% interval {heard.low:.2f} to {heard.high:.2f}, p {_p(heard.p)} against 1 or less; this stands whatever "
        "statements and chains are like"
    )
    if doubts:
        return (said, *doubts)
    given = found.never.exponent if found.never.needed else found.exponent
    if isinstance(given, Unknown):
        return (said, given.why)
    return (said, f"for a statement of given frailty {_figures(given, symbol)}", *_boot(given))


def _boot(estimate: Estimate) -> tuple[str, ...]:
    if estimate.bootstrap is None or estimate.bootstrap[0] > 1:
        return ()
    return (f"resampled worlds are less sure: {estimate.bootstrap[0]:.2f} to {estimate.bootstrap[1]:.2f} holds 1",)


def _figures(estimate: Estimate, symbol: str) -> str:
    return f"{symbol} is {estimate.value:.2f}, 95% interval {estimate.low:.2f} to {estimate.high:.2f}"


def _of_heard(heard: Estimate | Unknown) -> str:
    if isinstance(heard, Unknown):
        return heard.why
    return f"exponent {heard.value:.2f}, 95% interval {heard.low:.2f} to {heard.high:.2f}"


def _share(never: NeverLost) -> str:
    low, high = never.interval
    known = "" if math.isnan(high) else f" ({low:.0%} to {high:.0%})"
    return f"{never.share:.0%}{known}"


def _within(estimate: Estimate) -> bool:
    return EQUIVALENT[0] < estimate.narrow[0] and estimate.narrow[1] < EQUIVALENT[1]


def _outside(estimate: Estimate) -> bool:
    """Whether the interval has nothing in common with what counts as linear."""
    return estimate.high < EQUIVALENT[0] or estimate.low > EQUIVALENT[1]


def _more_worlds(estimate: Estimate | Unknown, *, equivalence: bool = True) -> tuple[str, ...]:
    """Return how many more worlds might settle it: intervals shrink by the root of their number."""
    if isinstance(estimate, Unknown):
        return ()
    off, half = abs(estimate.value - 1), (estimate.high - estimate.low) / 2
    above = _worlds(estimate.worlds, half, estimate.value - 1)
    margin = EQUIVALENT[1] - 1 - off
    equal = _worlds(estimate.worlds, (estimate.narrow[1] - estimate.narrow[0]) / 2, margin) if equivalence else None
    parts = []
    if above:
        parts.append(f"about {above - estimate.worlds} more worlds would put the interval above 1")
    if equal:
        parts.append(f"about {equal - estimate.worlds} more worlds would show it to be linear within .15")
    if not parts:
        return ("if the estimate stays where it is, no reasonable number of worlds would settle it",)
    return (f"roughly, if the estimate stays where it is, {' and '.join(parts)} (it has {estimate.worlds})",)


def _worlds(now: int, half: float, wanted: float) -> int | None:
    """Return the worlds for an interval of half width `wanted`; None if there is no such number within reason."""
    if wanted <= 0:
        return None
    needed = math.ceil(now * (half / wanted) ** 2) + 1
    return max(needed, now + 1) if needed <= _MANY else None


def _p(value: float) -> str:
    return "under .001" if value < 0.001 else f"{value:.3f}".lstrip("0")
