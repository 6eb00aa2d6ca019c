"""Paired comparisons for the terminal: registered hypotheses, one comparison, several beside each other, by setting."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from chains.analysis.compare.arms import differing
from chains.analysis.compare.comparison import Comparison, Row
from chains.analysis.compare.hypothesis_tests import Tested
from chains.analysis.compare.side_by_side import Level, Selected, Spread, few_families, pooled
from chains.analysis.registered.confirmatory import Standing
from chains.experiments.condition_name import shown
from chains.stats.decisions.signal_detection import AGGREGATES
from chains.stats.paired.ceiling_and_floor import all_at_one
from chains.stats.paired.paired import LEVEL, Paired
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.compare_headline import bars, called, labels, one_reference
from chains.terminal.views.measure_figures import (
    comparison_table,
    detects,
    interval,
    is_share,
    note,
    p_value,
    plain,
    signed,
)
from chains.terminal.views.output import counted, results
from chains.terminal.views.run_tables import taken_text

FIGURES = 56
"""Columns that the figures of a row take; where its name does not fit beside them, rows are numbered."""
MOST_NAMED = 8
"""Trials without a partner that are named; all of them are in `--json`."""


def tested_view(tests: Sequence[Tested], standing: Standing) -> RenderableType:
    """Return the registered hypotheses with what came of each."""
    table = comparison_table("hypothesis", "b - a", "95% interval", "p", "Holm", "so")
    for test in tests:
        row = test.row
        if row is None:
            table.add_row(test.hypothesis.name, "", "", "", "", test.why)
            continue
        share = is_share(test.hypothesis.quantity)
        table.add_row(
            test.hypothesis.name,
            signed(row.difference, share=share),
            interval(row.low, row.high, share=share),
            p_value(row.p),
            p_value(test.adjusted),
            Text(test.verdict, style="bold" if test.verdict in ("supported", "contradicted") else ""),
        )
    texts = [Text(f"{test.hypothesis.name}: {test.hypothesis.text}") for test in tests]
    digest = "" if standing.digest is None else f" (registration {standing.digest[:12]})"
    word = Text(f"{standing.word}: {standing.why}{digest}", style="" if standing.confirmatory else "yellow")
    how = "b: the left side, a: the right; two-sided p, and the sign must be the registered one"
    if some := ", ".join(test.hypothesis.name for test in tests if test.by_labels):
        how += f"; corrected by people's labels: {some}"
    return Group(Text("registered hypotheses", style="bold"), *texts, table, Text(how, style="dim"), word, Text())


def comparison_view(comparison: Comparison, selected: Selected, levels: Sequence[Level]) -> RenderableType:
    """Return the selected measures in both conditions, at equal words too, and at each setting that is averaged."""
    tests = ("95% interval", "p", "adj. p", "detects") if comparison.believable else ()
    table = comparison_table("measure", "a", "b", "b - a", *tests)
    for name in selected.names:
        for title, row in _with_equal_words(comparison, name, selected):
            share, paired = is_share(name), row.paired
            cells = (
                _interval(comparison, row, share=share),
                p_value(paired.p),
                p_value(row.adjusted) + (f" {row.registered}" if row.registered else ""),
                detects(row.detects, share=share),
            )
            figures = _figures(paired, len(comparison.pairs), share=share)
            table.add_row(title, *figures, *cells[: len(tests)])
    return Group(
        Text(f"what {_who(comparison)}, b against a", style="bold"),
        Text(f"a: {comparison.a.label}"),
        Text(f"b: {comparison.b.label}"),
        Text(_counts(comparison)),
        Text(f"a trial takes: a {taken_text(comparison.takes['a'])}; b {taken_text(comparison.takes['b'])}"),
        *(note(f"{sentence} The figures are printed as they are.") for sentence in bars(comparison)),
        table,
        *_below(selected),
        *_by_level([("", comparison, levels)]),
        *_notes(comparison, selected.names),
    )


def side_by_side_view(
    compared: Sequence[Comparison], selected: Selected, levels: Sequence[Sequence[Level]]
) -> RenderableType:
    """Return several comparisons beside each other, measure by measure: a matrix of conditions and measures."""
    whole, first = labels(compared), compared[0]
    fits = max(map(len, whole)) + FIGURES <= results.width
    named = whole if fits else [f"b{number}" for number in range(1, len(whole) + 1)]
    against = f"each against {first.a.label} (a)" if one_reference(compared) else "b against a"
    tests = ("95% interval", "adj. p", "Holm") if any(one.believable for one in compared) else ()
    table = comparison_table("measure", "a", "b", "b - a", *tests)
    for name in selected.names:
        groups: dict[str, list[tuple[str, Comparison, Row]]] = {}
        for label, one in zip(named, compared, strict=True):
            for title, row in _with_equal_words(one, name, selected):
                groups.setdefault(title, []).append((label, one, row))
        for title, rows in groups.items():
            table.add_row(Text(title, style="bold"))
            for label, one, row in rows:
                share = is_share(name)
                registered = f" {row.registered}" if row.registered else ""
                cells = (_interval(one, row, share=share), p_value(row.adjusted) + registered, p_value(row.holm))
                figures = _figures(row.paired, len(one.pairs), share=share)
                table.add_row(f" {label}", *figures, *cells[: len(tests)])
    sides = [one.b.label if one_reference(compared) else f"b {one.b.label}; a {one.a.label}" for one in compared]
    told = not (fits and one_reference(compared))
    legend = [Text(f"{label}: {side}") for label, side in zip(named, sides, strict=True)] if told else []
    takes = [f"a: {taken_text(first.takes['a'])}"] if one_reference(compared) else []
    takes += [f"{label}: {taken_text(one.takes['b'])}" for label, one in zip(named, compared, strict=True)]
    barred = dict.fromkeys(sentence for one in compared for sentence in bars(one))
    return Group(
        Text(f"what {_who(first)}, {against}", style="bold"),
        *legend,
        *(Text(said) for said in dict.fromkeys(_counts(one) for one in compared)),
        Text(f"a trial takes: {'; '.join(takes)}"),
        *(note(f"{sentence} The figures are printed as they are.") for sentence in barred),
        table,
        *_below(selected),
        *_by_level([*zip(named, compared, levels, strict=True)]),
        *_notes_together(named, compared, selected.names),
    )


def _notes_together(named: Sequence[str], compared: Sequence[Comparison], names: Sequence[str]) -> Iterator[Text]:
    """Return each note of several comparisons once, with those of which it is said if it is not all."""
    whose: dict[str, list[str]] = {}
    for label, comparison in zip(named, compared, strict=True):
        said: list[str] = []
        for line in _notes(comparison, names):
            if line.plain.startswith(" "):  # the rest of a list
                said[-1] += f" {line.plain.strip()};"
            else:
                said.append(line.plain.removeprefix("note: "))
        for one in said:
            whose.setdefault(one.removesuffix(";"), []).append(label)
    for one, of in whose.items():
        yield note(one if len(of) == len(compared) else f"{'; '.join(of)}: {one}")


def spread_view(spreads: Sequence[Spread], compared: Sequence[Comparison]) -> RenderableType:
    """Return how far models lie apart, and whether they are enough to speak of models in general."""
    named = labels(compared)
    parts: list[RenderableType] = []
    for one in spreads:
        least, most = min(one.figures.values()), max(one.figures.values())
        figures, share = one.figures, is_share(one.measure)
        of = "" if one.place is None else f" of {named[one.place]} less {called(compared[one.place])[0]}"
        what = f"the difference in {one.measure}{of}" if one.place is not None else one.measure
        figure = signed if one.place is not None else plain
        above = sum(value > 0 for value in figures.values())
        which = f", above 0 with {above or 'none'} of them" if one.place is not None else ""
        ends = f"{figure(least, share=share)} to {figure(most, share=share)}"
        apart = f"(standard deviation {plain(one.sd, share=share)})"
        parts.append(Text(f"between {len(figures)} models {what} runs from {ends} {apart}{which}"))
    if spreads and spreads[0].synthetic:
        parts.append(note("the models are synthetic channels, so this tells nothing of models in general"))
    elif spreads and not spreads[0].enough:
        parts.append(note(few_families(spreads[0].families, spreads[0].unknown)))
    return Group(*parts)


def _with_equal_words(comparison: Comparison, name: str, selected: Selected) -> Iterator[tuple[str, Row]]:
    """Return a measure, and the same at equal words where that is shown, with what each is called."""
    yield name, comparison.measures[name]
    if name in comparison.at_equal_words and name in selected.equal:
        yield " at equal words", comparison.at_equal_words[name]


def _figures(paired: Paired, pairs: int, *, share: bool) -> tuple[str, str, str]:
    """Return both figures and their difference; a difference that rests on some of the pairs says on how many."""
    few = f" n={paired.pairs}" if 0 < paired.pairs < pairs else ""
    return plain(paired.a, share=share), plain(paired.b, share=share), signed(paired.difference, share=share) + few


def _interval(comparison: Comparison, row: Row, *, share: bool) -> Text:
    clear = comparison.believable and not any(bars(comparison)) and row.adjusted <= LEVEL
    return Text(interval(row.paired.low, row.paired.high, share=share), style="bold" if clear else "")


def _counts(comparison: Comparison) -> str:
    over = "; ".join(f"{key} ({', '.join(map(shown, values))})" for key, values in pooled(comparison).items())
    said = f"{counted(len(comparison.pairs), 'pair')} from {counted(comparison.worlds, 'world')}"
    return f"{said}, averaged over {over}" if over else said


def _below(selected: Selected) -> Iterator[Text]:
    if selected.more:
        yield Text(
            f"{counted(selected.more, 'measure')} more: --all shows all of them, --measures NAME,NAME some", style="dim"
        )


def _by_level(compared: Sequence[tuple[str, Comparison, Sequence[Level]]]) -> Iterator[RenderableType]:
    """Return a table for each factor that is averaged over: the difference at each of its settings."""
    for factor in dict.fromkeys(level.factor for _, _, levels in compared for level in levels):
        tests = (
            ("95% interval",) if any(one.worlds >= FEWEST_WORLDS for _, _, found in compared for one in found) else ()
        )
        table = comparison_table("measure", "a", "b", "b - a", *tests)
        for name in dict.fromkeys(name for _, _, levels in compared for level in levels for name in level.rows):
            table.add_row(Text(f"{name} by {factor}", style="bold"))
            for label, _, levels in compared:
                for level in levels:
                    if level.factor == factor:
                        row, share = level.rows[name], is_share(name)
                        title = f" {shown(level.setting)}" + (f": {label}" if label else "")
                        cells = (interval(row.low, row.high, share=share),)
                        table.add_row(title, *_figures(row, level.pairs, share=share), *cells[: len(tests)])
        yield table
        if tests:
            yield Text("each interval stands for itself, corrected for nothing", style="dim")


def _who(comparison: Comparison) -> str:
    """Return who is compared: what the executive hears, or what the workers hear and do where nothing climbs."""
    sides = comparison.a, comparison.b
    if any(side.run.casts.plan(condition.id).reports for side in sides for condition in side.conditions):
        return "the executive hears"
    return "the workers hear and do"


def how_tested(comparisons: Sequence[Comparison], selected: Selected) -> Text:
    """Return where the figures of the tables come from; empty if no comparison has worlds enough for a test."""
    tested = [comparison for comparison in comparisons if comparison.believable]
    if not tested:
        return Text()
    resampled = [name for name in selected.names if name in AGGREGATES]
    but = f" ({', '.join(resampled)}: worlds resampled)" if resampled else ""
    several = "; Holm: corrected for the comparisons of that measure alone" if len(comparisons) > 1 else ""
    detectable = (
        "; detects: the true difference that 80 of 100 such studies would find by the adjusted p, were it the only one"
        if len(comparisons) == 1
        else ""
    )
    cut = (
        "; at equal words: the longer of each pair cut to the length of the shorter"
        if any(one.at_equal_words for one in comparisons)
        else ""
    )
    return Text(
        f"p: sign flips by world{but}; adj. p: corrected by Benjamini-Hochberg over all measures, shown or not, by "
        f"Holm for what is registered{several}{detectable}{cut}",
        style="dim",
    )


def _notes(comparison: Comparison, names: Sequence[str]) -> Iterator[Text]:
    for side, which, out in zip("ab", (comparison.a, comparison.b), comparison.left_out, strict=True):
        if out:
            named = ", ".join(map(str, out[:MOST_NAMED])) + (", ..." if len(out) > MOST_NAMED else "")
            yield note(f"{len(out)} finished trials of {side} have no partner and are left out: {named}")
        if which.unfinished:
            yield note(f"{which.unfinished} trials of {side} are not finished and can't count")
    few = [name for name in names if 0 < comparison.measures[name].paired.pairs < len(comparison.pairs)]
    if few:
        yield note(f"n: defined in so many of the {len(comparison.pairs)} pairs alone: {', '.join(few)}")
    if comparison.worlds < FEWEST_WORLDS:
        yield note(
            f"{comparison.worlds} world{'s are' if comparison.worlds > 1 else ' is'} too few for a conclusion (the "
            f"interval over worlds needs {FEWEST_WORLDS} or more); this is a look, not a finding"
        )
    if comparison.a.run is not comparison.b.run:
        yield from _between_runs(comparison)
    limits = comparison.a.limit, comparison.b.limit
    for name, limit in zip(called(comparison), limits, strict=True):
        if limit is not None and not all_at_one(limits):
            yield note(f"{name} lies at the {limit.limit}: {limit.why}")
    for said in comparison.notes:
        yield note(said)


def _between_runs(comparison: Comparison) -> Iterator[Text]:
    lines = differing(comparison.a, comparison.b)
    if not lines:
        yield Text("the two have the same settings and differ in sampling alone", style="dim")
    elif len(lines) == 1:
        yield Text(f"the two differ in {lines[0]}")
    else:
        yield note(f"the two differ in {len(lines)} things, and what is found can't be laid at one of them:")
        yield from (Text(f"  {line}", style="yellow") for line in lines)
