"""Who stops the work, when, and whether rightly: by condition, from the outcomes of finished trials.

A *hazard world* is one in which the careful option is the best on the full
ledger. There a stop is *missed* where another option was in force after all
who could step in had been asked; in the other worlds a stop is *needless*
where the careful option was in force. So both are counted alike with and
without anybody who may stop, and no world counts in both.

*Courage* and *panic* are about one seat at a time: how often it stops, or
vetoes, where what it had read warrants it, and where it does not. A chain may
miss stops because nobody dares, or because nobody is told.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from chains.analysis.results.regret import Priced, rows_of
from chains.experiments.experiment import Condition
from chains.scoring.measures.regret import mean
from chains.scoring.measures.stopped_work import work_of
from chains.scoring.reading import Call
from chains.stats.paired.shares import share_by_world


def stop_rows(conditions: Sequence[Condition], trials: Sequence[Priced]) -> list[dict[str, Any]]:
    """Return a row for each condition that has a trial; none where in no condition anybody could step in."""
    if all(one.outcome.halting is None for one in trials):
        return []
    return rows_of(conditions, trials, _row)


def _row(trials: Sequence[Priced]) -> dict[str, Any]:
    works = [(one.trial.seed, work_of(one.decision, one.outcome)) for one in trials]
    stops = [(one, call) for one in trials if one.outcome.halting for call in one.outcome.halting.stops]
    vetoes = [(one, call) for one in trials if one.outcome.halting for call in one.outcome.halting.vetoes]
    holds = [(one, call) for one in trials if one.outcome.halting for call in one.outcome.halting.holds]
    overrides = [(one, call) for one in trials if one.outcome.halting for call in one.outcome.halting.overrides]
    firsts = [first for one in trials if _hazard(one) and (first := first_stop(one)) is not None]
    split = [found for one in trials if (found := one.payoffs) is not None]
    return {
        "trials": len(trials),
        "hazards": sum(work.hazard for _, work in works),
        "unknown": sum(work.stopped is None for _, work in works),
        "missed": _document((world, work.missed) for world, work in works if work.missed is not None),
        "needless": _document((world, work.needless) for world, work in works if work.needless is not None),
        "stops": {**_calls(stops), "by_hop": _by_hop(stops), "first": mean(firsts) if firsts else None,
                  "first_at": dict(sorted(Counter(firsts).items()))},
        "vetoes": _calls(vetoes),
        "holds": _calls(holds),
        "overrides": _calls(overrides, stopping=False),
        "intervention": round(mean([found.intervention for found in split]), 6) if split else None,
    }  # fmt: skip


def _hazard(one: Priced) -> bool:
    return work_of(one.decision, one.outcome).hazard


def first_stop(one: Priced) -> int | None:
    """Return the hop of the first seat on the way up that stopped the work: 1 for a worker; None where none did."""
    calls = () if one.outcome.halting is None else one.outcome.halting.stops
    return min((call.hop for call in calls if call.stepped_in), default=None)


def _calls(calls: Sequence[tuple[Priced, Call]], *, stopping: bool = True) -> dict[str, Any]:
    """Return how many were asked, and how often they stepped in: warranted, unwarranted, rightly and wrongly.

    Args:
        calls: Of those asked.
        stopping: Whether to step in is to stop the work; to override is to go on.
    """
    acted = [_hazard(one) == stopping for one, call in calls if call.stepped_in]
    return {
        "asked": len(calls),
        "stepped_in": len(acted),
        "right": sum(acted),
        "wrong": len(acted) - sum(acted),
        "unread": sum(call.stepped_in is None for _, call in calls),
        "courage": _document((one.trial.seed, call.stepped_in is True) for one, call in calls if call.warranted),
        "panic": _document((one.trial.seed, call.stepped_in is True) for one, call in calls if not call.warranted),
    }


def _by_hop(calls: Sequence[tuple[Priced, Call]]) -> dict[int, dict[str, Any]]:
    """Return the same for each hop, which shows from where on nobody steps in."""
    hops = sorted({call.hop for _, call in calls})
    return {hop: _calls([(one, call) for one, call in calls if call.hop == hop]) for hop in hops}


def _document(happened: Iterable[tuple[int, bool]]) -> dict[str, Any] | None:
    """Return the share of occasions on which something happens, by world; None without an occasion."""
    by_world: dict[Hashable, list[float]] = {}
    for world, did in happened:
        by_world.setdefault(world, []).append(float(did))
    share = share_by_world(by_world).document()
    return None if share is None else share | {"times": sum(map(len, by_world.values()))}
