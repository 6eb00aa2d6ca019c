"""A paired comparison for the terminal: registered hypotheses, every measure, the messages that differ most."""

import math
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from chains.analysis.compare.arms import differing
from chains.analysis.compare.comparison import Comparison, Row
from chains.analysis.compare.hypothesis_tests import Tested
from chains.analysis.compare.most_different import Stretch, Unlike, stretches
from chains.analysis.corrected.by_labels import Corrected
from chains.analysis.corrected.comparison import Correction
from chains.analysis.registered.confirmatory import Standing
from chains.experiments.condition_name import shown
from chains.experiments.settings import Value
from chains.scoring.measures.measures import MEASURES
from chains.scoring.text.legible import legible
from chains.stats.decisions.signal_detection import AGGREGATES
from chains.stats.measurement_error.correction import CorrectedPair, ErrorRates, errors_alike
from chains.stats.paired.ceiling_and_floor import all_at_one
from chains.stats.paired.paired import LEVEL
from chains.stats.paired.shares import FEWEST_WORLDS, MOST_CUT_OFF, MOST_FOREIGN
from chains.terminal.views.output import counted
from chains.terminal.views.run_tables import (
    FATE_STYLE,
    corrected_text,
    cut_off_sentence,
    foreign_sentence,
    limit_sentence,
    taken_text,
)

MOST_NAMED = 8
"""Trials without a partner that are named; all of them are in `--json`."""


def tested_view(tests: Sequence[Tested], standing: Standing) -> RenderableType:
    """Return the registered hypotheses with what came of each."""
    table = _table("hypothesis", "b - a", "95% interval", "p", "Holm", "so")
    for test in tests:
        row = test.row
        if row is None:
            table.add_row(test.hypothesis.name, "", "", "", "", test.why)
            continue
        share = _is_share(test.hypothesis.quantity)
        table.add_row(
            test.hypothesis.name,
            _signed(row.difference, share=share),
            _interval(row.low, row.high, share=share),
            _p(row.p),
            _p(test.adjusted),
            Text(test.verdict, style="bold" if test.verdict in ("supported", "contradicted") else ""),
        )
    texts = [Text(f"{test.hypothesis.name}: {test.hypothesis.text}") for test in tests]
    digest = "" if standing.digest is None else f" (registration {standing.digest[:12]})"
    word = Text(f"{standing.word}: {standing.why}{digest}", style="" if standing.confirmatory else "yellow")
    how = "b: the left side, a: the right; two-sided p, and the sign must be the registered one"
    if some := ", ".join(test.hypothesis.name for test in tests if test.by_labels):
        how += f"; corrected by people's labels: {some}"
    return Group(Text("registered hypotheses", style="bold"), *texts, table, Text(how, style="dim"), word, Text())


def verdicts_view(compared: Sequence[Comparison]) -> RenderableType:
    """Return each comparison in a sentence, as the first thing to be read."""
    said = [sentence for comparison in compared if (sentence := verdict(comparison))]
    return Group(*(Text(sentence, style="bold") for sentence in said), *([Text()] if said else []))


def comparison_view(comparison: Comparison) -> RenderableType:
    """Return every measure of what the executive hears in both conditions, and the difference."""
    a, b = comparison.a.label, comparison.b.label
    parts: list[RenderableType] = [
        Text(f"what {_who(comparison)}, b against a", style="bold"),
        Text(f"a: {a}"),
        Text(f"b: {b}"),
        Text(f"{counted(len(comparison.pairs), 'pair')} from {counted(comparison.worlds, 'world')}"),
        Text(f"a trial takes: a {taken_text(comparison.takes['a'])}; b {taken_text(comparison.takes['b'])}"),
        *(_note(f"{sentence} The figures are printed as they are.") for sentence in bars(comparison)),
        _measures(comparison, comparison.measures),
    ]
    if comparison.at_equal_words:
        parts += [
            Text("at equal words: the longer of each pair cut to the length of the shorter", style="bold"),
            _measures(comparison, comparison.at_equal_words),
        ]
    return Group(*parts, *_notes(comparison))


HEADLINES = {
    "retention": ("keeps more of the facts", "keep the same share of the facts"),
    "right_action": ("has the best action done more often", "have the best action done as often"),
}
"""What a sentence says of the measure that matters most: where facts climb, and where orders alone go down."""


def verdict(comparison: Comparison) -> str:
    """Return the comparison in a sentence: who does better, by how much, is it real, does length explain it.

    Where the messages allow no finding, it says that alone. Empty where neither measure of `HEADLINES` is defined.
    """
    if barred := " ".join(bars(comparison)):
        return barred
    for name in HEADLINES:
        row = comparison.measures.get(name)
        if row is not None and row.paired.pairs and not math.isnan(row.paired.difference):
            return _sentence(comparison, name, row)
    return ""


def bars(comparison: Comparison) -> Iterator[str]:
    """Say of each side what allows no finding.

    Too many messages that were cut off, or are not in English; or both sides keep nearly everything, or nearly nothing.
    """
    limits = comparison.a.limit, comparison.b.limit
    alike = all_at_one(limits)
    for name, side, limit in zip(called(comparison), (comparison.a, comparison.b), limits, strict=True):
        for share, bar, sentence in (
            (side.cut_off, MOST_CUT_OFF, cut_off_sentence),
            (side.foreign, MOST_FOREIGN, foreign_sentence),
        ):
            if share > bar:
                yield sentence(share, f" of {name}")
        if limit is not None and alike:
            yield limit_sentence(limit, f" on what {name} keeps")


def _sentence(comparison: Comparison, name: str, row: Row) -> str:
    found = row.paired
    a, b = called(comparison)
    better, alike = HEADLINES[name]
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
        return f"{said}. That may be chance (adjusted p {_p(row.adjusted)})."
    length = f" {_length(comparison, more, less)}" if name == "retention" else ""
    return f"{said}. The difference is real (adjusted p {_p(row.adjusted)}).{length}"


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


def _who(comparison: Comparison) -> str:
    """Return who is compared: what the executive hears, or what the workers hear and do where nothing climbs."""
    sides = comparison.a, comparison.b
    if any(side.run.casts.plan(condition.id).reports for side in sides for condition in side.conditions):
        return "the executive hears"
    return "the workers hear and do"


def corrected_view(correction: Correction) -> RenderableType:
    """Return what labels make of a comparison, with the instrument's error on both sides."""
    by_labels, retention = correction.by_labels, correction.retention
    parts: list[RenderableType] = []
    if isinstance(by_labels, Corrected):
        parts.append(_by_labels(by_labels))
    else:
        parts += [_note(said) for said in dict.fromkeys((by_labels, retention)) if isinstance(said, str)]
        if isinstance(retention, CorrectedPair):
            parts.append(_retention(retention))
    if correction.errors is not None:
        alike = errors_alike(*correction.errors)
        differ = "they differ" if alike <= LEVEL else "no difference shown"
        said = "; ".join(f"{side} {error_text(one)}" for side, one in zip("ab", correction.errors, strict=True))
        parts.append(Text(f"the instrument's error in all messages: {said}: {differ} (p {_p(alike)})"))
    return Group(*parts)


def error_text(rates: ErrorRates) -> str:
    """Return both errors of the instrument with their intervals."""
    (loss, *of_loss), (kept, *of_kept) = (
        (1 - value, 1 - high, 1 - low)
        for value, (low, high) in ((rates.specificity, rates.interval(1)), (rates.sensitivity, rates.interval(0)))
    )
    return (
        f"false loss {loss:.1%} ({of_loss[0]:.0%} to {of_loss[1]:.0%}), "
        f"false kept {kept:.1%} ({of_kept[0]:.0%} to {of_kept[1]:.0%})"
    )


def _by_labels(found: Corrected) -> RenderableType:
    table = _table("by labels", "a", "b", "b - a", "95% interval", "p", "adjusted", "worth")
    for name, row in found.rows.items():
        if not row.a and not row.b:
            continue
        low, high = row.powered.interval
        table.add_row(
            name,
            _plain(row.a, share=True),
            _plain(row.b, share=True),
            _signed(row.powered.value, share=True),
            Text(_interval(low, high, share=True), style="bold" if row.adjusted <= LEVEL else ""),
            _p(row.powered.p()),
            _p(row.adjusted),
            f"x{row.powered.gain:.1f}",
        )
    how = (
        f"corrected by {found.labels[0]} labels of a and {found.labels[1]} of b, of what the executive hears; worth: "
        "how many times as many labels would do as well without the readings"
    )
    return Group(Text(""), table, Text(how, style="dim"))


def _retention(retention: CorrectedPair) -> Text:
    difference = _signed(retention.difference, share=True)
    few = f"no interval from fewer than {FEWEST_WORLDS} worlds"
    interval = few if math.isnan(retention.low) else _interval(retention.low, retention.high, share=True)
    return Text(
        "retention corrected for the instrument's error as measured in each condition: "
        f"a {corrected_text(retention.a)}, b {corrected_text(retention.b)}, b - a {difference} ({interval})",
        style="green",
    )


def _measures(comparison: Comparison, rows: Mapping[str, Row]) -> Table:
    barred = any(bars(comparison))
    tests = ("95% interval", "p", "adj. p", "detects") if comparison.believable else ()
    table = _table("measure", "a", "b", "b - a", *tests)
    for name, row in rows.items():
        share, paired = _is_share(name), row.paired
        if not paired.pairs or (not paired.a and not paired.b and not paired.moved):
            continue  # not defined here, or nothing of the kind on either side
        clear = comparison.believable and not barred and row.adjusted <= LEVEL
        interval = _interval(paired.low, paired.high, share=share)
        tested = (
            Text(interval, style="bold" if clear else ""),
            Text(_p(paired.p)),
            Text(_p(row.adjusted) + (f" {row.registered}" if row.registered else "")),
            Text(_detects(row.detects, share=share)),
        )
        table.add_row(
            name,
            _plain(paired.a, share=share),
            _plain(paired.b, share=share),
            _signed(paired.difference, share=share),
            *tested[: len(tests)],
        )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for number, heading in enumerate(headings):
        text = heading in ("measure", "hypothesis", "so", "by labels")
        table.add_column(heading, justify="left" if text else "right", no_wrap=number == 0)
    return table


def how_tested(comparisons: Sequence[Comparison]) -> Text:
    """Return where the figures of the tables come from; empty if no comparison has worlds enough for a test."""
    tested = [comparison for comparison in comparisons if comparison.believable]
    if not tested:
        return Text()
    resampled = sorted({name for one in tested for name in one.measures} & set(AGGREGATES))
    but = f" ({', '.join(resampled)}: worlds resampled)" if resampled else ""
    return Text(
        f"p: sign flips by world{but}; corrected by Benjamini-Hochberg over all that is shown, by Holm for what is "
        "registered; detects: the true difference that 80 of 100 such studies would find by the adjusted p, were it "
        "the only one",
        style="dim",
    )


def _notes(comparison: Comparison) -> Iterator[Text]:
    for side, which, out in zip("ab", (comparison.a, comparison.b), comparison.left_out, strict=True):
        if out:
            named = ", ".join(map(str, out[:MOST_NAMED])) + (", ..." if len(out) > MOST_NAMED else "")
            yield _note(f"{len(out)} finished trials of {side} have no partner and are left out: {named}")
        if which.unfinished:
            yield _note(f"{which.unfinished} trials of {side} are not finished and can't count")
    few = [name for name, row in comparison.measures.items() if 0 < row.paired.pairs < len(comparison.pairs)]
    if few:
        named = ", ".join(f"{name} in {comparison.measures[name].paired.pairs}" for name in few)
        yield _note(f"not all measures are defined in all {len(comparison.pairs)} pairs: {named}")
    if comparison.worlds < FEWEST_WORLDS:
        yield _note(
            f"{comparison.worlds} world{'s are' if comparison.worlds > 1 else ' is'} too few for a conclusion (the "
            f"interval over worlds needs {FEWEST_WORLDS} or more); this is a look, not a finding"
        )
    if comparison.a.run is not comparison.b.run:
        yield from _between_runs(comparison)
    limits = comparison.a.limit, comparison.b.limit
    for name, limit in zip(called(comparison), limits, strict=True):
        if limit is not None and not all_at_one(limits):
            yield _note(f"{name} lies at the {limit.limit}: {limit.why}")
    for note in comparison.notes:
        yield _note(note)


def _between_runs(comparison: Comparison) -> Iterator[Text]:
    lines = differing(comparison.a, comparison.b)
    if not lines:
        yield Text("the two have the same settings and differ in sampling alone", style="dim")
    elif len(lines) == 1:
        yield Text(f"the two differ in {lines[0]}")
    else:
        yield _note(f"the two differ in {len(lines)} things, and what is found can't be laid at one of them:")
        yield from (Text(f"  {line}", style="yellow") for line in lines)


def _note(text: str) -> Text:
    return Text(f"note: {text}", style="yellow")


def unlike_view(found: Sequence[Unlike], comparison: Comparison) -> RenderableType:
    """Return the pairs that differ most, a word diff side by side."""
    parts: list[RenderableType] = []
    for unlike in found:
        a, b = unlike.pair
        parts.append(Rule(f"differ most: {a} and {b}, {unlike.title}", align="left"))
        for fact, (one, other) in unlike.fates.items():
            line = Text(f"{fact}: ")
            line.append(one, style=FATE_STYLE[one]).append(" | ").append(other, style=FATE_STYLE[other])
            parts.append(line.append(f"  {unlike.facts[fact]}", style="dim"))
        columns = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, expand=True)
        columns.add_column(f"a: {comparison.a.label}", ratio=1, overflow="fold")
        columns.add_column(f"b: {comparison.b.label}", ratio=1, overflow="fold")
        diff = stretches(*map(legible, unlike.texts))
        columns.add_row(_marked(diff, "a"), _marked(diff, "b"))
        parts += [columns, Text()]
    if parts:
        parts.append(Text("[-only in a-]  {+only in b+}", style="dim"))
    return Group(*parts)


def _marked(diff: Sequence[Stretch], side: str) -> Text:
    """Return one side's words; those that the other lacks stand in brackets too, for terminals without colour."""
    text = Text()
    for stretch in diff:
        words = stretch.a if side == "a" else stretch.b
        if not words:
            continue
        if len(text) and not text.plain.endswith("\n") and not words.startswith("\n"):
            text.append(" ")
        if stretch.same or not words.strip():
            text.append(words)
        elif side == "a":
            text.append(f"[-{words.strip()}-]", "red")
        else:
            text.append(f"{{+{words.strip()}+}}", "green")
        if not stretch.same and words.endswith("\n"):
            text.append("\n")
    return text


def _is_share(name: str) -> bool:
    return name in MEASURES and MEASURES[name].share


def _plain(value: float, *, share: bool) -> str:
    if math.isnan(value):
        return "-"
    said = f"{value:.1%}" if share else f"{value:.2f}"
    return said if said.strip("-0.%") else said.removeprefix("-")  # nothing is rounded to less than nothing


def _detects(value: float, *, share: bool) -> str:
    return "none" if share and value > 1 else _plain(value, share=share)


def _signed(value: float, *, share: bool) -> str:
    if math.isnan(value):
        return "-"
    said = f"{value:+.1%}" if share else f"{value:+.2f}"
    return said if said.strip("-0.%") else f"+{said[1:]}"


def _interval(low: float, high: float, *, share: bool) -> str:
    if math.isnan(low) or math.isnan(high):
        return "none"
    return f"{_signed(low, share=share)} to {_signed(high, share=share)}"


def _p(value: float) -> str:
    if math.isnan(value):
        return "-"
    return "<.001" if value < 0.001 else f"{value:.3f}".replace("0.", ".", 1)
