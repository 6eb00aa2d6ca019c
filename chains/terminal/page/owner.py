"""What the owner of the runs sees first: the list of runs, and each run with its trials and its people."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chains.errors import BadInput
from chains.experiments.experiment import TrialId
from chains.running.folders import all_runs
from chains.running.people.names import Entry
from chains.running.recorded_finding import recorded
from chains.running.run_record import Casts
from chains.scoring.measures.fate_shares import shares_by_hop
from chains.terminal.page.jobs import Jobs
from chains.terminal.page.links import new_link
from chains.terminal.page.open_runs import OpenRun, OpenRuns
from chains.terminal.page.progress import progress_of
from chains.terminal.page.rendering import Form, page, run_path
from chains.terminal.run_list import EVERY, run_row
from chains.terminal.views.item import waiting_lines

RUNS_A_PAGE = 50
TRIALS_A_PAGE = 50

Handler = Callable[[Request, Form], Response]


class _Row(NamedTuple):
    """A trial in the list of a run."""

    trial: TrialId
    condition: str
    status: str
    calls: int
    tokens: int
    kept: float | None
    """The share that the executive heard."""


class Owner:
    """Serves the list of runs and each run."""

    def __init__(self, runs: OpenRuns, jobs: Jobs) -> None:
        """Serve them."""
        self._runs, self._jobs = runs, jobs

    def pages(self) -> Iterator[tuple[str, str, Handler]]:
        """Yield what is served: method, path, handler."""
        yield "GET", "/", self._list
        yield "GET", "/run/{run}", self._run
        yield "POST", "/run/{run}/people", self._invite
        yield "POST", "/run/{run}/resume", self._resume

    def _list(self, request: Request, form: Form) -> Response:
        search, first = request.query_params.get("search", "").strip(), number(request, "first")
        folders = list(reversed(all_runs()))
        total = len(folders)
        if search:
            wanted = EVERY._replace(search=search)
            rows = [row for folder in folders if (row := run_row(folder, wanted)) is not None]
            total, rows = len(rows), rows[first : first + RUNS_A_PAGE]
        else:
            rows = [row for folder in folders[first : first + RUNS_A_PAGE] if (row := run_row(folder)) is not None]
        return page("runs", rows=rows, search=search, first=first, total=total, a_page=RUNS_A_PAGE)

    def _run(self, request: Request, form: Form) -> Response:
        with self._runs.reading(request.path_params["run"]) as run:
            only, first = request.query_params.get("status", ""), number(request, "first")
            trials = [one for one in run.record.experiment.trials() if not only or _status(run, one) == only]
            rows = list(_rows(run, trials[first : first + TRIALS_A_PAGE]))
            progress = progress_of(run, started=self._jobs.is_driving(run.folder))
            found = recorded(run.folder)
            work = self._runs.worklist(run.folder)
            has_people = Casts(run.record).people()
            return page(
                "run",
                run=run.folder.name,
                base=run_path(run.folder.name),
                record=run.record,
                finding=None if found is None else found.finding,
                progress=progress,
                trouble=self._jobs.trouble(run.folder),
                rows=rows,
                only=only,
                first=first,
                total=len(trials),
                a_page=TRIALS_A_PAGE,
                has_people=has_people,
                waiting=waiting_lines(work.waiting()) if has_people else [],
                people=_people(run, work.names.entries()) if has_people else [],
                forks=self._runs.forks(run.folder),
                law=progress.finished > 0,
                compared=len(run.record.conditions) > 1 and progress.finished > 0,
            )

    def _invite(self, request: Request, form: Form) -> Response:
        """Give somebody a place, and with it a link."""
        folder = self._runs.folder(request.path_params["run"])
        if not Casts(self._runs.record(folder)).people():
            raise BadInput("no seat of this run is a person's")
        self._runs.worklist(folder).names.of(form.get("name", ""))
        return RedirectResponse(f"{run_path(folder.name)}#people", 303)

    def _resume(self, request: Request, form: Form) -> Response:
        folder = self._runs.folder(request.path_params["run"])
        self._jobs.go_on(folder)
        return RedirectResponse(run_path(folder.name), 303)


def number(request: Request, name: str) -> int:
    """Return a whole number of a request's query; 0 if there is none, or something else."""
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _status(run: OpenRun, trial: TrialId) -> str:
    held = run.log.index.places.trials.get(str(trial))
    return "not begun" if held is None else held.status or "begun"


def _rows(run: OpenRun, trials: list[TrialId]) -> Iterator[_Row]:
    casts = Casts(run.record)
    for trial in trials:
        taken = run.log.index.taken(str(trial))
        end = run.log.end(str(trial))
        kept = None
        if end is not None and end.status == "finished" and end.readings:
            by_hop = shares_by_hop(end.readings.values(), casts.hierarchy(trial.condition).depth)
            kept = by_hop[max(by_hop)].kept if by_hop else None
        name = casts.condition(trial).name
        yield _Row(trial, name, _status(run, trial), taken.calls, taken.tokens, kept)


def _people(run: OpenRun, entries: dict[str, Entry]) -> list[dict[str, Any]]:
    """Return everybody who has a place, with their link."""
    return [
        {
            "person": person,
            "name": entry.name,
            "consented": entry.consented,
            "link": None if entry.name is None else new_link(run.folder, run.folder.name, person),
        }
        for person, entry in entries.items()
    ]
