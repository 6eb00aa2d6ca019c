"""Two conditions side by side, and the law of decay: what the verbs `compare` and `law` say, run beside the page."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from chains.running.folders import LOG_FILE, RUN_FILE
from chains.running.run_record import RunRecord
from chains.scoring.measures.measures import MEASURES
from chains.terminal.page.jobs import Jobs
from chains.terminal.page.open_runs import OpenRuns, stamp_of
from chains.terminal.page.owner import Handler
from chains.terminal.page.rendering import Form, nothing_there, page, run_path
from chains.terminal.page.trial_view import difference


class Findings:
    """Serves comparisons and laws."""

    def __init__(self, runs: OpenRuns, jobs: Jobs) -> None:
        """Serve them."""
        self._runs, self._jobs = runs, jobs

    def pages(self) -> Iterator[tuple[str, str, Handler]]:
        """Yield what is served: method, path, handler."""
        yield "GET", "/run/{run}/compare", self._compare
        yield "GET", "/run/{run}/law", self._law
        yield "GET", "/run/{run}/law.svg", self._figure

    def _compare(self, request: Request, form: Form) -> Response:
        folder, record = self._asked(request)
        named = {one.id: one.name for one in record.conditions}
        if len(named) < 2:
            raise nothing_there("the run has one condition, and nothing to compare it with")
        first, second = list(named)[:2]
        a, b = request.query_params.get("a", first), request.query_params.get("b", second)
        if a not in named or b not in named:
            raise nothing_there("the run has no condition of that name")
        shown: dict[str, Any] = {"run": folder.name, "base": run_path(folder.name), "named": named, "a": a, "b": b}
        if a == b:
            return page("compare", **shown, why="choose two different conditions", found=None, rows=[], unlike=None)
        said = self._jobs.said(stamp(folder), "compare", str(folder), a, b)
        if said is None:
            return at_it("comparing", folder)
        if said.document is None:
            return page("compare", **shown, why=said.why, found=None, rows=[], unlike=None)
        found = said.document["comparisons"][0]
        unlike = next(iter(found["most_unlike"]), None)
        if unlike is not None:
            unlike |= {"difference": difference(unlike["text_a"], unlike["text_b"])}
        return page("compare", **shown, why="", found=found, rows=list(_rows(found)), unlike=unlike)

    def _law(self, request: Request, form: Form) -> Response:
        folder, _ = self._asked(request)
        said = self._jobs.said(stamp(folder), "law", str(folder), "--figure", str(self._svg(folder)))
        if said is None:
            return at_it("fitting the law", folder)
        return page(
            "law",
            run=folder.name,
            base=run_path(folder.name),
            law=said.document,
            why=said.why,
            figure=self._svg(folder).is_file(),
        )

    def _figure(self, request: Request, form: Form) -> Response:
        folder, _ = self._asked(request)
        path = self._svg(folder)
        if not path.is_file():
            raise nothing_there("there is no figure")
        return FileResponse(path, media_type="image/svg+xml")

    def _asked(self, request: Request) -> tuple[Path, RunRecord]:
        folder = self._runs.folder(request.path_params["run"])
        return folder, self._runs.record(folder)

    def _svg(self, folder: Path) -> Path:
        name = hashlib.sha256(f"{folder.resolve()} {stamp(folder)}".encode()).hexdigest()[:20]
        return self._jobs.place / f"{name}.svg"


def stamp(folder: Path) -> str:
    """Return what changes when a run does."""
    return f"{stamp_of(folder / RUN_FILE)} {stamp_of(folder / LOG_FILE)}"


def at_it(what: str, folder: Path) -> Response:
    """Return a page that says what takes a while, and looks again by itself."""
    response = page("at_it", what=what, base=run_path(folder.name), run=folder.name)
    response.headers["Refresh"] = "2"
    return response


def _rows(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a row for each measure that `compare` shows, as text."""
    for name in found["shown"]:
        row, measure = found["measures"][name], MEASURES.get(name)
        share = measure is not None and measure.share
        ends = row["ci"] if row["ci"] and row["ci"][0] is not None else None
        yield {
            "name": name,
            "about": "" if measure is None else measure.about,
            "a": _figure_of(row["a"], share=share),
            "b": _figure_of(row["b"], share=share),
            "difference": _figure_of(row["difference"], share=share, signed=True),
            "interval": " to ".join(_figure_of(end, share=share, signed=True) for end in ends) if ends else "",
            "p": _p(row["p_adjusted"]),
            "pairs": row["pairs"],
        }


def _figure_of(value: float | None, *, share: bool, signed: bool = False) -> str:
    if value is None:
        return "–"
    sign = "+" if signed else ""
    value = round(value, 3 if share else 2) + 0.0  # no minus before a zero
    return f"{value:{sign}.1%}" if share else f"{value:{sign}.2f}"


def _p(value: float | None) -> str:
    return "–" if value is None else "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
