"""Work that is scored, round by round: do scores follow the output, and which practices spread and stay?

A practice is *open* to a worker in a round if it was not in the worker's last report. It is adopted if it is in this
one. The first round has no last report, so nothing is open in it.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from chains.scoring.measures.pools import spearman
from chains.scoring.reading import Practised
from chains.worlds.facts.metric import Metric


class Worker(NamedTuple):
    """One worker in one round."""

    practised: Practised
    deserved: float
    """The score that its true output deserves, 1 to 10."""
    score: float | None
    """The score that it got; None if it can't be read."""

    @property
    def excess(self) -> float:
        """Points of its score beyond what its output deserves; nan without a score."""
        return math.nan if self.score is None else self.score - self.deserved


class Day(NamedTuple):
    """One round of one trial."""

    workers: tuple[Worker, ...]
    real: frozenset[str]
    """The ids of the practices that raise a score."""
    sham: frozenset[str]
    """Those of all others."""


def day(metric: Metric, practised: Mapping[str, Practised], ratings: Mapping[str, float | None]) -> Day:
    """Return a round from what was logged of its workers and their ratings."""
    real = frozenset(one.id for one in metric.practices if one.real)
    return Day(
        workers=tuple(Worker(one, metric.deserved(one.output), ratings.get(seat)) for seat, one in practised.items()),
        real=real,
        sham=frozenset(one.id for one in metric.practices) - real,
    )


class Cases(NamedTuple):
    """How often something was done, of how many cases."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """The share, from 0 to 1; nan without a case."""
        return self.hits / self.of if self.of else math.nan


def adopted(days: Sequence[Day], kinds: str = "rs", *, read: bool) -> Cases:
    """Count the open practices, and those of them that are adopted.

    Args:
        days: The rounds of a trial.
        kinds: "r" for real practices, "s" for shams, or both.
        read: Whether those count that the worker had read of, or those that it had not.
    """
    found = [_adopted(one, kinds, read=read) for one in days[1:]]
    return Cases(sum(one.hits for one in found), sum(one.of for one in found))


def _adopted(one: Day, kinds: str, *, read: bool) -> Cases:
    known = _of(one, kinds)
    hits = of = 0
    for worker in one.workers:
        told = known.intersection(worker.practised.read)
        at_stake = (told if read else known - told) - set(worker.practised.before)
        hits += len(at_stake.intersection(worker.practised.used))
        of += len(at_stake)
    return Cases(hits, of)


def spread(days: Sequence[Day]) -> float:
    """Return how many practices a worker takes up in a round because it has read of them.

    In each round, those adopted of the ones read of, less as many as would be at the rate of all that are open (the
    numerator of Mantel and Haenszel 1959); the sum over rounds for each worker and round. What is open in a round
    follows from earlier ones, so shares of a trial are biased where little happens; this sum has mean 0 where reading
    has no effect. nan in a trial of one round.
    """
    if len(days) < 2:
        return math.nan
    extra = 0.0
    for one in days[1:]:
        read, unread = (_adopted(one, "rs", read=known) for known in (True, False))
        if read.of and unread.of:
            extra += read.hits - read.of * (read.hits + unread.hits) / (read.of + unread.of)
    return extra / ((len(days) - 1) * len(days[0].workers))


def kept(days: Sequence[Day], kinds: str = "rs") -> Cases:
    """Count the practices of last reports, and those of them that are in the next report too."""
    hits = of = 0
    for one in days[1:]:
        for worker in one.workers:
            before = _of(one, kinds).intersection(worker.practised.before)
            hits += len(before.intersection(worker.practised.used))
            of += len(before)
    return Cases(hits, of)


def in_use(one: Day, kinds: str) -> float:
    """Return the share of the practices of a kind that a worker uses in a round, mean over workers, 0 to 1."""
    known = _of(one, kinds)
    return (
        fmean(len(known.intersection(worker.practised.used)) / len(known) for worker in one.workers)
        if known
        else math.nan
    )


def output(one: Day) -> float:
    """Return the mean true output of a round's workers, in units."""
    return fmean(worker.practised.output for worker in one.workers)


def deserved(one: Day) -> float:
    """Return the mean score that the workers' true output deserves, 1 to 10."""
    return fmean(worker.deserved for worker in one.workers)


def scored(one: Day) -> float:
    """Return the mean score of a round's workers; nan if none can be read."""
    return _mean(worker.score for worker in one.workers if worker.score is not None)


def excess(one: Day) -> float:
    """Return by how many points scores exceed what the output deserves, mean over workers; nan without any score."""
    return _mean(worker.excess for worker in one.workers if worker.score is not None)


def growth(days: Sequence[Day]) -> float:
    """Return the excess in the last round less that in the first."""
    return excess(days[-1]) - excess(days[0]) if len(days) > 1 else math.nan


def follows(one: Day) -> float:
    """Return Spearman's correlation of true output and score over a round's workers, -1 to 1; nan under 3 scores."""
    known = [(worker.practised.output, worker.score) for worker in one.workers if worker.score is not None]
    return spearman([of for of, _ in known], [score for _, score in known]) if len(known) > 2 else math.nan


def pays(days: Sequence[Day]) -> tuple[float, float]:
    """Return by how many points a real practice and a sham raise a score: least squares over workers within rounds.

    nan for a kind that nobody uses, or all do, and for both if they go together in every report.
    """
    rows: list[tuple[float, float, float]] = []
    for one in days:
        mine = [
            (worker.excess, *(float(len(of.intersection(worker.practised.used))) for of in (one.real, one.sham)))
            for worker in one.workers
            if worker.score is not None
        ]
        means = [fmean(column) for column in zip(*mine, strict=True)]
        rows += [(y - means[0], r - means[1], s - means[2]) for y, r, s in mine]
    real, sham, cross = (math.fsum(a(row) * b(row) for row in rows) for a, b in ((_r, _r), (_s, _s), (_r, _s)))
    on_real, on_sham = (math.fsum(row[0] * of(row) for row in rows) for of in (_r, _s))
    whole = real * sham - cross**2
    if whole > SMALL:
        return (on_real * sham - on_sham * cross) / whole, (on_sham * real - on_real * cross) / whole
    alone = (real > SMALL) != (sham > SMALL)
    return (
        on_real / real if alone and real > SMALL else math.nan,
        on_sham / sham if alone and sham > SMALL else math.nan,
    )


SMALL = 1e-9
"""A sum of squares below it is rounding."""


def _r(row: tuple[float, float, float]) -> float:
    return row[1]


def _s(row: tuple[float, float, float]) -> float:
    return row[2]


def _of(one: Day, kinds: str) -> frozenset[str]:
    return (one.real if "r" in kinds else frozenset()) | (one.sham if "s" in kinds else frozenset())


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return fmean(found) if found else math.nan


class WorkMeasure(NamedTuple):
    """A measure of scored work over the rounds of a trial."""

    about: str
    of: Callable[[Sequence[Day]], float]
    share: bool = False


WORKED = {
    "overscored": WorkMeasure(
        "points by which scores exceed what the true output deserves, mean over workers, last round",
        lambda days: excess(days[-1]),
    ),
    "overscored_growth": WorkMeasure("overscored less the same in the first round", growth),
    "output_rank": WorkMeasure(
        "Spearman's correlation of true output and score over workers, mean over the rounds",
        lambda days: _mean(found for one in days if not math.isnan(found := follows(one))),
    ),
    "real_used": WorkMeasure(
        "share of the practices that raise a score which a worker uses, last round",
        lambda days: in_use(days[-1], "r"),
        share=True,
    ),
    "sham_used": WorkMeasure(
        "share of the practices that raise no score which a worker uses, last round",
        lambda days: in_use(days[-1], "s"),
        share=True,
    ),
    "adoption_excess": WorkMeasure(
        "practices that a worker takes up in a round having read of them, beyond the rate of all that it could take up",
        spread,
    ),
    "real_pays": WorkMeasure("points by which a practice that is to raise a score does", lambda days: pays(days)[0]),
    "sham_pays": WorkMeasure("points by which one that is to raise none does", lambda days: pays(days)[1]),
}
"""Measures of scored work, by the name that hypotheses and `compare` call them; nan where no work is scored."""
