"""What verbs that start runs share: say what a run would take, check its models, ask before it costs much."""

import argparse
import asyncio
from pathlib import Path

from chains.errors import BadInput
from chains.models.pool import Models
from chains.registry import differing
from chains.running.cluster.drive import OnCluster, check_on
from chains.running.cost_estimate import Estimate, estimate
from chains.running.folders import find_run
from chains.running.record_file import read_record
from chains.running.reply_source import OtherReplies
from chains.running.reuse import foreseen
from chains.running.run_record import RunRecord
from chains.running.spending import check_limits, most_at_once
from chains.terminal.drive_at_terminal import attended, confirmed
from chains.terminal.views.estimate import estimate_view
from chains.terminal.views.output import print_json, progress, results, say


def on_cluster(arguments: argparse.Namespace, record: RunRecord, *, takes_replies: bool) -> OnCluster | None:
    """Return the cluster that `--on` names; None for this machine.

    Raises:
        BadInput: If the run can't be driven there.
    """
    if arguments.on is None:
        if arguments.workers is not None:
            raise BadInput("--workers says how many workers a cluster has; add --on ray")
        return None
    where = OnCluster(arguments.on, arguments.workers)
    check_on(where, record, takes_replies=takes_replies)
    return where


UNASKED_CALLS = 1000
"""Calls to an endpoint above which a run needs a limit of calls, or a yes at the terminal."""


def forkable(name: str) -> tuple[Path, RunRecord]:
    """Return the folder and the record of a run that another goes on from.

    Raises:
        BadInput: If there is none, its models do not answer any more, or its plugins have changed.
    """
    folder = find_run(name)
    record = read_record(folder)
    if changed := differing(record.plugins):
        raise BadInput(f"{changed[0]}; a run is forked with the plugins that it was made with")
    check_models(record)
    return folder, record


def dry_run(record: RunRecord, others: OtherReplies | None, had: RunRecord | None = None, *, as_json: bool) -> int:
    """Print what a run would take, and run nothing; return the exit status.

    Args:
        record: The run.
        others: Replies of earlier runs that it would take.
        had: The run before trials were added to it.
        as_json: Print one JSON document.
    """
    models = Models(record.experiment.models)
    for name in record.models:
        models.understood(name)  # what no run could be made of has no size
    found = _estimate(record, others, had)
    if as_json:
        print_json(
            {
                "experiment": record.experiment.name,
                "conditions": [{"condition": c.name, "factors": dict(c.factors)} for c in record.conditions],
                **found.document(),
                "models": sorted(record.models),
                "hypotheses": dict(record.experiment.hypotheses),
                "registration": None if record.registered is None else record.registered.digest,
            }
        )
    else:
        results.print(estimate_view(record, found))
        say("nothing was run; leave out --dry-run to run it")
    return 0


def _estimate(record: RunRecord, others: OtherReplies | None, had: RunRecord | None) -> Estimate:
    answered = None if others is None else asyncio.run(foreseen(record, others))
    return estimate(record, most_at_once(record), answered, had)


def check_models(record: RunRecord) -> None:
    """Check before anything is written that every model can be opened and that limits can be kept to."""
    check_limits(record)
    models = Models(record.experiment.models)
    for name in record.models:
        models.ready(name)


def agreed(record: RunRecord, others: OtherReplies | None, had: RunRecord | None = None) -> bool:
    """Return whether the person agrees to the run's calls; a limit of calls is an agreement.

    Raises:
        BadInput: If there are many calls and no person to ask.
    """
    limits = record.experiment.limits
    paid = [name for name, source in record.models.items() if source.traits.is_paid]
    calls = record.estimate["calls"] - (0 if had is None else had.estimate.get("calls", 0))
    if not paid or calls <= UNASKED_CALLS or any((limits.calls, limits.tokens, limits.cost)):
        return True
    found = _estimate(record, others, had)
    calls = found.calls
    if calls <= UNASKED_CALLS:
        return True
    if not attended():
        raise BadInput(
            f"the run makes about {calls:,} calls, some of them to {paid[0]}; look at --dry-run, "
            f"then agree to them with --max-calls {calls}"
        )
    progress.print(estimate_view(record, found))
    return confirmed("run it?")
