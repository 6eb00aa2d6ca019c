"""A comparison in a sentence: who does better, by how much, is it real, does length explain it.

What allows no finding is a row of `NO_FINDING`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.text import Text

from chains.analysis.compare.arms import Side
from chains.analysis.compare.comparison import Comparison, Row
from chains.analysis.compare.side_by_side import headline
from chains.experiments.condition_name import shown
from chains.experiments.settings import Value
from chains.stats.paired.ceiling_and_floor import all_at_one
from chains.stats.paired.paired import LEVEL
from chains.stats.paired.shares import FEWEST_WORLDS, MOST_CUT_OFF, MOST_FOREIGN
from chains.terminal.views.measure_figures import p_value
from chains.terminal.views.run_tables import cut_off_sentence, foreign_sentence, limit_sentence

MOST_CLAUSES = 3
"""Comparisons that a sentence tells one by one."""


class Wording(NamedTuple):
    """How a sentence tells the difference in one measure."""

    better: str
    """Of the side with more of it."""
    alike: str
    """Of both."""
    has: str
    """Of one side, with its share put in."""
    more: str
    """Of a side that has more than the reference, with the difference put in."""
    less: str


HEADLINES = {
    "retention": Wording(
        "keeps more of the facts", "keep the same share of the facts", "keeps {} of the facts", "keeps {} more",
        "keeps {} fewer",
    ),
    "right_action": Wording(
        "has the best action done more often", "have the best action done as often", "has the best action done in {}",
        "has it done {} more often", "has it done {} less often",
    ),
}  # fmt: skip
"""What a sentence says of each measure of `side_by_side.HEADLINES`."""


def _cut_off(_comparison: Comparison, side: Side, name: str) -> str | None:
    return cut_off_sentence(side.cut_off, f" of {name}") if side.cut_off > MOST_CUT_OFF else None


def _foreign(_comparison: Comparison, side: Side, name: str) -> str | None:
    return foreign_sentence(side.foreign, f" of {name}") if side.foreign > MOST_FOREIGN else None


def _at_one_limit(comparison: Comparison, side: Side, name: str) -> str | None:
    alike = side.limit is not None and all_at_one((comparison.a.limit, comparison.b.limit))
    return limit_sentence(side.limit, f"{name} keeps") if alike and side.limit is not None else None


NO_FINDING: Sequence[Callable[[Comparison, Side, str], str | None]] = (_cut_off, _foreign, _at_one_limit)
"""What allows no finding, each of a side and of what it is called: too many messages that were cut off, or are not in
English; or both sides keep nearly everything, or nearly nothing."""


def bars(comparison: Comparison, *, of_fates: bool = True) -> Iterator[str]:
    """Say of each side what allows no finding; of fates alone, that both keep nearly everything or nearly nothing."""
    for name, side in zip(called(comparison), (comparison.a, comparison.b), strict=True):
        for reason in NO_FINDING:
            if (of_fates or reason is not _at_one_limit) and (said := reason(comparison, side, name)) is not None:
                yield said


def verdicts_view(compared: Sequence[Comparison]) -> RenderableType:
    """Return the comparisons in a sentence each, or several in one, as the first thing to be read."""
    said = [overview(compared)] if len(compared) > 1 else [verdict(comparison) for comparison in compared]
    said = [sentence for sentence in said if sentence]
    return Group(*(Text(sentence, style="bold") for sentence in said), *([Text()] if said else []))


def verdict(comparison: Comparison) -> str:
    """Return the comparison in a sentence: who does better, by how much, is it real, does length explain it.

    Where the messages allow no finding, it says that alone. Empty where neither measure of `HEADLINES` is defined.
    """
    if barred := " ".join(bars(comparison)):
        return barred
    name = headline(comparison)
    return _sentence(comparison, name, comparison.measures[name]) if name is not None else ""


def _sentence(comparison: Comparison, name: str, row: Row) -> str:
    found = row.paired
    a, b = called(comparison)
    better, alike = HEADLINES[name][:2]
    few = f" {comparison.worlds} of {FEWEST_WORLDS} worlds are too few to tell whether that is real."
    if _points(found.difference) == _points(0):
        said = f"{a} and {b} {alike}, {found.a:.1%}"
        if not comparison.believable:
            return f"{said}.{few}"
        if not found.moved:
            return f"{said}, in every world."
        ends_of = f"{100 * found.low:+.1f} to {100 * found.high:+.1f}"
        return f"{said}, on average (95% interval of {b} less {a}: {ends_of} points)."
    (more, most), (less, least) = ((b, found.b), (a, found.a)) if found.difference > 0 else ((a, found.a), (b, found.b))
    ends = sorted((found.low, found.high) if found.difference > 0 else (-found.high, -found.low))
    interval = "" if any(map(math.isnan, ends)) else f" (95% interval {100 * ends[0]:.1f} to {100 * ends[1]:.1f})"
    said = f"{more} {better} than {less}, {most:.1%} against {least:.1%}: {_points(found.difference)} more{interval}"
    if not comparison.believable:
        return f"{said}.{few}"
    if not row.adjusted <= LEVEL:
        return f"{said}. That may be chance (adjusted p {p_value(row.adjusted)})."
    length = f" {_length(comparison, more, less)}" if name == "retention" else ""
    return f"{said}. The difference is real (adjusted p {p_value(row.adjusted)}).{length}"


def overview(compared: Sequence[Comparison]) -> str:
    """Return several comparisons in one sentence, after what allows no finding in some of them."""
    barred = dict.fromkeys(sentence for comparison in compared for sentence in bars(comparison))
    rows = [
        (label, comparison, name)
        for label, comparison in zip(labels(compared), compared, strict=True)
        if not any(bars(comparison)) and (name := headline(comparison)) is not None
    ]
    if not rows:
        return " ".join(barred)
    first, name = rows[0][1], rows[0][2]
    if len(rows) > MOST_CLAUSES:
        return " ".join([*barred, _at_a_glance(compared, rows)])
    has = HEADLINES[name].has.format(f"{first.measures[name].paired.a:.1%}")
    one = one_reference(compared)
    against = [f"Against {reference(compared)}, which {has}:"] if one else []
    said = "; ".join(
        _clause(
            label if one else f"{label}: {called(comparison)[1]}",
            comparison,
            name,
            "" if one else called(comparison)[0],
        )
        for label, comparison, name in rows
    )
    worlds = min(comparison.worlds for _, comparison, _ in rows)
    few = f" {worlds} of {FEWEST_WORLDS} worlds are too few to tell whether that is real."
    return " ".join([*barred, *against, f"{said}.{few if worlds < FEWEST_WORLDS else ''}"])


def _at_a_glance(compared: Sequence[Comparison], rows: Sequence[tuple[str, Comparison, str]]) -> str:
    """Return many comparisons in one sentence: how many are real and which way, and the two ends."""
    _, first, name = rows[0]
    has = HEADLINES[name].has
    found = {label: one.measures[name] for label, one, name in rows}
    real = {label: row for label, row in found.items() if row.adjusted <= LEVEL}
    more = sum(row.paired.difference > 0 for row in real.values())
    figures = {label: row.paired.b for label, row in found.items()}
    other = ""
    if one_reference(compared):
        held = reference(compared)
        figures |= {held: first.measures[name].paired.a}
        if not min(figures.values()) < figures[held] < max(figures.values()):
            other = f", against {held}"
        else:
            other = f", against {held}, which {has.format(f'{figures[held]:.1%}')}"
    best, worst = max(figures, key=lambda one: figures[one]), min(figures, key=lambda one: figures[one])
    said = f"{best} {has.format(f'{figures[best]:.1%}')}, the most, and {worst} {figures[worst]:.1%}, the least."
    worlds = min(one.worlds for _, one, _ in rows)
    if worlds < FEWEST_WORLDS:
        return f"{said} {worlds} of {FEWEST_WORLDS} worlds are too few to tell what of it is real."
    ways = f"{more} up, {len(real) - more} down" if real else "none"
    told = f"Of {len(rows)} differences{other}, {len(real)} are real (adjusted p at most {LEVEL:g}): {ways}"
    equal = [one.at_equal_words[name] for _, one, name in rows if name in one.at_equal_words]
    left = f"; at equal words {sum(row.adjusted <= LEVEL for row in equal)} of {len(equal)}" if equal else ""
    return f"{said} {told}{left}."


def _clause(label: str, comparison: Comparison, name: str, other: str) -> str:
    """Return one comparison among others: by how much, is it real, does length explain it.

    Args:
        label: What keeps more or fewer.
        comparison: The comparison.
        name: The measure.
        other: Than what; empty where that is said before.
    """
    row, wording = comparison.measures[name], HEADLINES[name]
    difference = row.paired.difference
    if _points(difference) == _points(0):
        return f"{label} {wording.has.format('the same share') if name == 'retention' else 'has it done as often'}"
    said = f"{label} {(wording.more if difference > 0 else wording.less).format(_points(difference))}"
    said += f" than {other}" if other else ""
    if not comparison.believable:
        return said
    if not row.adjusted <= LEVEL:
        return f"{said}, which may be chance (adjusted p {p_value(row.adjusted)})"
    said = f"{said}, which is real (adjusted p {p_value(row.adjusted)})"
    equal = comparison.at_equal_words.get(name)
    if equal is None:
        return said
    left = f"{_points(equal.paired.difference)} {'more' if equal.paired.difference > 0 else 'fewer'}"
    if equal.adjusted <= LEVEL:
        return f"{said}, and at equal words {left}"
    return f"{said}, but not at equal words ({left}, adjusted p {p_value(equal.adjusted)})"


def labels(compared: Sequence[Comparison]) -> list[str]:
    """Return what tells each of several comparisons from the others: the settings of b, its run, its run's model."""
    runs = {id(comparison.b.run): comparison.b.run for comparison in compared}
    models = {key: sorted(run.record.models) for key, run in runs.items()}
    by_model = all(len(names) == 1 for names in models.values()) and len({*map(tuple, models.values())}) == len(runs)
    differ = _differing(compared)
    found = []
    for comparison in compared:
        arm, run = comparison.b.arm, comparison.b.run
        said = [_setting(key, arm[key], alone=len(differ) == 1) for key in differ if key in arm]
        if len(runs) > 1:
            said.append(models[id(run)][0] if by_model else run.record.id)
        found.append(", ".join(said) or called(comparison)[1])
    if len(set(found)) < len(found):  # one run against several conditions of another
        return [f"against {', '.join(_setting(*item, alone=False) for item in one.a.arm.items())}" for one in compared]
    return found


def reference(compared: Sequence[Comparison]) -> str:
    """Return what a sentence calls the condition that all others are held against, in the words of `labels`."""
    arm, differ = compared[0].a.arm, _differing(compared)
    return (
        ", ".join(_setting(key, arm[key], alone=len(differ) == 1) for key in differ if key in arm)
        or (called(compared[0])[0])
    )


def _differing(compared: Sequence[Comparison]) -> list[str]:
    """Return the factors that tell the second conditions from each other, or from the one reference."""
    arms = [one.b.arm for one in compared] + ([compared[0].a.arm] if one_reference(compared) else [])
    keys = dict.fromkeys(key for arm in arms for key in arm)
    return [key for key in keys if len({repr(arm.get(key)) for arm in arms}) > 1]


def one_reference(compared: Sequence[Comparison]) -> bool:
    """Return whether all comparisons are against the same condition."""
    first = compared[0].a
    return all(one.a.run is first.run and one.a.arm == first.arm for one in compared)


def called(comparison: Comparison) -> tuple[str, str]:
    """Return what a sentence calls the two sides: by the settings in which they differ, `career`, `depth 4`."""
    a, b = comparison.a, comparison.b
    if comparison.a.run is not comparison.b.run:
        return a.label, b.label
    differ = [key for key in a.arm if a.arm[key] != b.arm.get(key)]
    if set(a.arm) != set(b.arm) or not differ:
        return a.label, b.label
    alone = len(differ) == 1
    first, second = (", ".join(_setting(key, side.arm[key], alone=alone) for key in differ) for side in (a, b))
    return first, second


def _setting(key: str, value: Value, *, alone: bool) -> str:
    """Return a setting as a sentence names it: a name speaks for itself, a number does not."""
    said = shown(value)
    return said if alone and said[:1].isalpha() and not isinstance(value, bool) else f"{key} {said}"


def _points(difference: float) -> str:
    return f"{abs(100 * difference):.1f} points"


def _length(comparison: Comparison, more: str, less: str) -> str:
    """Say whether the length of the messages explains that one side keeps more."""
    equal = comparison.at_equal_words.get("retention")
    if equal is None:
        return "Whether length explains it is not tested here; --equal-words does that."
    left = equal.paired.difference
    same = left * comparison.measures["retention"].paired.difference > 0
    ahead = more if same else less
    if equal.adjusted <= LEVEL:
        if same:
            return f"Length does not explain it: at equal words {ahead} keeps {_points(left)} more."
        return f"Length explains it: at equal words {ahead} keeps {_points(left)} more."
    still = f"{ahead} keeps {_points(left)} more, which may be chance" if left else "both keep the same"
    return f"Length may explain it: at equal words {still}."
