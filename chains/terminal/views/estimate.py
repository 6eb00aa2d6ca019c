"""What a run would take: conditions, trials, calls, tokens, money and time, before anything is asked."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.running.cost_estimate import Estimate, ModelEstimate
from chains.running.run_record import RunRecord

MOST_CONDITIONS = 24
"""Conditions listed one by one; all of them are in `--json`."""


def estimate_view(record: RunRecord, found: Estimate) -> RenderableType:
    """Return what a run would take: conditions, trials, calls, tokens, money and time."""
    experiment = record.experiment
    table = Table(box=None, show_header=False)
    table.add_row("experiment", experiment.name)
    for condition in record.conditions[:MOST_CONDITIONS]:
        table.add_row("condition", Text(condition.name))
    if len(record.conditions) > MOST_CONDITIONS:
        table.add_row("", f"and {len(record.conditions) - MOST_CONDITIONS:,} more conditions")
    table.add_row("worlds", f"{len(experiment.seeds)} (seeds {_brief(experiment.seeds)})")
    table.add_row("replicates", str(experiment.replicates))
    table.add_row("trials", f"{found.trials:,}")
    table.add_row("models", ", ".join(sorted(record.models)) or "none: people hold every seat")
    table.add_row("calls", f"at most {found.calls:,}")
    if found.reused:
        whose = record.reuses if record.forked is None else (record.forked.run,)
        table.add_row("", f"{found.reused:,} more are answered by earlier runs ({', '.join(whose)})")
    table.add_row("tokens", f"about {found.tokens:,}")
    table.add_row("cost", Text(cost_text(found)))
    table.add_row("time", Text(time_text(found)))
    for limit, value in experiment.limits.model_dump(exclude_none=True).items():
        table.add_row("limit", f"{limit} {value:,}")
    for name, text in experiment.hypotheses.items():
        table.add_row("hypothesis", Text(f"{name}: {text}"))
    if record.registered is not None:
        table.add_row("registration", record.registered.digest)
    parts: list[RenderableType] = [Text(experiment.question, style="bold")] if experiment.question else []
    parts.append(table)
    if found.models:
        parts += [Text(""), _by_model(found.models)]
    return Group(*parts)


def cost_text(found: Estimate) -> str:
    """Say what a run would cost, or whose price is not known."""
    unknown = [model.name for model in found.models if model.cost is None]
    known = sum(model.cost or 0.0 for model in found.models)
    if not unknown:
        return f"about {known:,.2f}" if known else "nothing: it runs on this machine"
    sentence = f"unknown: no prices for {', '.join(unknown)} (give them under [models.NAME.prices])"
    return f"{sentence}; the others about {known:,.2f}" if known else sentence


def time_text(found: Estimate) -> str:
    """Say how long a run would take, or whose speed is not known."""
    slow = [model.name for model in found.models if model.speed is None and model.expected.calls]
    if slow or found.seconds is None:
        return f"unknown: no run here has asked {', '.join(slow)} yet (or give seconds_per_call under [models.NAME])"
    runs = {model.speed.run: None for model in found.models if model.speed and model.speed.run and model.expected.calls}
    guess = f"; a guess by the seconds a call in run {', '.join(runs)}" if runs else ""
    return f"about {span_text(found.seconds)}, {found.at_once} trial{'s' * (found.at_once > 1)} at the same time{guess}"


def span_text(seconds: float) -> str:
    """Return a time as a person says it: 40 s, 12 min, 3 h 20 min, 4 days."""
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 1 else "a second"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes / 60 / 24:.1f} days"


def _by_model(models: Sequence[ModelEstimate]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("model", overflow="fold")
    for heading in ("calls", "tokens in", "tokens out", "cost"):
        table.add_column(heading, justify="right")
    table.add_column("seconds a call")
    for row in models:
        table.add_row(*map(Text, _cells(row)))
    return table


def _cells(row: ModelEstimate) -> Iterator[str]:
    yield row.name
    yield from (f"{count:,}" for count in row.expected)
    yield "unknown" if row.cost is None else f"{row.cost:,.2f}"
    yield "unknown" if row.speed is None else f"{row.speed.seconds:.3g} ({row.speed.source})"


def _brief(seeds: Sequence[int]) -> str:
    shown = ", ".join(map(str, seeds[:8]))
    return shown if len(seeds) <= 8 else f"{shown}, ... {seeds[-1]}"
