"""Every measure of fates in a comparison, by people's labels and the instrument's readings together.

The labels of messages that the executive reads say how wrong the readings are, in each
of the two sides by itself, so that an error that differs between them neither makes a
difference nor hides one (`stats.measurement_error.prediction_powered`).

A measure is a sum over the facts, each with its weight, as long as what becomes of one
fact does not change what another counts: `retention` is, and `pattern_visible` is not.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from chains.analysis.compare.arms import Side
from chains.analysis.compare.comparison import Comparison, Pair, interval, number
from chains.analysis.compare.hypothesis_tests import Shown
from chains.analysis.corrected.labels_beside import LabelsBeside, RunLabels
from chains.experiments.experiment import TrialId
from chains.fates import LETTERS
from chains.scoring.measures.heard import Heard
from chains.scoring.measures.measures import MEASURES
from chains.stats.measurement_error.correction import FEWEST
from chains.stats.measurement_error.prediction_powered import Integers, Items, Powered, difference, fine_strata, powered
from chains.stats.paired.multiplicity import benjamini_hochberg
from chains.stats.paired.paired import PairKey
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.validation.pairs import CLAIM
from chains.validation.pairs import Pair as LabelledPair

CODES = "".join(LETTERS.values())
MOST_TRUSTED = 0.01
"""What is read this rarely is taken as read where nobody labelled any of it."""
_TINY = 1e-9


class LabelledRow(NamedTuple):
    """One measure in both sides, by labels and readings together."""

    a: float
    b: float
    powered: Powered
    """b - a."""
    adjusted: float = math.nan
    """p-value among all measures that labels correct (Benjamini and Hochberg 1995)."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "a": self.a,
            "b": self.b,
            "difference": self.powered.value,
            "ci": interval(*self.powered.interval),
            "p": number(self.powered.p()),
            "p_adjusted": number(self.adjusted),
            "labels_alone_worth": number(self.powered.gain),
        }


@dataclass(frozen=True)
class Corrected:
    """A comparison corrected by labels."""

    rows: Mapping[str, LabelledRow]
    labels: tuple[int, int]
    """Of messages that the executive reads, in each side."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "labels": {"a": self.labels[0], "b": self.labels[1]},
            "measures": {name: row.document() for name, row in self.rows.items()},
        }


class _Trial(NamedTuple):
    """One trial of a side: its world's number, how much it counts, and what the executive heard."""

    trial: TrialId
    world: int
    counts: float
    heard: Heard


def corrected_by_labels(comparison: Comparison, beside: LabelsBeside) -> Corrected | str | None:
    """Correct every measure of fates by the labels beside the runs.

    Returns:
        The measures; a sentence where there are labels and too few; None where nobody labelled one of the runs.
    """
    labels = _labels(comparison.a, comparison.b, beside)
    if not isinstance(labels, tuple):
        return labels
    rows = {}
    for name, measure in MEASURES.items():
        if measure.of_fates and (found := _both(name, comparison.a, comparison.b, comparison.pairs, labels)):
            rows[name] = found
    family = [name for name in rows if not math.isnan(rows[name].powered.p())]
    for name, p in zip(family, benjamini_hochberg([rows[name].powered.p() for name in family]), strict=True):
        rows[name] = rows[name]._replace(adjusted=p)
    counts = [_heard_labels(side, one) for side, one in zip((comparison.a, comparison.b), labels, strict=True)]
    return Corrected(rows, (sum(counts[0].values()), sum(counts[1].values())))


class Corrector:
    """Corrects what hypotheses are about by the labels beside a run; it is a `ByLabels`."""

    def __init__(self, beside: LabelsBeside) -> None:
        """Take the labels."""
        self._beside = beside

    def difference(self, quantity: str, a: Side, b: Side, pairs: Mapping[PairKey, Pair], margin: float) -> Shown | None:
        """Return a measure in two sides, the p-value that of a difference of `margin`."""
        labels = _labels(a, b, self._beside)
        found = _both(quantity, a, b, pairs, labels) if isinstance(labels, tuple) else None
        if found is None:
            return None
        return Shown(found.a, found.b, *found.powered.interval, found.powered.p(margin))

    def against(self, quantity: str, side: Side, number: float) -> Shown | None:
        """Return a measure of one side against a number, which stands as the first."""
        labels = self._beside.of(side.run)
        if not isinstance(labels, RunLabels) or _too_few(side, labels):
            return None
        of = MEASURES[quantity].of
        defined = [trial for trial in side.trials if not math.isnan(of(side.run.heard(trial)))]
        keys: dict[PairKey, TrialId] = {(trial.seed, trial): trial for trial in defined}
        found = _powered(quantity, side, list(_trials(side, keys)), labels)
        if found is None or len(found.influence) < FEWEST_WORLDS:
            return None
        low, high = found.interval
        return Shown(number, found.value, low - number, high - number, found.p(number))


def _labels(a: Side, b: Side, beside: LabelsBeside) -> tuple[RunLabels, RunLabels] | str | None:
    one, other = beside.of(a.run), beside.of(b.run)
    for labels in (one, other):
        if not isinstance(labels, RunLabels):
            return labels
    if not isinstance(one, RunLabels) or not isinstance(other, RunLabels):
        return None
    for side, labels in ((a, one), (b, other)):
        if few := _too_few(side, labels):
            return few
    return one, other


def _too_few(side: Side, labels: RunLabels) -> str:
    """Say why the labels of a side are of no use here; empty if they are of use."""
    if any(side.run.casts.plan(condition.id).joined for condition in side.conditions):
        return f"{side.label}: the executive reads more than the last reports, and labels are of reports alone"
    some, all_of = _heard_labels(side, labels), Counter(pair.read for pair in labels.heard.values() if _of(side, pair))
    kept, lost = some["kept"], some.total() - some["kept"]
    there = all_of["kept"], all_of.total() - all_of["kept"]
    if kept >= min(FEWEST, there[0]) and lost >= min(FEWEST, there[1]):
        return ""
    return (
        f"{side.label}: of what the executive hears {kept} facts that are read as kept are labelled and {lost} that "
        f"are read as lost, and {FEWEST} of each are needed: `mazedom agree {side.run.record.id} --heard`"
    )


def _heard_labels(side: Side, labels: RunLabels) -> Counter[str]:
    """Return how many pairs of a side's last messages are labelled, by the fate that is read."""
    labelled = (pair for pair in labels.heard.values() if pair.id in labels.truth)
    return Counter(str(pair.read) for pair in labelled if _of(side, pair))


def _of(side: Side, pair: LabelledPair) -> bool:
    return any(pair.condition == condition.id for condition in side.conditions)


def _both(
    name: str, a: Side, b: Side, pairs: Mapping[PairKey, Pair], labels: tuple[RunLabels, RunLabels]
) -> LabelledRow | None:
    of = MEASURES[name].of
    defined = {
        key: pair
        for key, pair in pairs.items()
        if not math.isnan(of(a.run.heard(pair.a))) and not math.isnan(of(b.run.heard(pair.b)))
    }
    if len({world for world, _ in defined}) < FEWEST_WORLDS:
        return None
    sides = (
        _powered(name, side, list(_trials(side, {key: pair[at] for key, pair in defined.items()})), labels[at])
        for at, side in enumerate((a, b))
    )
    first, second = sides
    if first is None or second is None:
        return None
    return LabelledRow(first.value, second.value, difference(first, second))


def _trials(side: Side, keys: Mapping[PairKey, TrialId]) -> Iterator[_Trial]:
    """Yield the trials of a side: every world counts the same, and within it every trial."""
    in_world = Counter(world for world, _ in keys)
    numbers = {world: at for at, world in enumerate(sorted(in_world, key=repr))}
    for (world, _), trial in keys.items():
        yield _Trial(trial, numbers[world], 1 / len(numbers) / in_world[world], side.run.heard(trial))


def _powered(name: str, side: Side, trials: Sequence[_Trial], labels: RunLabels) -> Powered | None:
    """Return one measure in one side; None where it is no sum over facts, or where what counts has no label."""
    worths: dict[tuple[str, tuple[str, ...]], _Worths | None] = {}
    base, rows = 0.0, []
    for trial, world, counts, heard in trials:
        kind = side.world(trial).digest, tuple(fact.id for fact in heard.facts)  # a reader may not read all
        if kind not in worths:
            worths[kind] = _worths(name, heard)
        worth = worths[kind]
        if worth is None or abs(worth.of(heard.fates) - MEASURES[name].of(heard)) > _TINY:
            return None
        base += counts * worth.all_kept
        for fact, letter, scale in zip(heard.facts, heard.fates, worth.scale, strict=True):
            if scale:
                pair = labels.heard.get((trial, fact.id))
                said = labels.truth.get("" if pair is None else pair.id)
                true = LETTERS[said] if said else letter if pair is None else ""  # no message: nothing to misread
                stratum = scale > 0, letter in worth.hits, pair is None
                value = float(true in worth.hits) if true else math.nan
                # by which it had its chance to be labelled: what the rules read, whoever is the reader
                drawn = letter if pair is None else CLAIM if pair.drawn == CLAIM else LETTERS[pair.drawn]
                both, cell = (stratum, drawn == CLAIM, drawn in worth.hits), (stratum, drawn, trial.condition)
                rows.append((counts * scale, world, stratum, both, cell, value))
    if not rows:
        return None
    weights, worlds, strata, both, cells, values = zip(*rows, strict=True)
    weight, value_of, stratum_of = np.array(weights), np.array(values), _numbered(strata)
    for number_of, (_, hit, _) in enumerate(dict.fromkeys(strata)):
        its = stratum_of == number_of
        if np.isnan(value_of[its]).all():
            if np.abs(weight[its]).sum() > MOST_TRUSTED * np.abs(weight).sum():
                return None
            value_of[its] = float(hit)
    known = ~np.isnan(value_of)
    stratum_of = fine_strata(stratum_of, _numbered(both), known)
    found = powered(Items(weight, np.array(worlds), stratum_of, _numbered(cells), known, value_of))
    return found._replace(value=found.value + base)


class _Worths(NamedTuple):
    """A measure as a sum over the facts of a world."""

    all_kept: float
    """Its value where every fact is kept."""
    scale: Sequence[float]
    """What each fact adds that is hit."""
    hits: str
    """The fates that count as hits; empty where none does."""

    def of(self, fates: str) -> float:
        """Return its value."""
        return self.all_kept + math.fsum(
            scale for scale, fate in zip(self.scale, fates, strict=True) if fate in self.hits
        )


def _worths(name: str, heard: Heard) -> _Worths | None:
    """Return a measure of fates as a sum over facts; None where a fact's fates are worth more than two things."""
    count, of = len(heard.facts), MEASURES[name].of
    kept = "K" * count
    base = of(heard._replace(fates=kept))
    rows = [
        [of(heard._replace(fates=kept[:at] + letter + kept[at + 1 :])) - base for letter in CODES]
        for at in range(count)
    ]
    scale = [max(row, key=abs) for row in rows]
    both = [(row, top) for row, top in zip(rows, scale, strict=True) if abs(top) > _TINY]
    hits = {"".join(letter for letter, one in zip(CODES, row, strict=True) if abs(one) > _TINY) for row, _ in both}
    two = all(min(abs(one), abs(one - top)) < _TINY for row, top in both for one in row)
    return _Worths(base, scale, "".join(hits)) if two and len(hits) <= 1 and not math.isnan(base) else None


def _numbered(keys: Sequence[Hashable]) -> Integers:
    """Return the number of each key among the different ones."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys])
