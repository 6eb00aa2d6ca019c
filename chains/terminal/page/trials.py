"""The pages of a trial: stepped through message by message; and the fork that goes on from one of its messages."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chains.analysis.results.fate_grid import asked
from chains.analysis.results.trial_story import Story, Turn, story
from chains.errors import BadInput, MazedomError
from chains.experiments.experiment import TrialId
from chains.organisation.prompts import variants
from chains.running.folders import find_run, new_run_id
from chains.running.fork import forked
from chains.running.log.log import Log
from chains.running.record_file import create
from chains.running.run_record import Casts
from chains.scoring.text.legible import legible
from chains.terminal.page.jobs import Jobs
from chains.terminal.page.open_runs import OpenRun, OpenRuns
from chains.terminal.page.owner import Handler, number
from chains.terminal.page.rendering import Form, nothing_there, page, run_path
from chains.terminal.page.trial_view import difference, shown_step, steps_in
from chains.terminal.start_run import check_models

MOST_STORIES = 4


class Trials:
    """Serves trials."""

    def __init__(self, runs: OpenRuns, jobs: Jobs) -> None:
        """Serve them."""
        self._runs, self._jobs = runs, jobs
        self._made: dict[tuple[str, ...], str] = {}
        """The forks that were made, by what was asked for: the same form sent twice makes one."""
        self._stories: OrderedDict[tuple[str, str, int], Story] = OrderedDict()

    def pages(self) -> Iterator[tuple[str, str, Handler]]:
        """Yield what is served: method, path, handler."""
        yield "GET", "/run/{run}/trial/{trial}", self._trial
        yield "POST", "/run/{run}/trial/{trial}/fork", self._fork

    def _trial(self, request: Request, form: Form) -> Response:
        with self._runs.reading(request.path_params["run"]) as run:
            trial = trial_of(run, request.path_params["trial"])
            told = self._told(run, trial)
            steps = steps_in(told)
            if not steps:
                raise BadInput(f"trial {trial} has no message yet")
            at = min(max(number(request, "step"), 1), len(steps)) - 1
            against = number(request, "against")
            shown = shown_step(
                told, Casts(run.record).hierarchy(trial.condition), steps, at,
                against - 1 if 0 < against <= len(steps) else None,
            )  # fmt: skip
            started = run.log.index.started
            return page(
                "trial",
                run=run.folder.name,
                base=run_path(run.folder.name),
                path=f"{run_path(run.folder.name)}/trial/{trial}",
                story=told,
                variants=variants(steps[at].seat.role),
                parent=self._parent(run, trial, steps[at]),
                asked=asked(steps[at]),
                alike=[
                    (one, Casts(run.record).condition(one).name)
                    for one in run.record.experiment.trials()
                    if (one.seed, one.replicate) == (trial.seed, trial.replicate)
                    and one != trial
                    and str(one) in started
                ][:12],
                **shown,
            )

    def _parent(self, run: OpenRun, trial: TrialId, turn: Turn) -> Mapping[str, Any] | None:
        """Return what a fork's parent has in this place; None if the run is no fork, or its parent is gone."""
        fork = run.record.forked
        if fork is None:
            return None
        before = fork.origin(trial)[0]
        try:
            folder = find_run(fork.run)
            with Log(folder) as log:
                steps = steps_in(story(self._runs.record(folder), log, before))
        except MazedomError:
            return None
        at = next((at for at, one in enumerate(steps) if one.told.name == turn.told.name), None)
        if at is None:
            return None
        link = f"{run_path(folder.name)}/trial/{before}?step={at + 1}"
        return {"link": link, "difference": difference(steps[at].reply.text, turn.reply.text)}

    def _fork(self, request: Request, form: Form) -> Response:
        """Go on from one message of a trial, with the message or the seat's prompt changed."""
        with self._runs.reading(request.path_params["run"]) as run:
            trial = trial_of(run, request.path_params["trial"])
            steps = {turn.told.name: turn for turn in steps_in(self._told(run, trial))}
            turn = steps.get(form.get("turn", ""))
            if turn is None or turn.step is None:
                raise BadInput("nobody was asked for that message, so nothing goes on from it")
            variant, text = form.get("prompt", ""), legible(form.get("text", "").replace("\r\n", "\n")).strip()
            asked_for = (run.folder.name, str(trial), turn.told.name, variant, text)
            if asked_for in self._made:
                return RedirectResponse(run_path(self._made[asked_for]), 303)
            settings, said, at = list[str](), dict[str, dict[str, str]](), ""
            if variant:
                if variant not in variants(turn.seat.role):
                    raise BadInput("there is no prompt of that name for this seat")
                settings, at = [f"prompt={variant}"], turn.seat.name
            elif not text or text == turn.reply.text.strip():
                raise BadInput("the message is as it was, so nothing would change; change it, or choose a prompt")
            else:
                said = {str(trial): {turn.told.name: text}}
            record = forked(run.record, run.folder, new_run_id(), at=at, settings=settings, trial=str(trial), said=said)
            check_models(record)
            made = create(record)
            self._made[asked_for] = made.name
        self._jobs.go_on(made)
        return RedirectResponse(run_path(made.name), 303)

    def _told(self, run: OpenRun, trial: TrialId) -> Story:
        """Return a trial as it is now; the last few are kept."""
        key = (str(run.folder), str(trial), run.log.index.length)
        if key not in self._stories:
            self._stories[key] = story(run.record, run.log, trial)
        self._stories.move_to_end(key)
        while len(self._stories) > MOST_STORIES:
            self._stories.popitem(last=False)
        return self._stories[key]


def trial_of(run: OpenRun, name: str) -> TrialId:
    """Return the trial of exactly this name.

    Raises:
        HTTPException: If the run has none.
    """
    found = next((one for one in run.record.experiment.trials() if str(one) == name), None)
    if found is None:
        raise nothing_there("the run has no trial of that name")
    return found
