"""The registered hypotheses on exponents, tested by the law: Holm's method over all that were registered.

Each is tested two-sided by the sandwich (t, W - 1), and counts as supported
only if it has the registered sign besides. Hypotheses on measures are
`compare`'s to test; here they count in the family as if they had failed, so
that p-values are upper bounds.

Where the checks of the law allow it the exponents are those of a statement of given
frailty. Else they are those of the share heard, and that one of these is below a number
says nothing: statements that differ do that alone.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from chains.experiments.condition_name import shown
from chains.experiments.hypotheses import Arm, Hypothesis
from chains.stats.fit.estimates import Estimate, Unknown, rounded
from chains.stats.law.condition_law import ConditionLaw
from chains.stats.law.contrasts import contrast
from chains.stats.law.decay_law import Law
from chains.stats.paired.multiplicity import holm
from chains.stats.paired.paired import LEVEL

Outcome = Literal["supported", "contradicted", "undecided", "not tested"]


class TestedExponent(NamedTuple):
    """One hypothesis on an exponent, tested."""

    hypothesis: Hypothesis
    off: float
    """How far the left side is above the right, margin included; of hazard ratios the logarithm. nan: not tested."""
    p: float
    adjusted: float
    outcome: Outcome
    why: str = ""
    """Why it was not tested."""
    of_heard: bool = False
    """Whether the exponents are those of the share heard, because a check fails."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "hypothesis": self.hypothesis.name,
            "text": self.hypothesis.text,
            "off": rounded(self.off),
            "p": rounded(self.p),
            "p_adjusted": rounded(self.adjusted),
            "verdict": self.outcome,
            "why": self.why or None,
            "of_share_heard": self.of_heard,
        }

    @property
    def line(self) -> str:
        """The result as a line for a person."""
        if self.why:
            return f"hypothesis {self.hypothesis.name}: not tested: {self.why}"
        heard = " (of the share heard, as a check fails)" if self.of_heard else ""
        return f"hypothesis {self.hypothesis.name}: {self.outcome}{heard}, p {self.p:.3g}, by Holm {self.adjusted:.3g}"


def exponents_tested(hypotheses: Sequence[Hypothesis], found: Law) -> list[TestedExponent]:
    """Test the hypotheses on exponents among those registered."""
    figures = [_figures(one, found) if one.exponent else "`compare` tests measures" for one in hypotheses]
    adjusted = holm([math.nan if isinstance(one, str) else one[1] for one in figures])
    out = []
    for hypothesis, figure, p_adjusted in zip(hypotheses, figures, adjusted, strict=True):
        if not hypothesis.exponent:
            continue
        if isinstance(figure, str):
            out.append(TestedExponent(hypothesis, math.nan, math.nan, math.nan, "not tested", figure))
        else:
            off, p, heard = figure
            outcome = _outcome(hypothesis, off, p_adjusted)
            if heard and hypothesis.right is None and off < 0:
                outcome = "undecided"
            out.append(TestedExponent(hypothesis, off, p, p_adjusted, outcome, of_heard=heard))
    return out


def _outcome(hypothesis: Hypothesis, off: float, adjusted: float) -> Outcome:
    if not adjusted <= LEVEL:
        return "undecided"
    return "supported" if hypothesis.relation == "!=" or (off > 0) == (hypothesis.relation == ">") else "contradicted"


def _figures(hypothesis: Hypothesis, found: Law) -> tuple[float, float, bool] | str:
    """Return how far off the sides are, the two-sided p-value, and whether they are of the share heard; or why not."""
    left = _arm(hypothesis.left, found)
    right = left if hypothesis.right is None else _arm(hypothesis.right, found)
    if isinstance(left, str) or isinstance(right, str):
        return left if isinstance(left, str) else str(right)
    why = _refused(left, hypothesis.quantity) or _refused(right, hypothesis.quantity)
    if why:
        return why
    heard = hypothesis.quantity != "hazard_ratio" and bool(left.checks.doubts or right.checks.doubts)
    if hypothesis.right is None:
        figures = _alone(hypothesis, left, heard=heard)
    else:
        figures = _contrasted(hypothesis, left, right, heard=heard)
    return figures if isinstance(figures, str) else (*figures, heard)


def _refused(side: ConditionLaw, quantity: str) -> str:
    """Return why an exponent of a condition is not tested; empty if it may be."""
    if quantity == "k" and not side.hop.trusted:
        return "k is not trusted until the instrument's false loss is known at first, middle and last hops"
    if quantity != "hazard_ratio" and side.verdict is None:
        return f"{side.condition} has no verdict: {side.sentences[0]}"
    return ""


def _contrasted(
    hypothesis: Hypothesis, left: ConditionLaw, right: ConditionLaw, *, heard: bool
) -> tuple[float, float] | str:
    both = contrast(right, left)
    exponents = (both.q_heard, both.k_heard) if heard else (both.q, both.k)
    value = dict(zip(("q", "k", "hazard_ratio"), (*exponents, both.hazard_ratio), strict=True))[hypothesis.quantity]
    if isinstance(value, Unknown):
        return value.why
    off = math.log(value.value) if hypothesis.quantity == "hazard_ratio" else value.value
    return _two_sided(off - hypothesis.number, value.se, left.worlds)


def _alone(hypothesis: Hypothesis, left: ConditionLaw, *, heard: bool) -> tuple[float, float] | str:
    one = _value(left, hypothesis.quantity, heard=heard)
    if isinstance(one, Unknown):
        return one.why
    if hypothesis.quantity == "hazard_ratio":
        return _two_sided(math.log(one.value / (hypothesis.number or 1.0)), one.se / one.value, one.worlds)
    return _two_sided(one.value - hypothesis.number, one.se, one.worlds)


def _value(condition: ConditionLaw, quantity: str, *, heard: bool) -> Estimate | Unknown:
    if quantity == "hazard_ratio":
        return condition.valence.ratio
    law = condition.depth if quantity == "q" else condition.hop
    return law.heard if heard else law.given


def _two_sided(off: float, se: float, worlds: int) -> tuple[float, float]:
    return off, 2 * float(stats.t.sf(abs(off) / se, worlds - 1)) if se > 0 else 1.0


def _arm(arm: Arm, found: Law) -> ConditionLaw | str:
    """Return the one condition that has these settings, or why there is not one."""
    wanted = {f"{key}={shown(value)}" for key, value in arm.items()}
    fitting = [one for one in found.conditions if wanted <= set(one.condition.split(", "))]
    if len(fitting) == 1:
        return fitting[0]
    name = ", ".join(sorted(wanted)) or "the whole run"
    return f"{name} is {len(fitting)} conditions; an exponent is of one" if fitting else f"no condition is {name}"
