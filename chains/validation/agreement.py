"""Agreement of people, the instrument and judges on a run's pairs, and the instrument's error against people."""

import itertools
import math
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from chains.fates import Fate
from chains.scoring.facts.instrument import INSTRUMENT
from chains.stats.measurement_error.confusion import Confusion, Judged, confusion, known
from chains.stats.measurement_error.correction import ErrorRates, Labelled, error_rates, errors_alike
from chains.stats.measurement_error.krippendorff_alpha import Alpha, alpha
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.validation.all_labels import JUDGES, Gathered
from chains.validation.pairs import Band, Pair, Pairs
from chains.validation.sampling import weights

BANDS: tuple[Band, ...] = ("first", "middle", "last")


class Accord(NamedTuple):
    """Agreement on one run."""

    raters: dict[str, int]
    """For each rater, the number of pairs that it decided."""
    reference: str | None
    """The rater whose fates count as true: "people", else the judges or the only judge; None if there is neither."""
    undecided: int
    """Number of pairs on which people disagree. They are in no comparison with the reference. They are probably the
    hard ones, so true errors are a little larger than those shown."""
    alphas: dict[str, Alpha]
    """Krippendorff's alpha among "people", and of every two raters ("anna and fates-2")."""
    against: dict[str, Confusion]
    """The instrument and each judge against the reference."""
    by_band: dict[Band, Confusion]
    """The instrument against the reference, at first, middle and last hops."""
    errors: ErrorRates | str
    """The instrument's error, or a sentence that says why it is not measured."""
    of_judges: dict[str, ErrorRates | str]
    """The error of each judge, by its name; empty where nobody labelled."""
    by_condition: dict[str, ErrorRates | str]
    """The same by condition, by name; empty for a run with one."""
    by_condition_and_band: dict[tuple[str, Band], Confusion]
    """The instrument against the reference, by condition (its name) and hop; empty for a run with one condition."""
    alike: float
    """p-value of conditions having the same errors (the smallest over pairs, times their number); nan if not tested."""
    clustered_by: str
    """What is resampled for intervals: "world", or "message" if there are too few worlds."""

    def document(self) -> dict[str, Any]:
        """Return the agreement as JSON."""
        return {
            "raters": self.raters,
            "reference": self.reference,
            "undecided": self.undecided,
            "clustered_by": self.clustered_by,
            "alpha": {
                who: {
                    "value": known(one.value),
                    "ci": None if known(one.low) is None else [known(one.low), known(one.high)],
                    "items": one.items,
                }
                for who, one in self.alphas.items()
            },
            "against_reference": {who: one.document() for who, one in self.against.items()},
            "by_hop": {
                band: {"items": one.items, "false_loss": known(one.false_loss), "false_kept": known(one.false_kept)}
                for band, one in self.by_band.items()
            },
            "errors": _document(self.errors),
            "errors_of_judges": {name: _document(one) for name, one in self.of_judges.items()},
            "by_condition_and_hop": [
                {"condition": name, "hop": band, "items": one.items}
                | {"false_loss": known(one.false_loss), "false_kept": known(one.false_kept)}
                for (name, band), one in self.by_condition_and_band.items()
            ],
            "errors_by_condition": {name: _document(one) for name, one in self.by_condition.items()},
            "errors_alike_p": known(self.alike),
        }


def _document(errors: ErrorRates | str) -> Any:
    return errors if isinstance(errors, str) else errors.document()


def accord(found: Gathered) -> Accord:
    """Compute every agreement that a run's labels give."""
    rated: dict[str, int] = Counter(who for _, who in found.labels)
    names = [judge.name for judge in found.judges]
    truth = found.agreed()
    reference: str | None = "people"
    if not truth:
        reference = JUDGES if len(names) > 1 else names[0] if names else None
        truth = found.of(reference) if reference else {}
    drawn = [found.pairs.by_id[name] for name in truth]
    weight = weights(found.pairs, drawn)
    clusters, clustered_by = _clusters(found.pairs, {pair for pair, _ in found.labels})
    others = [INSTRUMENT, *names, *([JUDGES] if len(names) > 1 else [])]

    def held(who: str, some: Sequence[Pair]) -> Confusion:
        said = found.of(who)
        return confusion([Judged(truth[p.id], said[p.id], weight[p.id]) for p in some if p.id in said])

    conditions = found.pairs.record.conditions
    by_condition = {one.name: measured(found, {one.id}) for one in conditions} if len(conditions) > 1 else {}
    known_ones = [one for one in by_condition.values() if isinstance(one, ErrorRates)]
    tests = [errors_alike(one, other) for one, other in itertools.combinations(known_ones, 2)]
    return Accord(
        raters={who: rated[who] for who in (*found.people, *others) if rated[who]},
        reference=reference,
        undecided=len({pair for pair, who in found.labels if who in found.people} - set(found.agreed())),
        alphas=_alphas(found, clusters),
        against={who: held(who, drawn) for who in others if who != reference and rated[who]},
        by_band={
            band: held(INSTRUMENT, some) for band in BANDS if (some := [pair for pair in drawn if pair.band == band])
        },
        errors=measured(found),
        of_judges={name: measured(as_judged(found, name)) for name in names} if found.agreed() else {},
        by_condition=by_condition,
        by_condition_and_band={
            (one.name, band): held(INSTRUMENT, some)
            for one in (conditions if len(conditions) > 1 else ())
            for band in BANDS
            if (some := [pair for pair in drawn if pair.band == band and pair.condition == one.id])
        },
        alike=min(1.0, len(tests) * min(tests)) if tests else math.nan,
        clustered_by=clustered_by,
    )


def as_judged(found: Gathered, judge: str) -> Gathered:
    """Return the same labels with the pairs as a judge reads them."""
    return found._replace(pairs=found.pairs.as_read(found.of(judge)))


def measured(found: Gathered, conditions: Collection[str] | None = None) -> ErrorRates | str:
    """Return the reader's error against people's labels, or a sentence that says why it is not measured.

    Args:
        found: The labels.
        conditions: The ids of the conditions whose messages count; None for all.
    """
    truth = found.agreed()
    if conditions is not None:
        truth = {name: fate for name, fate in truth.items() if found.pairs.by_id[name].condition in conditions}
    if not truth:
        return "the instrument's error is not measured: nobody has labelled; `mazedom agree` asks"
    clusters, _ = _clusters(found.pairs, set(truth))
    some = [pair for pair in found.pairs.all if conditions is None or pair.condition in conditions]
    return rates_in(some, truth, clusters)


def rates_in(pairs: Sequence[Pair], truth: Mapping[str, Fate], clusters: Mapping[str, Hashable]) -> ErrorRates | str:
    """Return the reader's error in some pairs, or a sentence that says why it is not measured.

    Args:
        pairs: All of them, labelled or not.
        truth: The true fate of each labelled pair, by its id; others than these pairs don't count.
        clusters: What each labelled pair depends with.
    """
    read = [(pair, pair.read) for pair in pairs if pair.read is not None]
    labelled = [
        Labelled(fate, truth[pair.id] == "kept", clusters[pair.id], pair.drawn)
        for pair, fate in read
        if pair.id in truth
    ]
    count = Counter((str(pair.drawn), fate == "kept") for pair, fate in read)
    return error_rates(labelled, {stratum: times / len(read) for stratum, times in count.items()})


def _clusters(pairs: Pairs, names: set[str]) -> tuple[Mapping[str, Hashable], str]:
    """Return the cluster of each pair and its kind: the world, or the message if worlds are too few to resample."""
    worlds = {pairs.by_id[name].world for name in names}
    if len(worlds) >= FEWEST_WORLDS:
        return {name: pairs.by_id[name].world for name in names}, "world"
    return {name: (pairs.by_id[name].trial, pairs.by_id[name].seat) for name in names}, "message"


def _alphas(found: Gathered, clusters: Mapping[str, Hashable]) -> dict[str, Alpha]:
    out = {}
    if len(found.people) > 2:
        out["people"] = alpha(found.labels, found.people, clusters)
    raters = [*found.people, INSTRUMENT, *(judge.name for judge in found.judges)]
    for one, other in itertools.combinations(raters, 2):
        between = alpha(found.labels, [one, other], clusters)
        if between.items:
            out[f"{one} and {other}"] = between
    return out
