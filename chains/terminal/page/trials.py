"""The pages of a trial: stepped through message by message; and the fork that goes on from one of its messages."""

from collections import OrderedDict
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from chains.analysis.results.fate_grid import asked
from chains.analysis.results.trial_story import Story, story
from chains.errors import BadInput
from chains.experiments.experiment import TrialId
from chains.running.run_record import Casts
from chains.terminal.page.open_runs import OpenRun, OpenRuns
from chains.terminal.page.owner import Handler, number
from chains.terminal.page.rendering import Form, nothing_there, page, run_path
from chains.terminal.page.trial_view import shown_step, steps_in

MOST_STORIES = 4


class Trials:
    """Serves trials."""

    def __init__(self, runs: OpenRuns) -> None:
        """Serve them."""
        self._runs = runs
        self._stories: OrderedDict[tuple[str, str, int], Story] = OrderedDict()

    def pages(self) -> Iterator[tuple[str, str, Handler]]:
        """Yield what is served: method, path, handler."""
        yield "GET", "/run/{run}/trial/{trial}", self._trial

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
