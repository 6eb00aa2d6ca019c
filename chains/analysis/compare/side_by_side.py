"""Several comparisons at once: which measures to show, the settings that were averaged, the spread between models.

The p-values of one measure in all comparisons that are made at once are a family of their own: `Row.holm` corrects
them, for a reader who asks of that measure alone.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean, stdev
from typing import Any, NamedTuple

from chains.analysis.compare.comparison import Comparison, Row, heard_in, number
from chains.errors import BadInput, nearest
from chains.experiments.condition_name import shown
from chains.experiments.hypotheses import Hypothesis
from chains.experiments.settings import Value
from chains.models.spec import Source
from chains.running.run_record import RunRecord
from chains.scoring.measures.measures import MEASURES
from chains.stats.decisions.signal_detection import AGGREGATES
from chains.stats.paired.multiplicity import holm
from chains.stats.paired.paired import LEVEL, Paired, paired_all
from chains.validation.same_model_guard import families, names_of

HEADLINES = ("retention", "right_action")
"""What matters most: where facts climb, and where orders alone go down."""
MAIN = ("retention", "distortion", "bad_excess", "unfounded", "words", "regret", "stopped", "goals_kept")
"""Measures to show where too few worlds tell what moves."""
FEWEST_FAMILIES = 3
"""Families of models that a claim about models in general wants."""


def headline(comparison: Comparison) -> str | None:
    """Return the measure that matters most of those that are defined; None if none of `HEADLINES` is."""
    return next((name for name in HEADLINES if _defined(comparison, name)), None)


def _defined(comparison: Comparison, name: str) -> bool:
    row = comparison.measures.get(name)
    return row is not None and row.paired.pairs > 0 and not math.isnan(row.paired.difference)


def there(comparison: Comparison, name: str) -> bool:
    """Return whether a measure is defined, and there is anything of the kind on either side."""
    paired = comparison.measures[name].paired
    return bool(paired.pairs and (paired.a or paired.b or paired.moved))


def read_names(text: str) -> list[str]:
    """Read the names of measures, separated by commas.

    Raises:
        BadInput: If there is no such measure.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in MEASURES and name not in AGGREGATES:
            raise BadInput(f"--measures: no measure {name!r}{nearest(name, (*MEASURES, *AGGREGATES))}")
    if not names:
        raise BadInput("--measures names none; write them as in --measures retention,words")
    return names


class Selected(NamedTuple):
    """Which measures are shown."""

    names: Sequence[str]
    equal: Collection[str]
    """Those shown at equal words too."""
    more: int
    """How many further ones have figures."""


def select(
    compared: Sequence[Comparison],
    registered: Sequence[Hypothesis],
    checked: Collection[str] = (),
    named: Sequence[str] | None = None,
    *,
    everything: bool = False,
) -> Selected:
    """Select the measures to show: the headline, what was registered, how long messages are, and what moves.

    A measure moves if its interval leaves nothing out. Where too few worlds tell that, the main ones are shown.

    Args:
        compared: The comparisons.
        registered: Hypotheses that were registered.
        checked: Measures of which something is checked.
        named: The measures that are asked for instead.
        everything: Whether all that have figures are asked for.
    """
    first = {headline(comparison) for comparison in compared}
    every = [name for name in compared[0].measures if name in first or any(there(one, name) for one in compared)]
    if everything:
        return Selected(every, every, 0)
    if named is not None:
        return Selected(named, named, len({*every} - {*named}))
    tested = any(comparison.believable for comparison in compared)
    wanted = {*first, "words", *checked, *(one.quantity for one in registered), *(() if tested else MAIN)}
    moving = {name for name in every if any(one.measures[name].paired.p <= LEVEL for one in compared)}
    names = [name for name in every if name in wanted | moving]
    equal = {*first, *(one.quantity for one in registered if one.equal_words)}
    return Selected(names, {name for name in names if name in equal}, len(every) - len(names))


def with_holm(compared: Sequence[Comparison]) -> list[Comparison]:
    """Correct the p-values of each measure for the number of comparisons made of it at once (Holm 1979)."""
    measures = {name: _family([one.measures[name] for one in compared]) for name in compared[0].measures}
    names = [name for name in compared[0].at_equal_words if all(name in one.at_equal_words for one in compared)]
    equal = {name: _family([one.at_equal_words[name] for one in compared]) for name in names}
    return [
        replace(
            comparison,
            measures={name: measures[name][place] for name in comparison.measures},
            at_equal_words=dict(comparison.at_equal_words) | {name: equal[name][place] for name in equal},
        )
        for place, comparison in enumerate(compared)
    ]


def _family(rows: Sequence[Row]) -> list[Row]:
    return [row._replace(holm=p) for row, p in zip(rows, holm([row.paired.p for row in rows]), strict=True)]


class Level(NamedTuple):
    """A comparison at one setting of a factor that is averaged over otherwise."""

    factor: str
    setting: Value
    pairs: int
    worlds: int
    rows: Mapping[str, Paired]
    """By measure."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON; its p-values are not corrected for anything."""
        rows = {name: Row(row).document() for name, row in self.rows.items()}
        kept = ("a", "b", "difference", "ci", "p", "pairs", "worlds")
        return {
            "factor": self.factor,
            "setting": self.setting,
            "pairs": self.pairs,
            "worlds": self.worlds,
            "measures": {name: {key: row[key] for key in kept} for name, row in rows.items()},
        }


def pooled(comparison: Comparison) -> dict[str, list[Value]]:
    """Return the factors over whose settings a comparison averages, with these settings."""
    found: dict[str, dict[Value, None]] = {}
    for pair in comparison.pairs.values():
        for key, value in comparison.a.others(pair.a):
            found.setdefault(key, {})[value] = None
    return {key: list(values) for key, values in found.items() if len(values) > 1}


def levels(comparison: Comparison, names: Sequence[str]) -> list[Level]:
    """Compare some measures at each setting of each factor that is averaged over."""
    names = [name for name in names if name in MEASURES]
    sides = heard_in(comparison.a, comparison.b, comparison.pairs) if names else ({}, {})
    found = []
    for factor, settings in pooled(comparison).items():
        for setting in settings:
            keys = [
                key
                for key, pair in comparison.pairs.items()
                if names and dict(comparison.a.others(pair.a)).get(factor) == setting
            ]
            if keys:
                first, second = (
                    {key: [MEASURES[name].of(side[key]) for name in names] for key in keys} for side in sides
                )
                rows = dict(zip(names, paired_all(first, second), strict=True))
                found.append(Level(factor, setting, len(keys), len({key[0] for key in keys}), rows))
    return found


class Spread(NamedTuple):
    """How far one measure, or a difference in it, lies apart between models."""

    measure: str
    place: int | None
    """Which of the comparisons the figures are differences b - a of; None: they are the measure itself."""
    figures: Mapping[str, float]
    """By model."""
    families: frozenset[str]
    unknown: tuple[str, ...]
    """Models whose names show no family: each counts as one of its own."""
    synthetic: bool
    """Whether all are channels, which are no models."""

    @property
    def sd(self) -> float:
        """Standard deviation between the models."""
        return stdev(self.figures.values())

    @property
    def enough(self) -> bool:
        """Whether there are families enough for a claim about models in general."""
        return not self.synthetic and not few_families(self.families, self.unknown)

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "measure": self.measure,
            "comparison": self.place,
            "figures": {name: number(figure) for name, figure in self.figures.items()},
            "mean": fmean(self.figures.values()),
            "sd": self.sd,
            "families": sorted(self.families),
            "family_unknown": list(self.unknown),
            "synthetic": self.synthetic,
            "enough_families": self.enough,
        }


def between_models(compared: Sequence[Comparison], at: Sequence[Sequence[Level]]) -> list[Spread]:
    """Return how far the headline measure lies apart between models; nothing where models don't differ.

    Of two sides with the same models it is the difference, by model: at the settings of a factor that is averaged
    over, or run by run. Of three or more sides with different models it is the measure itself.

    Args:
        compared: The comparisons.
        at: The levels of each.
    """
    name = headline(compared[0])
    if name is None or any(not _defined(comparison, name) for comparison in compared):
        return []
    return list(_between_levels(compared, at, name)) or _between_arms(compared, name) or _between_runs(compared, name)


def _says_who(factor: str) -> bool:
    """Return whether a factor says which model holds a seat."""
    return factor.split(".", maxsplit=1)[0] in ("model", "lineage")


def _between_levels(compared: Sequence[Comparison], at: Sequence[Sequence[Level]], name: str) -> Iterator[Spread]:
    for place, (comparison, mine) in enumerate(zip(compared, at, strict=True)):
        for factor in filter(_says_who, pooled(comparison)):
            levels = (one for one in mine if one.factor == factor and name in one.rows)  # --measures may leave it out
            figures = {shown(one.setting): one.rows[name].difference for one in levels}
            yield from _spread(name, figures, [(comparison.a.run.record, model) for model in figures], place)


def _between_arms(compared: Sequence[Comparison], name: str) -> list[Spread]:
    sides = [compared[0].a, *(one.b for one in compared)]
    record = sides[0].run.record
    for factor in filter(_says_who, compared[0].a.arm):
        if all(side.run.record is record and factor in side.arm for side in sides):
            figures = {shown(compared[0].a.arm[factor]): compared[0].measures[name].paired.a}
            figures |= {shown(one.b.arm[factor]): one.measures[name].paired.b for one in compared}
            if len(figures) == len(sides):
                return list(_spread(name, figures, [(record, model) for model in figures], None))
    return []


def _between_runs(compared: Sequence[Comparison], name: str) -> list[Spread]:
    """Return the spread between runs that one model each holds, and each another."""
    within = all(one.a.run is one.b.run for one in compared)
    found: list[Spread] = []
    for arm in {repr(one.b.arm): one.b.arm for one in compared}.values():
        alike = [(place, one) for place, one in enumerate(compared) if one.b.arm == arm]
        first = alike[0][1]
        sides = [] if within else [(first.a, first.measures[name].paired.a)]
        for _, one in alike:
            paired = one.measures[name].paired
            sides.append((one.b, paired.difference if within else paired.b))
        held = [tuple(side.run.record.models) for side, _ in sides]
        if all(len(names) == 1 for names in held) and len({*held}) == len(held):
            figures = {names[0]: figure for names, (_, figure) in zip(held, sides, strict=True)}
            models = [(side.run.record, names[0]) for names, (side, _) in zip(held, sides, strict=True)]
            found += _spread(name, figures, models, alike[0][0] if within else None)
    return found


def families_of(models: Mapping[str, tuple[Source, Any]]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the families of some models, and the models whose names show none.

    Args:
        models: By name: the model, and what was found of it when it was opened.
    """
    told = {name: families(names_of(*found)) for name, found in models.items()}
    return frozenset[str]().union(*told.values()), tuple(name for name, found in told.items() if not found)


def few_families(shared: Collection[str], unknown: Sequence[str]) -> str:
    """Return why a claim about models in general can't be made; empty where there are families enough."""
    found = [*sorted(shared), *unknown]
    if len(found) >= FEWEST_FAMILIES:
        return ""
    here = f"here {'is' if len(found) == 1 else 'are'} {len(found)} ({', '.join(found)})"
    return f"a claim about models in general wants {FEWEST_FAMILIES} families of models or more; {here}"


def _spread(
    name: str, figures: Mapping[str, float], models: Sequence[tuple[RunRecord, str]], place: int | None
) -> Iterator[Spread]:
    if len(figures) < (2 if place is not None else 3) or any(map(math.isnan, figures.values())):
        return
    sources = {
        one: (record.models[one], record.served.get(one))
        for record, said in models
        for one in said.split("+")
        if one in record.models
    }
    shared, unknown = families_of(sources)
    yield Spread(
        measure=name,
        place=place,
        figures=figures,
        families=shared,
        unknown=unknown,
        synthetic=bool(sources) and all(source.traits.is_synthetic for source, _ in sources.values()),
    )
