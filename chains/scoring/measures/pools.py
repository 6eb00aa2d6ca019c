"""Measures of candidates: how their scores follow their worth, and what the texts on them claim."""

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import StatisticsError, correlation, fmean
from typing import NamedTuple

from chains.scoring.reading import Pool
from chains.worlds.decisions.decision import Decision


class Candidates(NamedTuple):
    """The candidates of one trial."""

    read: Pool
    """What was written about them, and how they were scored."""
    worth: Mapping[str, float]
    """What each is worth, in payoffs."""
    best: str
    """The best of all options."""


def candidates_of(decision: Decision, read: Pool) -> Candidates:
    """Return the candidates of a trial with what they are worth."""
    worth = {option.id: decision.own(option) for option in decision.candidates}
    return Candidates(read, worth, decision.best().id)


class PoolMeasure(NamedTuple):
    """A measure of the candidates in a trial."""

    about: str
    of: Callable[[Candidates], float]
    share: bool = False


def spearman(of: Sequence[float], with_: Sequence[float]) -> float:
    """Return Spearman's rank correlation, -1 to 1; equals have the mean of their ranks; 0 if one side is all equal."""
    try:
        return correlation(_ranks(of), _ranks(with_))
    except StatisticsError:
        return 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(values)
    return [order.index(value) + (order.count(value) - 1) / 2 for value in values]


def _follows(at: Candidates, scores: Mapping[str, float] | None) -> float:
    if scores is None:
        return math.nan
    return spearman([scores[name] for name in at.worth], list(at.worth.values()))


def _above_form(at: Candidates) -> dict[str, float]:
    """Return for each candidate the score of its text less that of its form; empty if one can't be read."""
    given, form = at.read.given, at.read.form
    return {} if given is None or form is None else {name: given[name] - form[name] for name in at.worth}


def _gap(at: Candidates) -> float:
    above = _above_form(at)
    return fmean(above.values()) if above else math.nan


def _premium(at: Candidates) -> float:
    above = _above_form(at)
    own = [gap for name, gap in above.items() if name in at.read.own]
    others = [gap for name, gap in above.items() if name not in at.read.own]
    return fmean(own) - fmean(others) if own and others else math.nan


def _left_out(at: Candidates) -> float:
    return float(at.best not in at.read.sent) if at.read.sent and at.best in at.worth else math.nan


POOLED = {
    "score_rank": PoolMeasure(
        "Spearman's correlation of the candidates' worth and the scores of their texts, in a trial; 0 if all are equal",
        lambda at: _follows(at, at.read.given),
    ),
    "form_rank": PoolMeasure(
        "the same with the scores of the candidates' facts as they are: what the structured form alone gives",
        lambda at: _follows(at, at.read.form),
    ),
    "rank_lost": PoolMeasure(
        "form_rank less score_rank: what the texts take from the screener's order",
        lambda at: _follows(at, at.read.form) - _follows(at, at.read.given),
    ),
    "score_gap": PoolMeasure(
        "score of a text less the same screener's score of the facts as they are, points of 1 to 10, mean", _gap
    ),
    "own_premium": PoolMeasure(
        "score_gap of texts by the screener's own model less that of the others; trials that have both", _premium
    ),
    "inflation": PoolMeasure(
        "what candidates are worth by their texts less what they are worth, in payoffs, mean",
        lambda at: fmean(at.read.told[name] - worth for name, worth in at.worth.items()),
    ),
    "likeness": PoolMeasure(
        "share of three-word sequences that two candidates' texts have in common, figures and names left out",
        lambda at: math.nan if at.read.alike is None else at.read.alike,
        share=True,
    ),
    "best_left_out": PoolMeasure("whether the best candidate is not on the shortlist", _left_out, share=True),
    "unscored": PoolMeasure(
        "share of trials in which the scores of the texts can't be read",
        lambda at: float(at.read.given is None) if at.read.screened else math.nan,
        share=True,
    ),
}
"""Measures of candidates, by the name that hypotheses and `compare` call them; nan in a world without candidates."""
