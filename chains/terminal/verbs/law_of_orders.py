"""`law` of a run in which orders went down alone: what tells clauses apart on their way down."""

import argparse
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.observations import Run, law_notes
from chains.analysis.results.charter import told_of
from chains.analysis.results.order_hazard_ratios import Ranked, ranked
from chains.errors import BadInput
from chains.running.run_record import RunRecord
from chains.stats.fit.estimates import Estimate, Unknown
from chains.stats.survival.ranks import RATIOS, rank_document
from chains.terminal.views.output import print_json
from chains.terminal.views.output import results as stdout


def goes_down_alone(record: RunRecord) -> bool:
    """Return whether no report climbs in any condition of a run, so that it has no law of decay upwards."""
    return not any(condition.settings.reports for condition in record.conditions)


def show_descents(runs: Sequence[Run], arguments: argparse.Namespace) -> int:
    """Estimate and print; return the exit status.

    Raises:
        BadInput: If more than one run is named, or an option that says nothing here.
    """
    if len(runs) > 1:
        raise BadInput("`law` takes one run at a time where nothing climbs")
    for option, given in (("--by", arguments.by is not None), ("--figure", arguments.figure is not None)):
        if given:
            raise BadInput(f"{option} is not for runs in which nothing climbs; `compare` compares conditions")
    record, log = runs[0]
    ends = {trial: end for trial in record.trials() if (end := log.end(str(trial))) is not None}
    found = ranked(record, told_of(record, ends))
    if not found:
        raise BadInput(f"run {record.id} has no finished trial; `mazedom resume {record.id}` goes on with it")
    notes = law_notes([record])
    if arguments.json:
        rows = [
            {"condition": one.name, "worlds": one.worlds, "ways_down": one.clauses, **rank_document(one.ratios)}
            for one in found
        ]
        print_json({"run": record.id, "descents": rows, "notes": notes})
    else:
        stdout.print(descents_view(found, notes))
    return 0


_LEAST_P = 0.001
"""Smaller p-values are shown as below this one."""
_WORSE = {
    "rank": "each lower goal fares {} than the one above it",
    "must not": "the must-not fares {} than a first goal",
    "crowd": "all fare {} with every further goal",
    "owner": "all fare {} where an owner is named",
}


def descents_view(found: Sequence[Ranked], notes: Sequence[str]) -> RenderableType:
    """Return a row for each condition, the verdicts and the notes."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("", "worlds", *RATIOS):
        table.add_column(heading, justify="right" if heading else "left")
    for one in found:
        table.add_row(one.name, str(one.worlds), *(_shown(one.ratios[name]) for name in RATIOS))
    how = "hazard ratios on the way down, with 95% intervals over worlds; above 1: lost the sooner"
    verdicts = [line for one in found for line in _verdicts(one)]
    parts: list[RenderableType] = [Text(line, "bold") for line in verdicts or ["no verdict; the notes say why"]]
    parts += [Text(how, style="bold"), table]
    reasons = dict.fromkeys(each.why for one in found for each in one.ratios.values() if isinstance(each, Unknown))
    parts += [Text(f"note: {why}", style="yellow") for why in reasons if not why.endswith("does not vary")]
    parts += [Text(f"note: {note}", style="yellow") for note in notes]
    return Group(*parts)


def _shown(one: Estimate | Unknown) -> str:
    return "-" if isinstance(one, Unknown) else f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"


def _verdicts(one: Ranked) -> list[str]:
    """Return a sentence for each ratio that is told from 1; else that it is inconclusive."""
    lines = []
    for name in RATIOS:
        ratio = one.ratios[name]
        if isinstance(ratio, Unknown):
            continue
        side = "worse" if ratio.low > 1 else "better" if ratio.high < 1 else ""
        verdict = _WORSE[name].format(side) if side else f"{name} is inconclusive"
        p = f"p {ratio.p:.3f}" if ratio.p >= _LEAST_P else f"p < {_LEAST_P}"
        lines.append(f"{one.name}: {verdict} ({p})")
    return lines
