"""What a person sees of the law of decay: verdicts first, then curves, exponents, checks, and what limits them."""

from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.stats.fit.estimates import Estimate, Unknown
from chains.stats.law.condition_law import ConditionLaw
from chains.stats.law.contrasts import Contrast, Difference
from chains.stats.law.decay_law import Law
from chains.stats.law.growth import Figure
from chains.stats.law.independence import Alike
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.stats.survival.survival import CAUSES, Curve, Survival
from chains.terminal.views.law_curves import law_panels
from chains.terminal.views.run_tables import FATE_STYLE, shown_hops
from chains.terminal.views.terminal_plot import Plot

ONE_SIDED = "* one-sided, against an exponent of 1 or less; the interval beside it is two-sided"
STANDS = {
    "all": " (whatever statements and chains are like)",
    "conditional": " (for a statement of given frailty, as the checks allow)",
}
VERDICT_STYLE = {"superlinear": "bold red", "linear": "bold green", "sublinear": "bold green", "inconclusive": "bold"}


def law_view(found: Law, notes: Sequence[str]) -> RenderableType:
    """Return everything but the numbers that only machines want.

    Args:
        found: The law of every condition.
        notes: What limits it: whose data it is of, what is not known of the instrument.
    """
    parts: list[RenderableType] = list(_verdicts(found))
    parts += [Plot(panel) for panel in law_panels(found)]
    if any(isinstance(value, Estimate) for condition in found.conditions for value in _values(condition).values()):
        parts += [_exponents(found.conditions), Text(ONE_SIDED), *_checks(found.conditions)]
    parts.append(_arrivals(found.conditions))
    parts += [_risks(condition) for condition in found.conditions]
    if any(not isinstance(condition.candidates, Unknown) for condition in found.conditions):
        parts.append(_candidates(found.conditions))
    if any(isinstance(value, Difference) for one in found.contrasts for value in _differences(one).values()):
        parts.append(_contrasts(found))
    reasons = (one.why for one in found.headlines if isinstance(one, Unknown))
    parts += [Text(f"- {why}") for why in dict.fromkeys(reasons)]
    parts += [Text(f"- {said}") for one in found.headlines if not isinstance(one, Unknown) for said in one.sentences]
    parts += [Text(f"note: {note}", style="yellow") for note in notes]
    return Group(*parts)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=number > 0)
    return table


def _exponents(conditions: Sequence[ConditionLaw]) -> Table:
    """Return q, k and the hazard ratio of every condition."""
    table = _table("exponents (1: a constant hazard)", "", "estimate", "95% interval", "p", "bootstrap")
    for condition in conditions:
        if len(conditions) > 1:
            table.add_row(Text(condition.condition, style="bold"))
        for name, value in _values(condition).items():
            table.add_row(name, *_cells(value, one_sided=value is not condition.valence.ratio))
    return table


def _checks(conditions: Sequence[ConditionLaw]) -> Iterator[RenderableType]:
    """Return what was checked before anything was said of a statement of given frailty."""
    title = "checks: lost at the same hop, of losses within two hops"
    table = _table(title, "", "found", "95% interval", "expected", "pairs", "")
    for condition in conditions:
        checks = condition.checks
        if len(conditions) > 1:
            table.add_row(Text(condition.condition, style="bold"))
        for name, one in (("replicates", checks.repeated), ("arms of a replicate", checks.shared)):
            if isinstance(one, Alike):
                passes = Text("passes" if one.passes else "fails", style="" if one.passes else "bold red")
                interval = f"{one.low:.0%} to {one.high:.0%}"
                table.add_row(name, f"{one.same:.0%}", interval, f"{one.expected:.0%}", f"{one.pairs:,}", passes)
            elif one is not None:
                table.add_row(name, "-", "-", "-", "-", "not made")
    if table.row_count:
        yield table
    why = (
        one.why for law in conditions for one in (law.checks.repeated, law.checks.shared) if isinstance(one, Unknown)
    )
    for reason in dict.fromkeys(why):
        yield Text(f"a check is not made: {reason}")


def _values(condition: ConditionLaw) -> dict[str, Estimate | Unknown]:
    """Return the estimates of a condition by what they are called."""
    trusted = "" if condition.hop.trusted or isinstance(condition.hop.k, Unknown) else " (not trusted)"
    values: dict[str, Estimate | Unknown] = {}
    for name, law in (("q, managers", condition.depth), (f"k, hop{trusted}", condition.hop)):
        letter = name[0]
        values[name] = law.exponent
        if isinstance(law.exponent, Unknown):
            continue
        if law.never.share > 0:
            values[f"  {letter}, {law.never.share:.0%} never lost"] = law.never.exponent
        if law.chains is not None:
            values[f"  {letter}, chains differ (sd {law.chains.chain_sd:.2f})"] = law.chains.exponent
        values[f"  {letter}, share heard"] = law.heard
    values["bad news / good"] = condition.valence.ratio
    if condition.valence.pairs:
        values[f"  {condition.valence.pairs} minimal pairs"] = condition.valence.twins
    return values


def _cells(value: Estimate | Unknown, *, one_sided: bool) -> tuple[str, str, str, str]:
    if isinstance(value, Unknown):
        return "none", "", "", ""
    boot = "none" if value.bootstrap is None else f"{value.bootstrap[0]:.2f} to {value.bootstrap[1]:.2f}"
    return f"{value.value:.2f}", f"{value.low:.2f} to {value.high:.2f}", p_text(value.p) + "*" * one_sided, boot


def p_text(p: float, least: float = 0.0) -> str:
    """Return a p-value as it is printed; `least` is the smallest that could have come out."""
    if least > 0 and p <= 1.001 * least:
        return f"<{least:.3f}".replace("0.", ".")
    return "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _arrivals(conditions: Sequence[ConditionLaw]) -> Table:
    """Return what the executive hears, by condition and number of managers."""
    # how many worlds each depth has is told where that differs
    several = any(len({arm.worlds for arm in condition.balance.arms}) > 1 for condition in conditions)
    worlds = ("worlds",) if several else ()
    columns = ("managers", "chains", *worlds, "kept", "95% interval", "distorted", "omitted", "weight lost")
    table = _table("what the executive hears", *columns)
    for condition in conditions:
        if len(conditions) > 1:
            table.add_row(Text(condition.condition, style="bold"))
        sizes = {arm.depth: arm for arm in condition.balance.arms}
        for arrival in condition.arrivals:
            size = sizes[arrival.depth]
            kept, shares = arrival.retention, arrival.shares
            table.add_row(
                str(arrival.depth - 1),
                f"{size.chains:,}",
                *([f"{size.worlds:,}"] if several else []),
                f"{kept.value[0]:.0%}",
                _interval(kept, 0) if condition.worlds >= FEWEST_WORLDS else "-",
                f"{shares['altered'] + shares['inverted']:.0%}",
                f"{shares['omitted']:.0%}",
                f"{arrival.weighted_loss:.0%}",
            )
    return table


def _risks(condition: ConditionLaw) -> Table:
    """Return hazards and competing risks by hop, in the deepest chains."""
    deepest = condition.curves[-1]
    name = "" if condition.condition == "all" else f"{condition.condition}, "
    title = f"{name}{deepest.depth} hops: share left (never missed yet), and as what the others were first missed"
    fates = [fate for fate in FATE_STYLE if fate in deepest.incidence]
    table = _table(title, "hop", "at risk", "hazard", "95% interval", "left", *fates)
    for fate, column in zip(fates, table.columns[-len(CAUSES) :], strict=True):
        column.style = FATE_STYLE[fate]
    for hop in shown_hops(range(1, len(deepest.at_risk) + 1)):
        table.add_row(*_risk(deepest, hop - 1, fates, banded=condition.worlds >= FEWEST_WORLDS))
    return table


def _risk(curve: Survival, at: int, fates: Sequence[str], *, banded: bool) -> Iterator[str]:
    yield str(at + 1)
    yield f"{int(curve.at_risk[at]):,}"
    yield _share(curve.hazard.value[at])
    yield _interval(curve.hazard, at) if banded else "-"
    yield _share(curve.survival.value[at])
    for fate in fates:
        yield _share(curve.incidence[fate].value[at])


def _candidates(conditions: Sequence[ConditionLaw]) -> Table:
    """Return the candidate laws of the hop, best first."""
    table = _table(
        "candidate laws of the hop (leave-one-world-out log score)", "law", "behind the best", "wins", "which is"
    )
    table.columns[-1].justify, table.columns[-1].no_wrap = "left", False
    for condition in conditions:
        if isinstance(condition.candidates, Unknown):
            continue
        if len(conditions) > 1:
            table.add_row(Text(condition.condition, style="bold"))
        for one in condition.candidates.laws:
            behind = f"{one.behind:.1f} (se {one.behind_se:.1f})" if one.behind else "best"
            table.add_row(one.name, behind, f"{one.wins:.0%}", one.about)
        change = condition.candidates.change
        p = f", p {p_text(change.p, change.least_p)}" if np.isfinite(change.p) else ""
        table.add_row(
            "", "", "", f"change point: hop {change.hop}, hazard {change.before:.2f} to {change.after:.2f}{p}"
        )
    return table


def _differences(one: Contrast) -> dict[str, Difference | Unknown]:
    """Return the differences of two conditions by what they are called."""
    return {
        "q, difference": one.q,
        "  of the share heard": one.q_heard,
        "k, difference": one.k,
        "  of the share never missed": one.k_heard,
        "bad news / good, ratio": one.hazard_ratio,
    }


def _contrasts(found: Law) -> Table:
    """Return differences between conditions."""
    table = _table("contrasts (second against first, the same worlds)", "", "first", "second", "", "95% interval", "p")
    for one in found.contrasts:
        table.add_row(Text(f"{one.second} against {one.first}", style="bold"))
        for name, value in _differences(one).items():
            if isinstance(value, Unknown):
                table.add_row(name, "", "", "none")
            else:
                figures = f"{value.first:.2f}", f"{value.second:.2f}", f"{value.value:+.2f}"
                if value is one.hazard_ratio:
                    figures = (*figures[:2], f"{value.value:.2f}")
                table.add_row(name, *figures, f"{value.low:.2f} to {value.high:.2f}", p_text(value.p, value.least_p))
        for growth in found.growths:
            if (growth.first, growth.second) == (one.first, one.second) and isinstance(growth.bend, Figure):
                bend = growth.bend
                ends = f"{bend.low:+.3g} to {bend.high:+.3g}"
                p = p_text(2 * min(bend.p, 1 - bend.p))
                table.add_row(f"bend, {growth.name}", "", "", f"{bend.value:+.3g}", ends, p)
    return table


def _share(value: float) -> str:
    return f"{value:.0%}" if np.isfinite(value) else "-"


def _interval(curve: Curve, at: int) -> str:
    low, high = curve.low[at], curve.high[at]
    return f"{low:.0%} to {high:.0%}" if np.isfinite(low) and np.isfinite(high) else "-"


def _verdicts(found: Law) -> Iterator[RenderableType]:
    for condition in found.conditions:
        name = f" {condition.condition}:" if len(found.conditions) > 1 else ""
        same = [
            growth
            for growth in condition.growths
            if growth.verdict is None and growth.sentence.endswith(tuple(condition.sentences))
        ]
        word = condition.verdict or "none"
        stands = STANDS.get(condition.tier or "", "")
        yield Text.assemble((f"verdict:{name} ", "bold"), (word, VERDICT_STYLE.get(word, "bold")), stands)
        for sentence in condition.sentences:
            yield Text(f"- {sentence}")
        if same:
            yield Text(f"- so too for {', '.join(growth.name for growth in same)}")
        for growth in (growth for growth in condition.growths if growth not in same):
            word = growth.verdict or "none"
            style = VERDICT_STYLE.get(word, "bold")
            yield Text.assemble((f"{growth.name}:{name} ", "bold"), (word, style), f" - {growth.sentence}")
        reasons = dict.fromkeys(
            value.why
            for value in (condition.depth.q, condition.hop.k, condition.valence.ratio)
            if isinstance(value, Unknown) and value.why not in condition.sentences
        )
        for reason in reasons:
            yield Text(f"- {reason}")
