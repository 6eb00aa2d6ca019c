"""The registered hypotheses of a run, tested together: Holm's method over all of them.

Each is tested two-sided, and counts as supported only if the difference has
the registered sign besides: one-sided at .025.

That two arms differ at all is tested by sign flips, which need nothing but that worlds
are alike under the null. A margin, or a number, needs more than that: what lies between
bounds by what it is (shares; a regret, between the best option and the worst) is held
against it by betting, which is right however rare and large losses are. Of a measure
without bounds no margin and no number is tested.

Where people labelled enough of what the executive hears, a measure of fates is tested as
they correct it: by labels and readings together. A margin or a number must then be
passed both so and by betting on the readings, as few labels miss rare losses.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from chains.analysis.compare.aggregates import aggregate_against, aggregate_contrasted
from chains.analysis.compare.arms import RunHeard, Side
from chains.analysis.compare.comparison import Comparison, Pair, Row, heard_in, interval, match, number
from chains.analysis.compare.length_matched import heard_at_equal_words
from chains.errors import BadInput
from chains.experiments.experiment import TrialId
from chains.experiments.hypotheses import Hypothesis
from chains.running.twins import twins
from chains.scoring.measures.heard import Heard
from chains.scoring.measures.measures import MEASURES
from chains.stats.paired.bounded import bounded, differences
from chains.stats.paired.ceiling_and_floor import all_at_one
from chains.stats.paired.multiplicity import holm
from chains.stats.paired.paired import LEVEL, Paired, PairKey, paired
from chains.stats.paired.shares import FEWEST_WORLDS, MOST_CUT_OFF, MOST_FOREIGN
from chains.worlds.world import World

_UNBOUNDED = (
    "{} has no bounds, so a margin or a number can be shown of it only if one takes its differences to be symmetric; "
    "register that two arms differ, or a share"
)
Verdict = Literal["supported", "contradicted", "undecided", "too few worlds", "no finding", "not tested"]
"""`no finding`: too many messages of an arm were cut off, or are not in English; or both arms keep nearly everything,
or nearly nothing, and the measure is one of fates."""


class Shown(NamedTuple):
    """A figure by labels and readings together."""

    a: float
    b: float
    low: float
    """95% interval of b - a."""
    high: float
    p: float


class ByLabels(Protocol):
    """Corrects what a hypothesis is about by people's labels; each returns None where they don't give it."""

    def difference(self, quantity: str, a: Side, b: Side, pairs: Mapping[PairKey, Pair], margin: float) -> Shown | None:
        """Return a measure in two sides, the p-value that of a difference of `margin`."""
        ...

    def against(self, quantity: str, side: Side, number: float) -> Shown | None:
        """Return a measure of one side against a number, which stands as the first."""
        ...


class Tested(NamedTuple):
    """One hypothesis, tested."""

    hypothesis: Hypothesis
    row: Paired | None
    """`a` is the right side, `b` the left, both without the margin; None where it was not tested."""
    adjusted: float
    """The p-value that Holm's method makes of it."""
    verdict: Verdict
    why: str = ""
    """Why it was not tested."""
    by_labels: bool = False
    """Whether people's labels correct the figures."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        row = self.row
        return {
            "hypothesis": self.hypothesis.name,
            "text": self.hypothesis.text,
            "left": None if row is None else number(row.b),
            "right": None if row is None else number(row.a),
            "difference": None if row is None else number(row.difference),
            "ci": None if row is None else interval(row.low, row.high),
            "p": None if row is None else number(row.p),
            "p_adjusted": number(self.adjusted),
            "worlds": 0 if row is None else row.worlds,
            "verdict": self.verdict,
            "by_labels": self.by_labels,
            **({"why": self.why} if self.why else {}),
        }


def tested(run: RunHeard, by_labels: ByLabels) -> list[Tested]:
    """Test what a run registered.

    A hypothesis on an exponent is `law`'s to test; here it counts in the family
    as if it had failed, so that the others' p-values are upper bounds.

    Args:
        run: The run.
        by_labels: What corrects measures of fates by the labels beside it.
    """
    hypotheses = run.record.experiment.registered
    rows: list[_Row | str] = [_row(hypothesis, run, by_labels) for hypothesis in hypotheses]
    p = [math.nan if isinstance(row, str) else row.shown.p for row in rows]
    return [
        Tested(hypothesis, None, math.nan, "not tested", row)
        if isinstance(row, str)
        else Tested(hypothesis, row.shown, adjusted, _verdict(hypothesis, row, adjusted), by_labels=row.by_labels)
        for hypothesis, row, adjusted in zip(hypotheses, rows, holm(p), strict=True)
    ]


class _Row(NamedTuple):
    shown: Paired
    readable: bool
    by_labels: bool = False


def _row(hypothesis: Hypothesis, run: RunHeard, by_labels: ByLabels) -> _Row | str:
    if hypothesis.exponent:
        return "`law` tests exponents"
    left = Side(run, hypothesis.left)
    try:
        row = _against_number(hypothesis, left) if hypothesis.right is None else _contrast(hypothesis, left)
    except BadInput as error:
        return str(error)
    if not row.worlds:
        return f"{hypothesis.quantity} is defined in no pair"
    sides = [left] if hypothesis.right is None else [left, Side(run, hypothesis.right)]
    readable = all(side.cut_off <= MOST_CUT_OFF and side.foreign <= MOST_FOREIGN for side in sides)
    of_fates = hypothesis.quantity in MEASURES and MEASURES[hypothesis.quantity].of_fates
    if of_fates and len(sides) > 1 and all_at_one(side.limit for side in sides):
        readable = False
    shown = _by_labels(hypothesis, left, by_labels)
    if shown is None:
        return _Row(row, readable)
    return _Row(_corrected(row, shown, hypothesis.number), readable, by_labels=True)


def _by_labels(hypothesis: Hypothesis, left: Side, by_labels: ByLabels) -> Shown | None:
    quantity, number = hypothesis.quantity, hypothesis.number
    if hypothesis.aggregate or hypothesis.equal_words or not MEASURES[quantity].of_fates:
        return None
    if hypothesis.right is None:
        return by_labels.against(quantity, left, number)
    right = Side(left.run, hypothesis.right)
    return by_labels.difference(quantity, right, left, match(right, left)[0], number)


def _corrected(row: Paired, shown: Shown, number: float) -> Paired:
    """Return a row by labels and readings together; against a margin or a number no surer than the readings alone."""
    a, b, low, high, p = shown
    if number:
        low, high, p = min(low, row.low), max(high, row.high), max(p, row.p)
    return row._replace(a=a, b=b, difference=b - a, low=low, high=high, p=p, bootstrap=(low, high))


def _against_number(hypothesis: Hypothesis, left: Side) -> Paired:
    if not left.trials:
        raise BadInput(f"{left.label} has no finished trial")
    heard: dict[PairKey, Heard] = {(trial.seed, trial): left.run.heard(trial) for trial in left.trials}
    if hypothesis.aggregate:
        return aggregate_against(hypothesis.quantity, heard, hypothesis.number)
    of = MEASURES[hypothesis.quantity].of
    values = {key: of(at) for key, at in heard.items()}
    against = dict.fromkeys(values, hypothesis.number)
    row, ends = paired(against, values), _range(hypothesis.quantity, [left], left.trials)
    if not row.worlds:
        return row
    if ends is None:
        raise BadInput(_UNBOUNDED.format(hypothesis.quantity))
    found = bounded(differences(dict.fromkeys(values, 0.0), values), hypothesis.number, *ends)
    return row._replace(p=found.p, low=found.low - hypothesis.number, high=found.high - hypothesis.number)


def _range(quantity: str, sides: Sequence[Side], trials: Sequence[TrialId]) -> tuple[float, float] | None:
    """Return between what a measure lies, by what it is and not by what was seen; None where it has no bounds."""
    if quantity in ("regret", "regret_information"):
        return 0.0, max(_most_regret(side.world(trial)) for side in sides for trial in trials)
    if quantity == "status_shift":
        return -2.0, 2.0
    if not MEASURES[quantity].share:
        return None
    return (-1.0, 1.0) if quantity.endswith("_excess") else (0.0, 1.0)


def _most_regret(world: World) -> float:
    """Return what the worst option of a world pays less than the best."""
    if world.decision is None:
        return 0.0
    pays = world.decision.payoffs().values()
    return max(pays) - min(pays)


def _contrast(hypothesis: Hypothesis, left: Side) -> Paired:
    """Compare two arms, the right side moved by the margin for the test, and the figures given without it."""
    right = Side(left.run, hypothesis.right or {})
    pairs, _ = match(right, left)
    same = twins(left.run.record)
    if all(same[pair.a.condition] == same[pair.b.condition] for pair in pairs.values()):
        raise BadInput("both arms are asked exactly the same, so there is nothing to test")
    if hypothesis.aggregate:
        return aggregate_contrasted(hypothesis.quantity, *heard_in(right, left, pairs), hypothesis.number)
    of = MEASURES[hypothesis.quantity].of
    sides = heard_at_equal_words(right, left, pairs) if hypothesis.equal_words else heard_in(right, left, pairs)
    first, second = ({key: of(heard) for key, heard in side.items()} for side in sides)
    margin = hypothesis.number
    row = paired({key: value + margin for key, value in first.items()}, second)
    if margin and row.worlds:
        ends = _range(hypothesis.quantity, [right, left], [pair.a for pair in pairs.values()])
        if ends is None:
            raise BadInput(_UNBOUNDED.format(hypothesis.quantity))
        width = ends[1] - ends[0]
        found = bounded(differences(first, second), margin, -width, width)
        row = row._replace(p=found.p, low=found.low - margin, high=found.high - margin)
    return row._replace(
        a=row.a - margin,
        difference=row.difference + margin,
        low=row.low + margin,
        high=row.high + margin,
        bootstrap=(row.bootstrap[0] + margin, row.bootstrap[1] + margin),
    )


def _verdict(hypothesis: Hypothesis, found: _Row, adjusted: float) -> Verdict:
    row = found.shown
    if not found.readable:
        return "no finding"
    if row.worlds < FEWEST_WORLDS:
        return "too few worlds"
    if not adjusted <= LEVEL:
        return "undecided"
    above = row.difference > (0 if hypothesis.right is None else hypothesis.number)
    if hypothesis.relation == "!=":
        return "supported"
    return "supported" if above == (hypothesis.relation == ">") else "contradicted"


def registered_rows(
    comparisons: Sequence[Comparison], found: Sequence[Tested], run: RunHeard
) -> Mapping[tuple[int, str, bool], Row]:
    """Return the rows of comparisons that are registered hypotheses, adjusted as those are.

    By the place of the comparison, the measure, and whether it is at equal words.
    """
    rows: dict[tuple[int, str, bool], Row] = {}
    for place, comparison in enumerate(comparisons):
        if comparison.a.run is not run or comparison.b.run is not run:
            continue
        arms = (comparison.a.arm, comparison.b.arm)
        for test in found:
            asked, shown = test.hypothesis, test.row is not None and not test.by_labels
            if not shown or asked.number or (asked.left, asked.right) not in (arms, arms[::-1]):
                continue
            table = comparison.at_equal_words if asked.equal_words else comparison.measures
            if asked.quantity in table:
                row = table[asked.quantity]._replace(adjusted=test.adjusted, registered=asked.name, among=len(found))
                rows[place, asked.quantity, asked.equal_words] = row
    return rows
