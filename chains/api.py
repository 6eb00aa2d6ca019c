"""The Python API: run an experiment, open a run, get its tables, compare, fit the law, read a message.

    import chains

    run = await chains.run(settings={"model": "channel:drop=0.1", "depth": [2, 4, 8], "worlds": 8})
    run.facts().frame()                                   # a pandas data frame, where pandas is installed
    chains.compare(run, {"depth": 2}, {"depth": 8}).document()
    chains.law(run)

In a script, `chains.run_sync(...)` does what `await chains.run(...)` does in a notebook.
"""

import asyncio
import threading
import warnings
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from chains.analysis.compare.arm_selection import find_arm
from chains.analysis.compare.arms import RunHeard, Side
from chains.analysis.compare.comparison import Comparison, adjusted
from chains.analysis.compare.comparison import compare as _compare
from chains.analysis.compare.side_by_side import with_holm
from chains.analysis.observations import Run as _Open
from chains.analysis.observations import of_runs, planned_chains, regrets_of
from chains.analysis.results.run_results import results
from chains.analysis.tables import Tables
from chains.errors import BadInput, NotThere
from chains.experiments.experiment import Experiment, read_experiment
from chains.experiments.overrides import override_by, written
from chains.models.pool import Models
from chains.models.python_seat import hold
from chains.registry import differing
from chains.running.cost_estimate import estimate
from chains.running.extend import extended
from chains.running.folders import find_experiment, find_run, new_run_id
from chains.running.fork import forked, parent_replies
from chains.running.log.log import Log
from chains.running.people.desk import Desk
from chains.running.people.worklist import Worklist
from chains.running.prepare import prepare
from chains.running.record_file import create, discard, read_record, rewrite
from chains.running.replay import Replay, replay
from chains.running.run_record import RunRecord
from chains.running.runner import drive
from chains.running.spending import budget_of, check_limits, most_at_once, note_what_came
from chains.running.token_estimate import longest_prompt
from chains.running.twins import without_twins
from chains.scoring.facts.instrument import Instrument
from chains.scoring.facts.verdict import Verdict
from chains.worlds.scenario_registry import world_for
from chains.worlds.world import World

if TYPE_CHECKING:
    import pandas as pd

    from chains.stats.law.decay_law import Law

T = TypeVar("T")
Settings = Mapping[str, Any]
"""Settings by key, as `--set` has them; a list of values makes a factor."""


class Table(Sequence[dict[str, Any]]):
    """Rows with the same columns, each a dict from column to value; None where there is no value."""

    def __init__(self, columns: Mapping[str, str], rows: Sequence[dict[str, Any]]) -> None:
        """Take the columns, each with its meaning, and the rows."""
        self.columns = dict(columns)
        """What each column means, in order."""
        self._rows = rows

    def __getitem__(self, place: Any) -> Any:
        """Return one row, or a list of rows for a slice."""
        return self._rows[place]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def frame(self) -> "pd.DataFrame":
        """Return the table as a pandas data frame.

        Raises:
            BadInput: If pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - an extra: only a frame needs it
        except ImportError:
            raise BadInput("a data frame needs pandas: pip install 'mazedom[pandas]'; rows need nothing") from None
        return pd.DataFrame(list(self._rows), columns=list(self.columns))

    def __repr__(self) -> str:
        """Return the size and the columns."""
        return f"Table({len(self):,} rows: {', '.join(self.columns)})"


class Run:
    """A logged run. It is read anew at each call, so it may be looked at while another process drives it."""

    def __init__(self, folder: Path, reader: str | None = None) -> None:
        """Open the run in a folder, with its fates as `reader` reads them; see `load`.

        Raises:
            MazedomError: If it can't be read.
        """
        self.folder = folder
        self.reader = reader
        self.record: RunRecord = read_record(folder)
        """What run.json holds: the experiment, conditions, worlds, prompts and models."""

    @property
    def id(self) -> str:
        """The name of the run."""
        return self.record.id

    def __repr__(self) -> str:
        """Return the id and the folder."""
        return f"Run({self.id!r}, {str(self.folder)!r})"

    def trials(self) -> Table:
        """Return one row per trial: factors, status, every measure of what the executive heard, calls, tokens."""
        return self._table("trials")

    def messages(self) -> Table:
        """Return one row per message: who said what, at which hop, and how many facts it keeps."""
        return self._table("messages")

    def facts(self, *, why: bool = False) -> Table:
        """Return a row for each fact in each message on its way up, with its fate; `law` reads the same columns.

        Args:
            why: Whether the column `why` says which words decided the fate, for which every message is read again.
        """
        return self._table("facts", why=why)

    def calls(self) -> Table:
        """Return one row per logged reply: model, tokens, seconds, digests."""
        return self._table("calls")

    def _table(self, name: str, *, why: bool = False) -> Table:
        with self._log() as log:
            tables = Tables(_Open(self.record, log), why=why)
            return Table(tables.columns(name), list(tables.rows(name)))

    def results(self) -> dict[str, Any]:
        """Return what `show --json` prints: shares of fates by condition and hop, costs, regret, notes."""
        with self._log() as log:
            return results(self.record, log).document()

    def _log(self) -> Log:
        """Return the log, open to read; the caller closes it."""
        log = Log(self.folder)
        try:
            if self.reader is not None:
                from chains.validation.readers import read_by  # noqa: PLC0415 - it imports scipy

                read_by(self.record, log, self.folder, self.reader)
        except BaseException:
            log.__exit__()
            raise
        return log

    async def replay(self) -> Replay:
        """Drive the run again from its log, no model called, and compare every request, reply and fate.

        Returns:
            What was replayed; `identical` says whether everything is as logged.
        """
        with Log(self.folder) as log:
            return await replay(self.record, log, verify=True)

    async def resume(self) -> "Run":
        """Drive the unfinished trials; no logged reply is asked for again."""
        await _driven(self.record, self.folder)
        return Run(self.folder)

    async def extend(self, settings: Settings) -> "Run":
        """Add trials to the run and drive them; nothing in it is asked again. From then on it is exploratory.

        Args:
            settings: What to add: `{"replicates": 6}`, `{"worlds": 10}`, `{"depth": [2, 4, 8]}` where it has 2 and 4.

        Raises:
            BadInput: If they take anything away, change it, or add nothing.
        """
        had = read_record(self.folder)
        if changed := differing(had.plugins):
            raise BadInput(f"{changed[0]}; a run is extended with the plugins that it was begun with")
        record = extended(had, [text for _, _, text in written(_named(settings))])
        models = Models(record.experiment.models)
        for name in record.models:
            models.ready(name)
        with Log(self.folder, write=True, held=had.held):  # nobody else writes to it, and nothing is gone from it
            rewrite(record, self.folder)
        return await Run(self.folder).resume()

    async def fork(
        self, at: str = "", settings: Settings | None = None, *, trial: str | None = None, times: int = 1
    ) -> "Run":
        """Go on from this run with one thing changed; only what follows from it is asked again.

        Args:
            at: From which seats everything is asked again: a seat, a role, a level's number, `hop.N`, or `start`.
                Empty: whatever was not asked in exactly these words.
            settings: What changes, each to one value; for the seats of `at` where seats may differ in it.
            trial: Fork this trial alone.
            times: How often each trial goes on.

        Raises:
            BadInput: If there is no such seat or trial, a setting is wrong or changes the worlds, or nothing changes.
        """
        put = [text for _, _, text in written(_named(settings or {}))]
        record = forked(self.record, self.folder, new_run_id(), at=at, settings=put, trial=trial, continuations=times)
        models = Models(record.experiment.models)
        for name in record.models:
            models.ready(name)
        folder = create(record)
        await _driven(record, folder)
        return Run(folder)


async def run(experiment: Experiment | str | Path | None = None, settings: Settings | None = None) -> Run:
    """Run an experiment to its end and log it under `runs/` in the working folder.

    Args:
        experiment: An experiment, the name of one (`depth`), or a path to its file. None: the settings alone.
        settings: Settings that replace its own; a list makes a factor. As `model`, `model.manager`, ... a function or
            a LangGraph runnable may hold seats: it is called with the messages of a request and returns text.

    Returns:
        The run, logged. Trials that failed are in its tables with their errors.

    Raises:
        BadInput: If a setting is unknown or impossible; nothing was run.
        OverLimit: If a limit was met; `load("last")` and `resume` go on.
    """
    made = override_by(_experiment(experiment), _named(settings or {}))
    record = prepare(made, new_run_id())
    if (found := without_twins(record)).notes:
        for note in found.notes:
            warnings.warn(note, stacklevel=2)
        record = prepare(found.experiment, record.id)
    models = Models(made.models)
    for name in record.models:
        models.ready(name)
    folder = create(record)
    try:
        await _driven(record, folder)
    except NotThere:
        discard(folder)  # else it would be the `last` run
        raise
    return Run(folder)


def run_sync(experiment: Experiment | str | Path | None = None, settings: Settings | None = None) -> Run:
    """Do what `run` does and wait for it; works in a script and inside a running event loop."""
    return _waited(run(experiment, settings))


def plan(
    experiment: Experiment | str | Path | None = None,
    settings: Settings | None = None,
    *,
    assume: Mapping[str, Any] | None = None,
    studies: int = 200,
    seed: int = 0,
) -> dict[str, Any]:
    """Return what an experiment could find and what it would take, as `mazedom plan --json` does; nothing is run.

    Args:
        experiment: As for `run`.
        settings: As for `run`.
        assume: What is assumed of losses and effects, by name, as `--assume` has it.
        studies: How many studies are drawn.
        seed: Of the draws.

    Raises:
        BadInput: If a setting or an assumption is unknown or impossible.
    """
    from chains.analysis.registered.power_plan import assumed_of, studied  # noqa: PLC0415 - it imports scipy

    made = override_by(_experiment(experiment), _named(settings or {}))
    record = prepare(made, new_run_id())
    assumed = assumed_of([f"{name}={value}" for name, value in (assume or {}).items()])
    study = studied(record, assumed, studies=studies, seed=seed)
    return {"experiment": made.name, **study.document(), **estimate(record, most_at_once(record)).document()}


def load(name: str | Path = "last", *, reader: str | None = None) -> Run:
    """Open a run by its id, a unique beginning of one, its path, or `last`.

    Args:
        name: The run.
        reader: Whose fates count, as `--reader` has it: `rules` (None too), or `judge:MODEL` where `judge --all` had
            that model read the run.

    Raises:
        BadInput: If there is no such run. That a reader has not read it is said when its fates are asked for.
    """
    return Run(find_run(str(name)), reader)


def compare(first: Run, a: Settings | str, b: Settings | str, second: Run | None = None) -> Comparison:
    """Compare arm b with arm a, paired by world, replicate and every other factor.

    Args:
        first: The run of arm a.
        a: Settings of an arm, such as `{"prompt": "honest"}`, or as the terminal has them, such as "honest".
        b: The other arm.
        second: The run of arm b; None: the same run.

    Returns:
        Every measure with its difference, interval and p-value; p-values are adjusted together.

    Raises:
        BadInput: If an arm has no trial, or no two trials are pairs.
    """
    other = first if second is None else second
    with first._log() as log, other._log() as log_b:  # noqa: SLF001  the same module
        one = RunHeard(first.record, log)
        two = one if second is None else RunHeard(other.record, log_b)
        sides = [Side(of, _arm(of.record, arm), named=two is not one) for of, arm in ((one, a), (two, b))]
        found = _compare(*sides)
        return with_holm(adjusted([found], {}))[0]


def law(*runs: Run, resamples: int = 0) -> "Law":
    """Fit the law of decay with depth to the finished trials of one run or several, as `mazedom law` does.

    Chains that were planned and are missing count against a verdict, and regret has a law of its own; labels are left
    to the terminal.

    Args:
        runs: The runs.
        resamples: Bootstrap resamples beside the intervals that need none.

    Raises:
        BadInput: If a run has no finished trial, or runs don't go together.
    """
    from chains.stats.law.decay_law import law as fitted  # noqa: PLC0415 - it imports scipy

    logs = [one._log() for one in runs]  # noqa: SLF001  the same module
    try:
        opened = [_Open(one.record, log) for one, log in zip(runs, logs, strict=True)]
        planned, regrets = planned_chains(opened), regrets_of(opened)
        return fitted(of_runs(opened), resamples=resamples, planned=planned, regrets=regrets)
    finally:
        for log in logs:
            log.__exit__()


def read(message: str, world: World) -> dict[str, Verdict]:
    """Read a message with the instrument: the fate of each fact of a world in it, by the fact's id."""
    return Instrument(world.facts).read(message)


def world(scenario: str = "watermelon", seed: int = 1, *, facts: int = 8, setting: str | None = None) -> World:
    """Make the world of a seed, or open a world file.

    Args:
        scenario: A name (`list scenarios` has them), or a path that ends in .toml.
        seed: The same seed makes the same world on every machine.
        facts: How many facts it has.
        setting: Where it plays; None lets the seed choose.

    Raises:
        BadInput: If there is no such scenario, or it can't have that many facts.
    """
    return world_for(scenario, seed, facts, setting)


def _named(settings: Settings) -> Settings:
    """Return the settings with every Python object that holds a seat replaced by its name."""

    def named(value: Any) -> Any:
        plain = value is None or isinstance(value, str | int | float)
        return value if plain else hold(value)

    held = {key: value for key, value in settings.items() if key.partition(".")[0] == "model"}
    several = {key: isinstance(value, list | tuple) for key, value in held.items()}
    named_ = {key: [named(one) for one in value] if several[key] else named(value) for key, value in held.items()}
    return {**settings, **named_}


def _experiment(given: Experiment | str | Path | None) -> Experiment:
    if given is None:
        return Experiment(name="notebook")
    return given if isinstance(given, Experiment) else read_experiment(find_experiment(str(given)))


def _arm(record: RunRecord, arm: Settings | str) -> Mapping[str, Any]:
    if isinstance(arm, str):
        return find_arm(record, arm)
    known = record.experiment.factors
    for key, value in arm.items():
        if key not in known or value not in known[key]:
            raise BadInput(f"run {record.id} has no condition with {key}={value}; its factors are {dict(known)}")
    return dict(arm)


async def _driven(record: RunRecord, folder: Path) -> None:
    """Drive a run's unfinished trials; write what was found out about its models to run.json, even after an error."""
    check_limits(record)
    desk = Desk(record, Worklist(folder, record.experiment.people))
    with parent_replies(record) as others, Log(folder, write=True, held=record.held) as log:
        opened = Models(
            record.experiment.models,
            reproducible=record.experiment.reproducible,
            budget=budget_of(record, log),
            longest_prompt=longest_prompt(record),
        )
        async with opened as models:
            providers = {name: models.provider(name) for name in record.models}
            try:
                done = await drive(
                    record,
                    log,
                    providers,
                    budget=models.budget,
                    before_again=models.hope,
                    most_at_once=most_at_once(record),
                    desk=desk,
                    others=others,
                )
            finally:
                note_what_came(
                    record.model_copy(update={"served": {**record.served, **models.describe()}}), folder, log
                )
        if done.stopped is not None:
            raise done.stopped


def _waited(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, in a thread of its own where this one has a running loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    found: list[T] = []
    failed: list[BaseException] = []

    def other() -> None:
        try:
            found.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - it is raised again where it was asked for
            failed.append(error)

    thread = threading.Thread(target=other, name="mazedom")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]
