"""Spending of a run: its limits, its budget, its cost, and the record of them in run.json."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chains.errors import BadInput, MazedomError
from chains.models.spec import Prices, Source
from chains.running.folders import RUN_FILE
from chains.running.log.index import Spent
from chains.running.log.log import Log
from chains.running.record_file import write_record
from chains.running.run_record import Casts, RunRecord

if TYPE_CHECKING:
    from chains.models.budget import Budget

FEW_AT_ONCE = 8
"""Trials at the same time if all models compute in this process; more would gain nothing."""


def cost(models: Iterable[Source], spent: Mapping[str, Spent]) -> float | None:
    """Return what was spent, in the currency of the models' prices; None if a model that costs money has no price.

    Models on this machine and channels cost nothing.
    """
    prices: dict[str, Prices | None] = {}
    for source in (source for source in models if source.traits.is_paid and source.label in spent):
        # The log has the server's name of a model, so two models with the same name can't be told apart.
        if prices.setdefault(source.label, source.spec.prices) != source.spec.prices:
            return None
    usages = {label: spent[label].usage for label in prices}
    if any(price is None and not usages[label].cost for label, price in prices.items()):
        return None
    charged = (usages[label].cost if price is None else price.cost(usages[label]) for label, price in prices.items())
    return round(sum(charged), 6)


def most_cost(models: Iterable[Source], spent: Mapping[str, Spent]) -> float:
    """Return the most that was spent: if two models share a name, at the higher price."""
    dearest: dict[str, float] = {}
    for source in (source for source in models if source.traits.is_paid and source.label in spent):
        usage, prices = spent[source.label].usage, source.spec.prices
        charged = usage.cost if prices is None else prices.cost(usage)
        dearest[source.label] = max(dearest.get(source.label, 0.0), charged)
    return sum(dearest.values())


def check_limits(record: RunRecord) -> None:
    """Check that the run's limits can be kept to.

    Raises:
        BadInput: If money is limited and a model's prices are not known.
    """
    for name, source in record.models.items():
        if record.experiment.limits.cost is not None and source.traits.is_paid and source.spec.prices is None:
            raise BadInput(
                f"limits.cost can't be kept: nobody knows what {name!r} costs; give input and output under "
                f"[models.NAME.prices], or limit calls or tokens"
            )


def unbounded(record: RunRecord) -> str | None:
    """Return a warning if tokens or money are limited and nothing bounds what a reply can take; None otherwise."""
    from chains.models.dialect import LENGTH_NAMES  # noqa: PLC0415  start-up, as below

    limits = record.experiment.limits
    key = "cost" if limits.cost is not None else "tokens" if limits.tokens is not None else None
    open_ = {
        name
        for name, source in record.models.items()
        if (source.traits.is_paid or (limits.tokens is not None and not source.traits.in_process))
        and source.spec.context is None
        and not any(source.settings(1).get(one) for one in LENGTH_NAMES)
    }
    if key is None or not open_:
        return None
    casts = Casts(record)
    parts = (part for condition in record.conditions for part in casts.parts(condition.id).values())
    unlimited = (part.model for part in parts if part.model in open_ and "max_tokens" not in part.settings)
    if (name := next(unlimited, None)) is None:
        return None
    return (
        f"limits.{key} holds only while no reply of {name!r} is longer than all before it, because nothing limits its "
        "replies; set max_tokens"
    )


def budget_of(record: RunRecord, log: Log) -> "Budget":
    """Return the run's budget; what earlier processes used counts towards its limits."""
    from chains.models.budget import Budget, Taken  # noqa: PLC0415  start-up: asyncio, which a run alone needs

    limits, spent = record.experiment.limits, log.index.spent
    limits = limits if record.shard is None else record.shard.part_of(limits)
    tokens = log.index.tokens + sum(one.unknown_tokens for one in spent.values())
    cost = most_cost(record.models.values(), spent) + sum(one.unknown_cost for one in spent.values())
    return Budget(
        limits.calls,
        tokens=limits.tokens,
        cost=limits.cost,
        seconds=None if limits.minutes is None else limits.minutes * 60,
        taken=Taken(log.index.calls, tokens, cost),
        spent_seconds=log.index.seconds,
        largest={label: (one.largest_prompt, one.largest_completion) for label, one in spent.items()},
    )


def most_at_once(record: RunRecord) -> int:
    """Return how many trials to drive at the same time.

    One and a half times the models' requests in flight, so that no place stays empty while trials begin or are scored.
    """
    places = sum(source.spec.places for source in record.models.values() if not source.traits.in_process)
    return record.experiment.limits.trials or places + places // 2 or FEW_AT_ONCE


def note_what_came(record: RunRecord, folder: Path, log: Log) -> list[str]:
    """Write to run.json what was found out about the models, what was spent, and what the log certainly holds on disk.

    If the log later holds less than run.json says, lines were removed. So lines that a power failure could lose must
    not be counted.
    """
    notes: list[str] = []
    update: dict[str, Any] = {"spend": {name: vars(spent) for name, spent in log.index.spent.items()}}
    try:
        log.sync(whole=True)
        update["held"] = log.index.held
    except MazedomError as error:
        notes.append(str(error))
    try:
        write_record(record.model_copy(update=update), folder)
    except OSError as error:
        what = f"what was found of the models is not in {folder / RUN_FILE}"
        notes.append(f"{what}: {error.strerror}; the log is whole")
    return notes
