"""Experiments: a question, worlds, and factors crossed into conditions, each run on the same worlds.

An experiment is a TOML file (`runs/<name>.toml`); `--set` on the command line replaces what the file says.

    question = "Does retention fall with depth, and does quoting slow the fall?"
    worlds = 3                      # or seeds = [4, 8, 15]
    replicates = 1
    [fixed]                         # the same in every condition
    model = "smollm2"
    [factors]                       # crossed
    depth = [2, 4, 8]
    prompt = ["plain", "honest"]
    [models.big]                    # a model of one's own
    base_url = "http://localhost:8000/v1"
    model = "qwen3"
    [limits]
    calls = 1000
    [people]                        # who sits where `human` says so; see `experiments.people`
    persons = 4
    [hypotheses]                    # registered when the run is made; see `experiments.hypotheses`
    quoting = "retention(prompt=honest) > retention(prompt=plain)"
    [sizes.strong]                  # what `--set size=strong` sets besides
    worlds = 24
    facts = 40
    form = "mixed"
"""

import itertools
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from chains.errors import BadInput, nearest
from chains.experiments.condition_name import condition_name
from chains.experiments.hypotheses import Hypothesis, read_hypotheses
from chains.experiments.people import People
from chains.experiments.settings import SETTINGS, ConditionSettings, Value, check_value, resolved
from chains.models.spec import ModelSpec


class Limits(BaseModel):
    """The most that a run may use; it stops before it uses more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calls: int | None = Field(default=None, ge=1, description="most calls to models; --max-calls is the same")
    """Repeated requests count too. None means no limit, here and below."""
    tokens: int | None = Field(default=None, ge=1, description="most tokens, prompts and replies together")
    """As the endpoints count them."""
    cost: float | None = Field(default=None, gt=0, description="most money, in the currency of the models' prices")
    minutes: float | None = Field(default=None, gt=0, description="longest time, over all resumes")
    trials: int | None = Field(default=None, ge=1, le=4096, description="most trials at the same time")
    """None: as many as the models take requests."""


class Condition(BaseModel):
    """One value of each factor, and all other settings, which are the same in every condition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    """c1, c2, ... in the order in which the factors are crossed."""
    factors: Mapping[str, Value]
    """The settings in which it differs from other conditions."""
    values: Mapping[str, Value]
    """Every setting by its key, as run.json holds it. A log from before a setting existed lacks it: use `settings`."""

    @cached_property
    def settings(self) -> ConditionSettings:
        """The settings, typed; a setting that the log lacks has its default."""
        return ConditionSettings.of(self.values)

    @cached_property
    def resolved(self) -> Mapping[str, Value]:
        """The settings by key, as files write them; a setting that the log lacks has its default."""
        return resolved(self.values)

    @property
    def name(self) -> str:
        """The factors in words: "depth=4, prompt=honest"; "all" if nothing varies."""
        return condition_name(self.factors)


class TrialId(NamedTuple):
    """A trial's name: its condition, its world and its replicate."""

    condition: str
    seed: int
    replicate: int

    def __str__(self) -> str:
        """The name in the log: c1.w3.r1."""
        return f"{self.condition}.w{self.seed}.r{self.replicate}"


class Experiment(BaseModel):
    """A question, the settings that are fixed and varied to answer it, and the worlds to run on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="watermelon", description="folder of the run below runs/")
    question: str = Field(default="", description="what is to be found out")
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(1, 2, 3), min_length=1, description="which worlds, in place of worlds"
    )
    """The same in every condition, so that conditions are paired."""
    replicates: int = Field(default=1, ge=1, description="trials of each world and condition")
    """They differ only in sampling and in who holds which fact."""
    fixed: Mapping[str, Value] = Field(default_factory=dict)
    """Settings that every condition shares."""
    factors: Mapping[str, tuple[Value, ...]] = Field(default_factory=dict)
    """Settings that vary, each with its values."""
    models: Mapping[str, ModelSpec] = Field(
        default_factory=dict, description="a model of one's own: base_url, model, key_env, params.temperature, ..."
    )
    limits: Limits = Limits()
    people: People = People()
    """How many people sit, who gets which seat, how long they have."""
    reproducible: bool = Field(
        default=False, description="true: embedded models answer one request at a time, caches off"
    )
    """With it, the same seeds give the same text."""
    hypotheses: Mapping[str, str] = Field(
        default_factory=dict,
        description="a hypothesis to register, as in 'retention > 0.5'; hypotheses=none leaves out a file's",
    )
    """By name; see `experiments.hypotheses`."""
    sizes: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict, exclude=True)
    """What `--set size=NAME` sets besides, by the name: settings, factors, worlds, replicates. No part of a run."""
    numbers: tuple[Annotated[int, Field(ge=1)], ...] = ()
    """The number of each condition, in the order in which the factors cross. None: 1, 2, 3, as ever but in a run that
    was extended, where the conditions that it had keep theirs."""

    @model_validator(mode="after")
    def _seeds_differ(self) -> Self:
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds: a world is listed twice; use replicates to run one again")
        return self

    @model_validator(mode="after")
    def _numbers_differ(self) -> Self:
        if self.numbers and sorted(set(self.numbers)) != list(range(1, math.prod(map(len, self.factors.values())) + 1)):
            raise ValueError("numbers: not one for each condition")
        return self

    @model_validator(mode="after")
    def _hypotheses_are_understood(self) -> Self:
        read_hypotheses(self.hypotheses, self.factors)
        return self

    @cached_property
    def registered(self) -> tuple[Hypothesis, ...]:
        """The hypotheses, read."""
        return read_hypotheses(self.hypotheses, self.factors)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions to which the factors cross; the first factor varies slowest."""
        crossed = itertools.product(*self.factors.values())
        base = resolved(self.fixed)
        numbers = self.numbers or itertools.count(1)
        return tuple(
            Condition(id=f"c{number}", factors=factors, values=base | factors)
            for number, factors in zip(
                numbers, (dict(zip(self.factors, row, strict=True)) for row in crossed), strict=bool(self.numbers)
            )
        )

    def trials(self) -> Iterator[TrialId]:
        """Yield all trials, world by world, so that an unfinished run has complete pairs."""
        for replicate in range(1, self.replicates + 1):
            for seed in self.seeds:
                for condition in self.conditions:
                    yield TrialId(condition.id, seed, replicate)

    def condition(self, name: str) -> Condition:
        """Return a condition by its id."""
        return next(condition for condition in self.conditions if condition.id == name)


DEFAULT = Experiment(
    name="watermelon",
    question="Do managers whose promotion hangs on it pass on less of what is true?",
    seeds=(1, 2, 3),
    fixed={"depth": 4, "facts": 6},
    factors={"prompt": ("honest", "career")},
)
"""The experiment of `run` without arguments: about a minute on the embedded model."""

MOST_WORLDS = 100_000
OF_A_SIZE = ("worlds", "replicates")
"""What a size may set besides settings."""
TABLES = ("fixed", "factors", "models", "limits", "people", "hypotheses")
"""Fields of an experiment that are tables in its file."""
PLAIN = ("name", "question", "replicates", "reproducible")
"""Fields of an experiment that are one value. A file does not say `name`: it is the file's own."""
_KEYS = ("scenario", "worlds", "seeds", *PLAIN[1:], *TABLES, "sizes", "pilot")
"""What a file may hold. `pilot` is what a pilot noted there (`experiments.pilot`), and changes nothing in a run."""


def read_experiment(path: Path) -> Experiment:
    """Read an experiment file.

    Raises:
        BadInput: If it can't be read or understood; the sentence names the file and the key.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BadInput(f"no experiment file {path}{nearest(str(path), map(str, path.parent.glob('*.toml')))}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is not a TOML file: {error}") from None
    except OSError as error:
        raise BadInput(f"can't read {path}: {error.strerror}") from None
    if not content:
        raise BadInput(f"{path} is empty; say at least what varies, as in [factors] with depth = [2, 4]")
    try:
        return _understood(content, path.stem.strip(".") or "experiment")  # runs/.. is no folder for its runs
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None


def _understood(content: Mapping[str, Any], name: str) -> Experiment:
    if unknown := sorted(set(content) - set(_KEYS)):
        raise BadInput(f"unknown key {unknown[0]!r}{nearest(unknown[0], (*_KEYS, *SETTINGS))}")
    for table in TABLES:
        if not isinstance(content.get(table, {}), Mapping):
            raise BadInput(f"{table} must be a table, [{table}]")
    fixed = {key: check_value(key, value) for key, value in _flat(content.get("fixed", {}))}
    if "scenario" in content:
        fixed["scenario"] = check_value("scenario", content["scenario"])
    factors = {key: several(key, value) for key, value in _flat(content.get("factors", {}))}
    if both := sorted(set(fixed) & set(factors)):
        raise BadInput(f"{both[0]!r} is both fixed and a factor; keep one")
    plain = {key: content[key] for key in PLAIN[1:] if key in content}
    if "worlds" in content or "seeds" in content:
        plain["seeds"] = seeds_of(content)
    return valid(
        {"name": name, **plain, "fixed": fixed, "factors": factors, "sizes": _sizes(content.get("sizes", {}))}
        | {table: content[table] for table in ("models", "limits", "people", "hypotheses") if table in content}
    )


def _sizes(content: Any) -> dict[str, dict[str, Any]]:
    """Check the sizes of a file and return them: flat settings, one value or several, and `OF_A_SIZE`.

    Raises:
        BadInput: If one is no table, or holds what is no setting.
    """
    if not isinstance(content, Mapping) or not all(isinstance(size, Mapping) for size in content.values()):
        raise BadInput("sizes must be tables, as in [sizes.strong] with worlds = 24")
    found: dict[str, dict[str, Any]] = {}
    for name, size in content.items():
        try:
            found[name] = {key: _of_a_size(key, value) for key, value in _flat(size)}
        except BadInput as error:
            raise BadInput(f"sizes.{name}: {error}") from None
    return found


def _of_a_size(key: str, value: Any) -> Any:
    if key in OF_A_SIZE:
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise BadInput(f"{key} is {value!r}; it must be a whole number, at least 1")
        return value
    return several(key, value) if isinstance(value, list) else check_value(key, value)


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield a table's settings with dotted keys: TOML reads `prompt.manager = "x"` as a table in a table."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def several(key: str, values: Any) -> tuple[Value, ...]:
    """Check a factor's values and return them.

    Raises:
        BadInput: If they are not a list of different values that the setting takes.
    """
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise BadInput(f"factor {key} must be a list of settings, as in {key} = [2, 4]")
    read = tuple(check_value(key, value) for value in values)
    if len(set(read)) < len(read):
        raise BadInput(f"factor {key} lists a setting twice; use replicates to repeat a condition")
    return read


def seeds_of(content: Mapping[str, Any]) -> Any:
    """Return the seeds of the worlds that a table asks for, by `worlds` or by `seeds`.

    Raises:
        BadInput: If it has both, or `worlds` is not a possible number.
    """
    if "worlds" in content and "seeds" in content:
        raise BadInput("worlds and seeds both say which worlds; keep one")
    if "seeds" in content:
        return content["seeds"]
    worlds = content["worlds"]
    if not isinstance(worlds, int) or isinstance(worlds, bool) or worlds < 1:
        raise BadInput(f"worlds is {worlds!r}; it must be a whole number, at least 1")
    if worlds > MOST_WORLDS:
        raise BadInput(f"worlds is {worlds:,}; at most {MOST_WORLDS:,} are possible in one run")
    return tuple(range(1, worlds + 1))


def valid(content: Mapping[str, Any]) -> Experiment:
    """Return the experiment that a table holds.

    Raises:
        BadInput: If it is not an experiment; the first thing that is wrong, in one sentence.
    """
    try:
        return Experiment.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            tables: Mapping[str, type[BaseModel]] = {"models": ModelSpec, "people": People}
            known = tables.get(str(first["loc"][0]), Limits).model_fields
            raise BadInput(f"unknown key {place!r}{nearest(str(first['loc'][-1]), known)}") from None
        message = first["msg"].removeprefix("Value error, ")
        given = first["input"]
        hidden = isinstance(given, Mapping | BaseModel) or place.startswith("models.")  # an address may hold a password
        shown = "" if hidden else f", not {given!r}"
        raise BadInput(f"{place + ': ' if place else ''}{message[:1].lower()}{message[1:]}{shown}") from None
