"""Estimate what a run will take: calls, tokens, money and time, and where each figure comes from."""

from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from chains.errors import LogDamaged
from chains.models.provider import Usage
from chains.models.spec import Source
from chains.organisation.plan import Plan
from chains.organisation.task import Rule
from chains.running.folders import LOG_FILE, RUN_FILE, all_runs
from chains.running.log.index import read_index
from chains.running.run_record import Casts, RunRecord
from chains.running.token_estimate import Expected, expected

OWN_SECONDS = 0.002
"""Rough seconds per step besides the model's: the prompt, the log, the instrument."""
LOOK_BACK = 50
"""How many runs, the latest first, are searched for how long a model's calls took."""

LARGEST_LOG = 20 * 2**20
"""Largest log that is read for it, in bytes."""


class Speed(NamedTuple):
    """How long a call to a model takes."""

    seconds: float
    source: str
    """Where the figure comes from: declared, or the run that measured it."""
    run: str = ""
    """The run that measured it, perhaps with other prompts, limits and requests in flight; empty if none did."""


class ModelEstimate(NamedTuple):
    """What a run will take of one model."""

    name: str
    expected: Expected
    """Without the calls that replies of earlier runs replace."""
    reused: int
    """Calls that replies of earlier runs replace, as far as can be told."""
    cost: float | None
    """None: the model costs money and has no price. 0 for models on this machine."""
    speed: Speed | None
    """None: not known."""


class Estimate(NamedTuple):
    """What a run will take."""

    trials: int
    models: tuple[ModelEstimate, ...]
    seconds: float | None
    """None if the speed of a model is not known."""
    at_once: int
    """Trials under way at the same time."""

    @property
    def calls(self) -> int:
        """Calls to all models, at most: a request that several conditions share is sent once."""
        return sum(model.expected.calls for model in self.models)

    @property
    def reused(self) -> int:
        """Further calls that replies of earlier runs replace, as far as can be told."""
        return sum(model.reused for model in self.models)

    @property
    def tokens(self) -> int:
        """Tokens of all models, roughly."""
        return sum(model.expected.tokens for model in self.models)

    @property
    def cost(self) -> float | None:
        """In the currency of the prices; None if a price is not known."""
        costs = [model.cost for model in self.models]
        return None if None in costs else sum(cost for cost in costs if cost is not None)

    def document(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "trials": self.trials,
            "calls": self.calls,
            "reused": self.reused,
            "tokens": self.tokens,
            "cost": self.cost,
            "seconds": None if self.seconds is None else round(self.seconds, 1),
            "trials_at_once": self.at_once,
            "by_model": {
                model.name: {
                    "calls": model.expected.calls,
                    "reused": model.reused,
                    "prompt_tokens": model.expected.prompt,
                    "completion_tokens": model.expected.completion,
                    "cost": model.cost,
                    "seconds_per_call": None if model.speed is None else model.speed.seconds,
                    "speed_from": None if model.speed is None else model.speed.source,
                }
                for model in self.models
            },
        }


def estimate(
    record: RunRecord, at_once: int, reused: Mapping[str, int] | None = None, had: RunRecord | None = None
) -> Estimate:
    """Return what a run will take.

    Args:
        record: The run.
        at_once: Trials that will be under way at the same time.
        reused: For each model, the calls that replies of earlier runs will replace.
        had: The run before trials were added to it; what it asks counts as asked already.
    """
    speeds = measured_speeds()
    before = {} if had is None else expected(had)
    asks = {
        name: Expected(*(all_ - some for all_, some in zip(asked, before.get(name, Expected(0, 0, 0)), strict=True)))
        for name, asked in expected(record).items()
    }
    left = {name: _without(asked, (reused or {}).get(name, 0)) for name, asked in asks.items()}
    models = tuple(
        ModelEstimate(
            name,
            asked,
            (reused or {}).get(name, 0),
            cost_of(record.models[name], asked),
            speed_of(record.models[name], speeds),
        )
        for name, asked in left.items()
    )
    trials = sum(1 for _ in record.trials())
    trials -= 0 if had is None else sum(1 for _ in had.experiment.trials())
    at_once = max(1, min(at_once, trials))
    return Estimate(trials, models, _seconds(record, models, trials, at_once), at_once)


def _without(asked: Expected, reused: int) -> Expected:
    """Return what is left to ask, on the assumption that all calls are equally long."""
    share = 1 - reused / asked.calls if asked.calls else 1.0
    return Expected(*(round(value * share) for value in asked))


def cost_of(source: Source, asked: Expected) -> float | None:
    """Return what calls to a model cost; None if it costs money and has no price."""
    if not source.traits.is_paid or not asked.calls:
        return 0.0
    prices = source.spec.prices
    return None if prices is None else round(prices.cost(Usage(prompt=asked.prompt, completion=asked.completion)), 6)


def speed_of(source: Source, measured: Mapping[str, Speed]) -> Speed | None:
    """Return how long a call to a model takes; None if that is not known.

    Args:
        source: The model.
        measured: As `measured_speeds` has them.
    """
    if source.spec.seconds_per_call is not None:
        return Speed(source.spec.seconds_per_call, "declared")
    if source.traits.in_process:
        return Speed(OWN_SECONDS, "this program's own work")
    return measured.get(source.label)


def measured_speeds() -> dict[str, Speed]:
    """Return how long each model's calls took here, by its name in requests: in the run that has most of them."""
    found: dict[str, tuple[int, Speed]] = {}
    for folder in reversed(all_runs()[-LOOK_BACK:]):
        for label, seconds, calls in _spent(folder):
            if label not in found or calls > found[label][0]:
                found[label] = calls, Speed(round(seconds, 4), f"measured in run {folder.name}", folder.name)
    return {label: speed for label, (_, speed) in found.items()}


def _spent(folder: Path) -> Iterator[tuple[str, float, int]]:
    """Yield each model of a run with the mean seconds of its answered calls, and how many those are."""
    try:
        spend = orjson.loads((folder / RUN_FILE).read_bytes())["spend"]
        if not all("seconds" in spent for spent in spend.values()) or not spend:
            spend = _scanned(folder)
        for label, spent in spend.items():
            answered = spent["calls"] - spent.get("unanswered", 0)
            if answered > 0 and spent["seconds"] > 0:
                yield label, spent["seconds"] / answered, answered
    except (OSError, ValueError, KeyError, TypeError, AttributeError, LogDamaged):
        return  # a run that can't be read measures nothing


def _scanned(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what a run spent, from its log: its run.json does not say so while it goes on or if it was killed."""
    log = folder / LOG_FILE
    if log.stat().st_size > LARGEST_LOG:
        return {}
    return {label: vars(spent) for label, spent in read_index(log).spent.items()}


def _seconds(record: RunRecord, models: tuple[ModelEstimate, ...], trials: int, at_once: int) -> float | None:
    """Return how long the run will take: the largest of several lower bounds.

    Each model bounds it by its requests in flight and its calls and tokens a minute. The longest chain of turns that
    wait for one another bounds it too, as often as there are more trials than are under way at the same time.
    """
    bounds = [0.0]
    for model in models:
        spec = record.models[model.name].spec
        if not model.expected.calls:
            continue
        if model.speed is None:
            return None
        places = 1 if record.models[model.name].traits.in_process else spec.places
        bounds.append(model.expected.calls * model.speed.seconds / places)
        servers = max(1, len(spec.urls))  # each has these limits
        if spec.requests_per_minute:
            bounds.append(model.expected.calls / servers / spec.requests_per_minute * 60)
        if spec.tokens_per_minute:
            bounds.append(model.expected.tokens / servers / spec.tokens_per_minute * 60)
    slowest = max((model.speed.seconds for model in models if model.speed and model.expected.calls), default=0.0)
    casts = Casts(record)
    longest = max(
        _longest(casts.plan(condition.id)) * casts.round_settings(condition.id).rounds
        for condition in record.conditions
    )
    return max([*bounds, ceil(trials / at_once) * longest * slowest])


def _longest(plan: Plan) -> int:
    """Return the most calls in a plan that wait for one another."""
    waits: dict[str, int] = {}
    for turn in plan.turns:
        before = max((waits[name] for name in turn.hears), default=0)
        waits[turn.name] = before + (not isinstance(turn.row, Rule))
    return max(waits.values())
