"""Conditions under which `compare` ends with status 1, for use in continuous integration.

    retention < -0.05                       the difference b - a
    retention.high < 0                      the upper limit of its 95% interval: surely less
    distortion at equal words > 5%
    bad_excess.p_adjusted <= 0.05 and bad_excess > 0

A measure, if need be `at equal words`, a field (difference, low, high, a, b,
p, p_adjusted), a comparison and a number; `and` joins several that must all
be met.
"""

import math
import re
from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import NamedTuple

from chains.analysis.compare.comparison import Comparison, Row
from chains.errors import BadInput, nearest
from chains.experiments.hypotheses import read_number
from chains.scoring.measures.measures import MEASURES
from chains.stats.decisions.signal_detection import AGGREGATES

_FIELDS: Mapping[str, Callable[[Row], float]] = {
    "difference": lambda row: row.paired.difference,
    "low": lambda row: row.paired.low,
    "high": lambda row: row.paired.high,
    "a": lambda row: row.paired.a,
    "b": lambda row: row.paired.b,
    "p": lambda row: row.paired.p,
    "p_adjusted": lambda row: row.adjusted,
}
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_TERM = re.compile(
    r"\s*(?P<measure>\w+)(?:\.(?P<field>\w+))?(?P<words>\s+at\s+equal\s+words)?(?:\.(?P<late>\w+))?"
    r"\s*(?P<comparison><=|>=|<|>)\s*(?P<number>[+-]?\s*(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?)\s*"
)


class Term(NamedTuple):
    """One comparison of one figure with a number."""

    measure: str
    equal_words: bool
    field: str
    comparison: str
    number: float


class Failing(NamedTuple):
    """A condition under which a comparison fails."""

    text: str
    terms: tuple[Term, ...]

    @property
    def of_fates(self) -> bool:
        """Whether it speaks of fates."""
        return any(term.measure in MEASURES and MEASURES[term.measure].of_fates for term in self.terms)

    def met(self, comparison: Comparison) -> str | None:
        """Return in words why a comparison meets this condition; None if it does not.

        A missing figure meets it, since a check that can't be made has not been passed.
        """
        figures = [(term, _figure(term, comparison)) for term in self.terms]
        if not all(math.isnan(at) or _COMPARISONS[term.comparison](at, term.number) for term, at in figures):
            return None
        said = ", ".join(f"{_name(term)} is {'not defined' if math.isnan(at) else f'{at:.4g}'}" for term, at in figures)
        return f"{comparison.b.label} against {comparison.a.label}: {said}"


def read_failing(text: str) -> Failing:
    """Read one `--fail-if`.

    Raises:
        BadInput: If it can't be read.
    """
    return Failing(text, tuple(_term(part) for part in re.split(r"\s+and\s+", text)))


def _term(text: str) -> Term:
    found = _TERM.fullmatch(text)
    if found is None:
        raise BadInput(f"--fail-if {text!r} can't be read; write it as in 'retention < -0.05' or 'retention.high < 0'")
    measure, words, field = found["measure"], found["words"] is not None, found["field"] or found["late"]
    if measure not in MEASURES and measure not in AGGREGATES:
        raise BadInput(f"--fail-if {text!r}: no measure {measure!r}{nearest(measure, (*MEASURES, *AGGREGATES))}")
    if words and not (measure in MEASURES and MEASURES[measure].of_fates):
        raise BadInput(f"--fail-if {text!r}: {measure} can't be taken at equal words; only fates can")
    if field is not None and field not in _FIELDS:
        raise BadInput(f"--fail-if {text!r}: no field {field!r}{nearest(field, _FIELDS)}")
    return Term(measure, words, field or "difference", found["comparison"], read_number(found["number"]))


def _figure(term: Term, comparison: Comparison) -> float:
    table = comparison.at_equal_words if term.equal_words and comparison.at_equal_words else comparison.measures
    return _FIELDS[term.field](table[term.measure])


def _name(term: Term) -> str:
    return f"{term.measure}{' at equal words' if term.equal_words else ''}.{term.field}"
