"""A comparison as people's labels correct it, with the instrument's error on both sides."""

import math

from rich.console import Group, RenderableType
from rich.text import Text

from chains.analysis.corrected.by_labels import Corrected
from chains.analysis.corrected.comparison import Correction
from chains.stats.measurement_error.correction import CorrectedPair, ErrorRates, errors_alike
from chains.stats.paired.paired import LEVEL
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.views.measure_figures import comparison_table, interval, note, p_value, plain, signed
from chains.terminal.views.run_tables import corrected_text


def corrected_view(correction: Correction) -> RenderableType:
    """Return what labels make of a comparison, with the instrument's error on both sides."""
    by_labels, retention = correction.by_labels, correction.retention
    parts: list[RenderableType] = []
    if isinstance(by_labels, Corrected):
        parts.append(_by_labels(by_labels))
    else:
        parts += [note(said) for said in dict.fromkeys((by_labels, retention)) if isinstance(said, str)]
        if isinstance(retention, CorrectedPair):
            parts.append(_retention(retention))
    if correction.errors is not None:
        alike = errors_alike(*correction.errors)
        differ = "they differ" if alike <= LEVEL else "no difference shown"
        said = "; ".join(f"{side} {error_text(one)}" for side, one in zip("ab", correction.errors, strict=True))
        parts.append(Text(f"the instrument's error in all messages: {said}: {differ} (p {p_value(alike)})"))
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
    table = comparison_table("by labels", "a", "b", "b - a", "95% interval", "p", "adjusted", "worth")
    for name, row in found.rows.items():
        if not row.a and not row.b:
            continue
        low, high = row.powered.interval
        table.add_row(
            name,
            plain(row.a, share=True),
            plain(row.b, share=True),
            signed(row.powered.value, share=True),
            Text(interval(low, high, share=True), style="bold" if row.adjusted <= LEVEL else ""),
            p_value(row.powered.p()),
            p_value(row.adjusted),
            f"x{row.powered.gain:.1f}",
        )
    how = (
        f"corrected by {found.labels[0]} labels of a and {found.labels[1]} of b, of what the executive hears; worth: "
        "how many times as many labels would do as well without the readings"
    )
    return Group(Text(""), table, Text(how, style="dim"))


def _retention(retention: CorrectedPair) -> Text:
    difference = signed(retention.difference, share=True)
    few = f"no interval from fewer than {FEWEST_WORLDS} worlds"
    within = few if math.isnan(retention.low) else interval(retention.low, retention.high, share=True)
    return Text(
        "retention corrected for the instrument's error as measured in each condition: "
        f"a {corrected_text(retention.a)}, b {corrected_text(retention.b)}, b - a {difference} ({within})",
        style="green",
    )
