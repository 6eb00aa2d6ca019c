"""Who is to blame, as a bar a seat: what the verb `blame` says. Nothing is asked of a model before somebody agrees."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chains.running.arms_of_blame import blame_folders
from chains.running.folders import LOG_FILE
from chains.running.run_record import RunRecord
from chains.terminal.page.findings import at_it, stamp
from chains.terminal.page.jobs import Jobs
from chains.terminal.page.open_runs import OpenRuns, stamp_of
from chains.terminal.page.owner import Handler
from chains.terminal.page.rendering import Form, nothing_there, page, run_path

MOST_TIMES = 8
"""Continuations that the page offers."""
HALF = 150
"""Width of half a bar's drawing; what is saved goes to the right of the middle."""


class Bar(NamedTuple):
    """What replacing one seat saves, as text and as a drawing `2 * HALF` wide."""

    seat: str
    blamed: bool
    value: str
    interval: str
    p: str
    x: float
    width: float
    low: float | None
    """Where the interval begins; None: there is none."""
    high: float | None


class Bars(NamedTuple):
    """The bars of all seats: one way of replacing them, one kind of damage."""

    title: str
    bars: list[Bar]

    @property
    def flat(self) -> bool:
        """Whether replacing a seat saves nothing, whichever it is."""
        return all(bar.width == 0 and bar.low == bar.high for bar in self.bars)


class Blaming:
    """Serves blame."""

    def __init__(self, runs: OpenRuns, jobs: Jobs) -> None:
        """Serve it."""
        self._runs, self._jobs = runs, jobs
        self._begun: dict[tuple[str, ...], tuple[str, ...]] = {}
        """What was agreed to: by the state of the run and the words of the verb, what was begun with them."""

    def pages(self) -> Iterator[tuple[str, str, Handler]]:
        """Yield what is served: method, path, handler."""
        yield "GET", "/run/{run}/blame", self._blame
        yield "POST", "/run/{run}/blame", self._agree

    def _blame(self, request: Request, form: Form) -> Response:
        folder, record = self._asked(request)
        words = _words(folder, record, request.query_params)
        shown: dict[str, Any] = {
            "run": folder.name,
            "base": run_path(folder.name),
            "named": {one.id: one.name for one in record.conditions},
            "condition": words[3],
            "times": words[5],
            "levels": "--levels" in words,
            "most_times": MOST_TIMES,
            "paid": [name for name, source in record.models.items() if source.traits.is_paid],
            "left": 0,
            "most": 0,
            "why": "",
            "found": None,
            "drawn": [],
        }
        begun = self._begun.get((stamp(folder), *words))
        if begun is None:
            asks = self._jobs.said(_with_forks(folder, record), *words, "--dry-run")
            if asks is None:
                return at_it("counting what would be asked", folder)
            if asks.document is None:
                return page("blame", **shown | {"why": asks.why})
            if asks.document["left"]:
                left, asked = asks.document["left"], asks.document["asked"]
                return page("blame", **shown | {"left": left, "most": left + asked})
            begun = (_with_forks(folder, record), *words)
        said = self._jobs.said(*begun)
        if said is None:
            return at_it("asking", folder)
        if said.document is None:
            return page("blame", **shown | {"why": said.why})
        (found,) = said.document["conditions"]
        stopped = said.document["stopped"] or ""
        if stopped:  # what is left can be agreed to again
            self._begun.pop((stamp(folder), *words), None)
        return page("blame", **shown | {"found": found, "drawn": list(_drawn(found)), "why": stopped})

    def _agree(self, request: Request, form: Form) -> Response:
        """Ask for what is left: as many replies as the page said at most, beside what was asked before."""
        folder, record = self._asked(request)
        query = QueryParams({name: form[name] for name in ("condition", "times", "levels") if name in form})
        words, most = _words(folder, record, query), form.get("most", "")
        if not (most.isascii() and most.isdecimal() and len(most) < 10 and int(most)):
            raise nothing_there("how many replies may be asked for is not said")
        begun = (_with_forks(folder, record), *words, "--max-calls", most)
        if self._begun.setdefault((stamp(folder), *words), begun) is begun:
            self._jobs.said(*begun)
        return RedirectResponse(f"{run_path(folder.name)}/blame?{urlencode(query)}", 303)

    def _asked(self, request: Request) -> tuple[Path, RunRecord]:
        folder = self._runs.folder(request.path_params["run"])
        return folder, self._runs.record(folder)


def _words(folder: Path, record: RunRecord, query: QueryParams) -> tuple[str, ...]:
    """Return the verb, and what follows it."""
    known = [one.id for one in record.conditions]
    condition, times = query.get("condition", known[0]), query.get("times", "1")
    if condition not in known:
        raise nothing_there("the run has no condition of that name")
    if times not in map(str, range(1, MOST_TIMES + 1)):
        raise nothing_there(f"a seat is replaced 1 to {MOST_TIMES} times")
    levels = ("--levels",) if query.get("levels") else ()
    return "blame", str(folder), "--condition", condition, "--times", times, *levels


def _with_forks(folder: Path, record: RunRecord) -> str:
    """Return what changes when the run does, or what was asked for blame."""
    return f"{stamp(folder)} {[stamp_of(one / LOG_FILE) for one in blame_folders(record.id)]}"


def _drawn(found: Mapping[str, Any]) -> Iterator[Bars]:
    """Yield the bars of a condition: for each way of replacing seats, each kind of damage."""
    for way in found["ways"]:
        for what, damage in way.items():
            if isinstance(damage, Mapping) and "blamed" in damage:
                yield Bars(f"{what}: {way['says']}", list(_bars(damage, points=what != "regret")))


def _bars(damage: Mapping[str, Any], *, points: bool) -> Iterator[Bar]:
    seats = damage["seats"]
    ends = [abs(one[key]) for one in seats.values() for key in ("value", "low", "high") if one[key] is not None]
    scale = HALF / (max(ends, default=0) or 1)

    def text(value: float) -> str:
        shown, digits = (100 * value, 1) if points else (value, 2)
        return f"{round(shown, digits) + 0.0:+.{digits}f}"  # no minus before a zero

    for name, one in seats.items():
        value, low, high = (one[key] for key in ("value", "low", "high"))
        x = HALF + scale * min(value or 0, 0)
        yield Bar(
            name,
            name in damage["blamed"],
            "–" if value is None else text(value),
            "" if low is None else f"{text(low)} to {text(high)}",
            "–" if one["p"] is None else "< .001" if one["p"] < 0.001 else f"{one['p']:.3f}".removeprefix("0"),
            round(x, 1),
            round(scale * abs(value or 0), 1),
            None if low is None else round(HALF + scale * low, 1),
            None if high is None else round(HALF + scale * high, 1),
        )
