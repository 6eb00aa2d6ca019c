"""What a list says of each run: from its outline, and from its log only where it is not known to be finished."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from chains.errors import MazedomError
from chains.running.folders import LOG_FILE, RUN_FILE, Outline, is_archive, outline
from chains.running.notes_on_runs import about
from chains.running.recorded_finding import recorded

DONE = (None, "finished")
"""Values of --status that a finished run matches."""


class Wanted(NamedTuple):
    """The filters of `list runs`; None: no filter."""

    experiment: str | None
    since: str | None
    """The first day: 20261124."""
    until: str | None
    """The last."""
    status: str | None
    model: str | None
    condition: str | None
    tag: str | None
    search: str | None


EVERY = Wanted(*[None] * len(Wanted._fields))
"""No filter."""


def run_row(folder: Path, wanted: Wanted = EVERY) -> dict[str, Any] | None:
    """Return what the list says of a run; None if a filter leaves it out."""
    return _noted(_run(folder, wanted), folder, wanted)


def _noted(row: dict[str, Any] | None, folder: Path, wanted: Wanted) -> dict[str, Any] | None:
    """Return a run's row with its tags and note; None if a filter leaves it out."""
    if row is None:
        return None
    noted = about(folder)
    found, row["began"] = recorded(folder), _began(row["at"])
    row |= {"tags": ", ".join(noted.tags), "note": noted.note, "found": None if found is None else found.finding}
    row["cost"] = None if found is None or found.cost is None else f"{found.cost:,.4f}" if found.cost else "0"
    searched = ("run", "experiment", "conditions", "models", "tags", "note", "found")
    told = " ".join(str(row[name] or "") for name in searched)
    tagged = wanted.tag is None or wanted.tag in noted.tags
    return row if tagged and (wanted.search is None or wanted.search.lower() in told.lower()) else None


def _run(folder: Path, wanted: Wanted) -> dict[str, Any] | None:
    """Return a run's row, None if a filter leaves it out; filters that need no log are applied first."""
    columns = ("run", "began", "experiment", "at", "status", "trials", "cost", "conditions", "models")
    row: dict[str, Any] = dict.fromkeys(columns)
    row["run"] = folder.name
    try:
        if is_archive(folder):
            from chains.analysis.archives.archive_run import read_archive_record  # noqa: PLC0415  start-up

            archive = read_archive_record(folder)
            names = [of.name for of in archive.sets]
            row |= {
                "experiment": archive.archive,
                "at": archive.at,
                "status": "imported",
                "trials": str(sum(len(of.chains) for of in archive.sets)),
                "models": "",
                "conditions": _brief(names),
            }
            return row if _fits(row, wanted, names) and wanted.status in (None, "imported") else None
        run = outline(folder)
        names, total = run.condition_names, run.trials
        row |= {
            "experiment": run.experiment.name,
            "at": run.at,
            "models": ", ".join(sorted(run.models)),
            "conditions": _brief(names),
            **({"extended": True} if run.extended else {}),
        }
        if not _fits(row, wanted, names):
            return None
        if _finished(run, folder):
            return row | {"status": "finished", "trials": f"{total}/{total}"} if wanted.status in DONE else None
        from chains.running.log.log import Log, is_written  # noqa: PLC0415  start-up

        with Log(folder) as log:
            ended = [held.status for held in log.index.places.trials.values()]
    except MazedomError as error:
        unreadable = row | {"status": f"unreadable: {error}"}
        return unreadable if wanted.status == "unreadable" or not any(wanted) else None
    finished, failed = ended.count("finished"), ended.count("failed")
    kind = "finished" if finished == total else "failed" if failed else "unfinished"
    if "waiting" in ended:
        kind = "waiting"
    if kind != "finished" and is_written(folder):
        kind = "running"
    if wanted.status not in (None, kind):
        return None
    return row | {"status": f"{failed} failed" if kind == "failed" else kind, "trials": f"{finished}/{total}"}


def _finished(run: Outline, folder: Path) -> bool:
    """Return whether a run is known to be finished without reading its log, which may be a gigabyte.

    It said so when it last stopped, and nothing was written to its log since.
    """
    if run.held.get("finished") != run.trials:
        return False
    try:
        return (folder / LOG_FILE).stat().st_mtime_ns <= (folder / RUN_FILE).stat().st_mtime_ns
    except OSError:
        return False


def _fits(row: Mapping[str, Any], wanted: Wanted, conditions: Sequence[str]) -> bool:
    """Return whether a run passes the filters that need no log."""
    began = str(row["at"])[:10].replace("-", "")
    return (
        wanted.experiment in (None, row["experiment"])
        and (wanted.since is None or began >= wanted.since)
        and (wanted.until is None or began <= wanted.until)
        and (wanted.model is None or wanted.model in str(row["models"]))
        and (wanted.condition is None or any(wanted.condition in name for name in conditions))
    )


def _began(at: str | None) -> str:
    """Return when a run began (UTC), for a person: 24 Nov 20:54."""
    try:
        return f"{datetime.fromisoformat(at or ''):%d %b %H:%M}"
    except ValueError:
        return ""


def _brief(names: Sequence[str]) -> str:
    return "; ".join(names[:4]) + ("; ..." if len(names) > 4 else "")
