"""How far everybody agrees: alpha, the confusion matrix, recall and precision, false loss by hop."""

import math
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.fates import FATES
from chains.running.run_record import Casts
from chains.scoring.facts.reader import instrument_of
from chains.scoring.text.legible import legible
from chains.stats.measurement_error.confusion import Confusion
from chains.stats.measurement_error.correction import ErrorRates
from chains.stats.paired.paired import LEVEL
from chains.terminal.views.judging import share
from chains.terminal.views.run_tables import FATE_STYLE
from chains.validation.agreement import Accord
from chains.validation.all_labels import Gathered
from chains.validation.pairs import CLAIM

MOST_DISAGREEMENTS = 40


def accord_view(found: Gathered, agreed: Accord) -> RenderableType:
    """Return everything for the terminal; narrow enough for eighty columns."""
    parts: list[RenderableType] = [
        _error(agreed),
        Text("pairs decided: " + ", ".join(f"{who} {count}" for who, count in agreed.raters.items())),
    ]
    if unsure := ", ".join(f"{who} {count}" for who, count in found.unsure.items()):
        parts.append(Text(f"unsure of: {unsure}"))
    if found.stale:
        parts.append(
            Text(f"note: {found.stale} labels are of other messages than the run's and are left out", "yellow")
        )
    if agreed.undecided:
        parts.append(
            Text(
                f"note: people do not agree on {agreed.undecided} pairs, which are left out below the alphas: likely "
                "the hard ones, so errors are larger than shown",
                "yellow",
            )
        )
    if agreed.alphas:
        parts += [Text(""), _alphas(agreed)]
    who = "what people agree on" if agreed.reference == "people" else f"{agreed.reference}, which is no person"
    for rater, matrix in agreed.against.items():
        parts += [Text(""), Text(f"{rater} against {who} ({matrix.items} pairs)", "bold"), matrix_table(matrix)]
        parts.append(Text(in_words(matrix)))
    parts += _where(agreed)
    if agreed.against:
        parts.append(
            Text(
                "counts are of the sample, which is drawn equally over the fates read; shares are weighted to the run",
                "bright_black",
            )
        )
    if agreed.clustered_by == "message":
        parts.append(Text("note: of so few worlds that intervals are over messages, and too narrow", "yellow"))
    return Group(*parts)


def _error(agreed: Accord) -> Text:
    """Say how far the instrument errs, or why that is not known; and so of each judge."""
    if isinstance(agreed.errors, str):
        return Text(agreed.errors, "yellow")
    said = f"the instrument's error: {_rates(agreed.errors)}; `show` and `compare` correct retention by it"
    for name, rates in agreed.of_judges.items():
        if isinstance(rates, str):
            said += f"\n{name}: {rates.partition(': ')[2]}"
        else:
            said += f"\n{name}'s error: {_rates(rates)}; with --reader {name} they correct by this one"
    return Text(said, "bold")


def _rates(rates: ErrorRates) -> str:
    (se_low, se_high), (sp_low, sp_high) = rates.interval(0), rates.interval(1)
    return (
        f"sensitivity for loss {share(rates.sensitivity)} ({share(se_low)} to {share(se_high)}), "
        f"specificity {share(rates.specificity)} ({share(sp_low)} to {share(sp_high)})"
    )


def _alphas(agreed: Accord) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("Krippendorff's alpha")
    for heading in ("alpha", "95%", "pairs"):
        table.add_column(heading, justify="right")
    for who, one in agreed.alphas.items():
        value = "" if math.isnan(one.value) else f"{one.value:.2f}"
        interval = "" if math.isnan(one.low) else f"{one.low:.2f} to {one.high:.2f}"
        table.add_row(Text(who), value, interval, str(one.items))
    return table


def in_words(matrix: Confusion) -> str:
    """Return the shares that are defined: if all labels are lost, false loss is not known."""
    parts = [
        f"same fate {share(matrix.agreement)}, same kept or not {share(matrix.kept_agreement)}",
        "" if math.isnan(matrix.false_loss) else f"of what is kept {share(matrix.false_loss)} is read as lost",
        "" if math.isnan(matrix.false_kept) else f"of what is lost {share(matrix.false_kept)} is read as kept",
    ]
    return "; ".join(part for part in parts if part)


def matrix_table(matrix: Confusion) -> Table:
    """Return the confusion matrix, with recall and precision."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("is \\ read as")
    for fate in (*FATES, "recall", "precision"):
        table.add_column(fate, justify="right", style=FATE_STYLE.get(fate))
    for true in FATES:
        row = matrix.counts[true]
        cells = [Text(str(row[read]), "bold" if read == true else "") if row[read] else Text("") for read in FATES]
        table.add_row(Text(true, FATE_STYLE[true]), *cells, share(matrix.recall[true]), share(matrix.precision[true]))
    return table


def _where(agreed: Accord) -> list[RenderableType]:
    """Return the instrument's error by hop and by condition."""
    parts: list[RenderableType] = [Text(""), _by_hop(agreed)] if agreed.by_band else []
    return [*parts, Text(""), *_by_condition(agreed)] if agreed.by_condition else parts


def _by_hop(agreed: Accord) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("the instrument at")
    for heading in ("pairs", "false loss", "false kept"):
        table.add_column(heading, justify="right")
    for band, one in agreed.by_band.items():
        table.add_row(f"{band} hops" if band == "middle" else f"{band} hop", str(one.items), share(one.false_loss),
                      share(one.false_kept))  # fmt: skip
    return table


def _by_condition(agreed: Accord) -> list[RenderableType]:
    """Return the instrument's error in each condition and, of the sample, at each hop of it."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("the instrument in", overflow="fold")
    for heading in ("pairs", "false loss", "false kept"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, rates in agreed.by_condition.items():
        if isinstance(rates, str):
            table.add_row(Text(name), "", "too few labels", "")
        else:
            table.add_row(Text(name), str(rates.kept + rates.lost), *_errors(rates))
        for (of, band), one in agreed.by_condition_and_band.items():
            if of == name:
                hop = f"  {band} hops" if band == "middle" else f"  {band} hop"
                table.add_row(hop, str(one.items), share(one.false_loss), share(one.false_kept))
    if math.isnan(agreed.alike):
        return [table]
    said = "the conditions have different errors" if agreed.alike <= LEVEL else "no difference between conditions shown"
    figure = f"{agreed.alike:.3f}" if agreed.alike >= 0.001 else "under .001"
    return [table, Text(f"{said} (p {figure}, all pairs of conditions)")]


def _errors(rates: ErrorRates) -> Iterator[str]:
    """Yield false loss and false kept, each with its interval."""
    for value, (low, high) in ((rates.specificity, rates.interval(1)), (rates.sensitivity, rates.interval(0))):
        yield f"{share(1 - value)} ({share(1 - high)} to {share(1 - low)})"


def disagreements_view(found: Gathered) -> RenderableType:
    """Return the pairs on which people and the instrument differ, with the instrument's reasons."""
    truth = found.agreed()
    table = Table(title="where the instrument and people differ", title_justify="left", show_lines=True)
    for heading in ("pair", "statement", "message", "people", found.instrument):
        table.add_column(heading)
    casts = Casts(found.pairs.record)
    differ = [name for name, fate in truth.items() if found.pairs.by_id[name].drawn not in (fate, CLAIM)]
    for name in differ[:MOST_DISAGREEMENTS]:
        pair = found.pairs.by_id[name]
        message = found.pairs.message(pair)
        told = casts.cast(pair.trial).told
        verdict = instrument_of(found.pairs.record.worlds[pair.world], told).read(message, only={pair.statement})
        read = Text(pair.drawn, FATE_STYLE[pair.drawn]).append(f": {verdict[pair.statement].why}", "default")
        statement = found.pairs.statement(pair).render(0)
        table.add_row(
            Text(name),
            Text(statement),
            Text(legible(message.strip())),
            Text(truth[name], FATE_STYLE[truth[name]]),
            read,
        )
    if len(differ) > MOST_DISAGREEMENTS:
        table.caption = f"the first {MOST_DISAGREEMENTS} of {len(differ)}"
    return table if differ else Text("the instrument and people agree on every pair")
