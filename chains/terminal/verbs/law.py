"""`law`: how the truth decays with depth, in runs, in anyone's data, or in an imported archive."""

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from chains.analysis.corrected.by_hop import errors_beside
from chains.analysis.observations import Run, law_notes, missing_notes, of_runs, pairs_by, planned_chains, regrets_of
from chains.analysis.registered.confirmatory import Standing, standing
from chains.analysis.registered.registered_law import exponents_tested
from chains.errors import BadInput
from chains.experiments.hypotheses import Hypothesis
from chains.running.folders import LOG_FILE, RUN_FILE, find_run, is_archive
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.stats.fit.estimates import Unknown
from chains.stats.fit.misclassification import Errors
from chains.stats.law.contrasts import contrast
from chains.stats.law.decay_law import Law, law
from chains.stats.observations.observation_file import read_data
from chains.stats.observations.observations import Regret
from chains.stats.observations.ways import Ways, ways_in
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.verbs.law_of_orders import goes_down_alone, show_descents
from chains.terminal.views.curve_data import Panel
from chains.terminal.views.law import law_view
from chains.terminal.views.law_curves import law_panels
from chains.terminal.views.output import counted, print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.readers import reader_line, readers_view
from chains.terminal.views.working import working
from chains.validation.readers import RULES, Readers, read_by

FILE_ENDINGS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json")


@dataclass
class _Sources:
    """The runs, archives and files named on the command line, opened."""

    runs: list[Run] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    """Of the runs."""
    archives: list[Path] = field(default_factory=list)
    """Folders of imported archives."""
    readers: list[Readers] = field(default_factory=list)
    """Who read the messages of each run, where there is anything to say."""
    files: list[Path] = field(default_factory=list)


def main(arguments: argparse.Namespace) -> int:
    """Estimate and print; return the exit status."""
    figure = None if arguments.figure is None else Path(arguments.figure)
    if figure is not None:
        from chains.terminal.views.figure_file import check_figure  # noqa: PLC0415  matplotlib takes a second: only a figure needs it

        check_figure(figure)
    with ExitStack() as stack:
        sources = _opened(arguments.sources or ["last"], stack, arguments.reader)
        if sources.archives:
            from chains.terminal.verbs import archive_shows  # noqa: PLC0415  start-up

            return archive_shows.decay(sources.archives[0], arguments, figure)
        if sources.runs and not sources.files and all(goes_down_alone(run.record) for run in sources.runs):
            return show_descents(sources.runs, arguments)
        observations, about = _observed(sources, exact=arguments.exact)
    return _law(observations, about, arguments, figure)


def _opened(names: Sequence[str], stack: ExitStack, reader: str | None) -> _Sources:
    found = _Sources()
    for name in names:
        if _is_file(Path(name)):
            found.files.append(Path(name))
            continue
        folder = find_run(name)
        if is_archive(folder):
            found.archives.append(folder)
            continue
        record = read_record(folder)
        if record.id in [run.record.id for run in found.runs]:
            raise BadInput(f"run {record.id} is named twice; a run counts once")
        with working("opening the log"):
            log = stack.enter_context(Log(folder))
            read = read_by(record, log, folder, reader)
        found.readers += [] if read is None else [read]
        found.runs.append(Run(record, log))
        found.folders.append(folder)
    if found.archives and len(names) > 1:
        raise BadInput("an imported archive holds counts and no fates, so it can't be taken together with others")
    if reader not in (None, RULES) and not found.runs:
        raise BadInput(f"--reader {reader} is said of runs, whose messages it has read")
    return found


def _is_file(path: Path) -> bool:
    if path.name in (RUN_FILE, LOG_FILE) and (path.parent / RUN_FILE).is_file():
        return False
    return path.is_file() or (path.suffix.lower() in FILE_ENDINGS and not path.is_dir())


@dataclass
class _About:
    """Where observations come from, and the notes that go with them."""

    runs: list[str]
    files: list[str]
    notes: list[str]
    errors: Errors | None
    """The instrument's, where people's labels beside a run give them."""
    standings: list[Standing]
    """Of the runs that have hypotheses."""
    hypotheses: Sequence[Hypothesis]
    """Those of a run alone."""
    planned: dict[str, dict[int, int]] | None
    """How many chains runs were to have; None where files are among the sources."""
    regrets: dict[str, list[Regret]]
    readers: list[Readers]
    """Who read the messages of each run, where there is anything to say."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "runs": self.runs,
            "files": self.files,
            "notes": self.notes,
            "instrument_error": None if self.errors is None else asdict(self.errors),
            "standing": [one.document() for one in self.standings],
            "readers": {one.run: one.document() for one in self.readers},
        }

    @property
    def caption(self) -> str:
        """The caption of a figure."""
        return ", ".join([*(f"run {run}" for run in self.runs), *self.files])


def _observed(sources: _Sources, *, exact: bool) -> tuple[Ways, _About]:
    """Return the observations of all runs and files together, as ways."""
    if exact and sources.runs:
        raise BadInput("--exact is said of files; of a run the instrument's error is never none by declaration")
    files = [read_data(path, exact=exact) for path in sources.files]
    parts = [ways_in(one.observations) for one in files]
    if sources.runs:
        with working("reading the log") as tell:
            parts.append(of_runs(sources.runs, tell))
    records = [run.record for run in sources.runs]
    by_rules = all(run.log.reader is None for run in sources.runs)
    notes = [*missing_notes(sources.runs), *law_notes(records, by_rules=by_rules)]
    errors = None
    for run, folder in zip(sources.runs, sources.folders, strict=True):
        found = errors_beside(run.record, run.log, folder)
        if isinstance(found, str):
            notes.append(f"run {run.record.id}: {found}")
        elif found is not None and (len(sources.runs) > 1 or sources.files):
            notes.append(f"run {run.record.id}: its labels are not used, as they say nothing of the other sources")
        elif found is not None:
            errors = found
            whose = "the instrument's" if run.log.reader is None else f"{run.log.reader.name}'s"
            notes.append(f"{whose} error, measured by people's labels beside the run, is in the estimates")
    about = _About(
        runs=[record.id for record in records],
        files=[path.name for path in sources.files],
        notes=notes,
        errors=errors,
        hypotheses=records[0].experiment.registered if len(records) == 1 and not sources.files else (),
        standings=[one for one in (standing(run.record, run.log) for run in sources.runs) if one.notable],
        planned=planned_chains(sources.runs) if sources.runs and not sources.files else None,
        readers=sources.readers,
        regrets=files[0].regrets if len(files) == 1 and not sources.runs else {} if files else regrets_of(sources.runs),
    )
    return (parts[0] if len(parts) == 1 else Ways.joined(parts)), about


def _law(observations: Ways, about: _About, arguments: argparse.Namespace, figure: Path | None) -> int:
    """Estimate the law of observations and show it."""
    pairs = None if arguments.by is None else pairs_by(observations.conditions, arguments.by)
    with working("fitting the law"):
        found = law(
            observations,
            about.errors,
            resamples=arguments.resamples or 0,
            seed=arguments.seed,
            planned=about.planned,
            regrets=about.regrets,
        )
    tests = exponents_tested(about.hypotheses, found)
    if pairs is not None:
        found = _contrasted(found, pairs)
    if arguments.json:
        print_json(found.document() | about.document() | {"hypotheses": [one.document() for one in tests]})
    else:
        for read in about.readers:
            stdout.print(reader_line(read))
        stdout.print(law_view(found, about.notes))
        for read in about.readers:
            stdout.print(readers_view(read))
        for one in about.standings:
            for line in one.lines():
                stdout.print(line, markup=False)
        for test in tests:
            stdout.print(test.line, markup=False)
    if figure is not None:
        bands = "; bands: 95% over worlds" if found.worlds >= FEWEST_WORLDS else ""
        size = f"{counted(found.worlds, 'world')}, {found.replicates:.3g} replicates"
        _draw(figure, law_panels(found), f"{about.caption}; {size}{bands}")
    return 0


def _contrasted(found: Law, pairs: Sequence[tuple[str, str]]) -> Law:
    """Return the law with these contrasts alone."""
    named = {condition.condition: condition for condition in found.conditions}
    headlines = [one for one in found.headlines if not isinstance(one, Unknown) and (one.plain, one.arm) in pairs]
    contrasts = [contrast(named[first], named[second]) for first, second in pairs]
    return replace(found, contrasts=tuple(contrasts), headlines=tuple(headlines))


def _draw(figure: Path, panels: Sequence[Panel], caption: str) -> None:
    from chains.terminal.views.figure_file import write_figure  # noqa: PLC0415  as above

    write_figure(figure, panels, caption)
    say(f"figure written to {figure}")
