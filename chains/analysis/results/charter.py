"""What became of the charter where orders went down alone, by condition: each goal at each hop, and what workers did.

A worker whose reply can't be read has chosen nothing: it counts as not right,
is counted beside, and is left out of what its action cost.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chains.experiments.experiment import Condition, TrialId
from chains.fates import LETTERS, SILENT
from chains.organisation.hierarchy import Hierarchy
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.scoring.measures.intent import CARRIED, Carried, Reached, carried
from chains.scoring.measures.regret import mean, net_of_guessing
from chains.scoring.reading import Reading
from chains.worlds.charters.charter import Charter, Clause


class Told(NamedTuple):
    """One finished trial in which an order went down alone."""

    trial: TrialId
    charter: Charter
    carried: Carried
    orders: Mapping[str, Reading]
    """The readings of the orders, by the seat that sent them."""


def superiors_of(hierarchy: Hierarchy) -> dict[str, str]:
    """Return who sends each worker its order."""
    top = hierarchy.executive.name
    return {worker.name: hierarchy.superior(worker.name) or top for worker in hierarchy.workers}


def told_of(record: RunRecord, ends: Mapping[TrialId, TrialEnd]) -> list[Told]:
    """Return the finished trials of a run in which workers had to choose by the goals of a charter."""
    casts, found = Casts(record), []
    for trial, end in ends.items():
        world = casts.world(trial)
        if end.deeds is None or world.charter is None or world.assignment is None:
            continue
        superiors = superiors_of(casts.hierarchy(trial.condition))
        reached = carried(world.charter, world.assignment, end.deeds, end.down, superiors)
        found.append(Told(trial, world.charter, reached, end.down))
    return found


def clause_rows(conditions: Sequence[Condition], trials: Sequence[Told]) -> list[dict[str, Any]]:
    """Return a row for each condition, hop down and place in the charter: the shares of the fates of its clauses.

    A place is a goal's rank ("goal 1"), "must not" or "owner".
    """
    rows = []
    for condition in conditions:
        mine = [one for one in trials if one.trial.condition == condition.id]
        letters: dict[tuple[int, str], list[str]] = {}
        for one in mine:
            for reading in one.orders.values():
                for at, clause in enumerate(one.charter.clauses):
                    letters.setdefault((reading.hop, place_of(one.charter, clause)), []).append(reading.fates[at])
        for (hop, place), fates in sorted(letters.items(), key=lambda item: item[0]):
            shares: dict[str, float] = {
                name: round(fates.count(letter) / len(fates), 6) for name, letter in LETTERS.items()
            }
            rows.append({"condition": condition.name, "hop": hop, "clause": place, "messages": len(fates), **shares})
    return rows


def place_of(charter: Charter, clause: Clause) -> str:
    """Return the place of a clause: "goal 1" for the goal that ranks first, "must not", "owner"."""
    if clause.owner:
        return "owner"
    return "must not" if clause.must_not else f"goal {charter.goals.index(clause) + 1}"


def deed_rows(conditions: Sequence[Condition], trials: Sequence[Told]) -> list[dict[str, Any]]:
    """Return a row for each condition: what reached its workers, what they did, and what that cost."""
    rows = []
    for condition in conditions:
        mine = [one for one in trials if one.trial.condition == condition.id]
        if mine:
            messages = [reading for one in mine for reading in one.orders.values()]
            trouble = {
                "orders": len(messages),
                "words": round(mean([float(reading.words) for reading in messages]), 6),
                "degenerate": _share(reading.degenerate is not None for reading in messages),
                "cut_off": _share(reading.finish == "length" for reading in messages),
                "silent": _share(reading.finish in SILENT for reading in messages),
            }
            row = _row([one.carried for one in mine]) | trouble
            rows.append({"condition": condition.name, "factors": dict(condition.factors), **row})
    return rows


def _share(whether: Iterable[bool]) -> float:
    return round(mean([float(one) for one in whether]), 6)


def _row(trials: Sequence[Carried]) -> dict[str, Any]:
    workers = [worker for one in trials for worker in one.workers]
    right = mean([CARRIED["right_action"].of(one) for one in trials])
    informed, guessed = (_right(trials, of) for of in (lambda one: one.informed, lambda one: one.uninformed))
    net = net_of_guessing(right, guessed)
    return {
        "trials": len(trials),
        **{name: _mean([measure.of(one) for one in trials]) for name, measure in CARRIED.items()},
        "right_informed": round(informed, 6),
        "right_uninformed": round(guessed, 6),
        "right_net": None if net is None else round(net, 6),
        "deeds": len(workers),
        "deeds_unread": sum(worker.done is None for worker in workers),
        "informed_unread": sum(worker.informed is None for worker in workers),
        "uninformed_unread": sum(worker.uninformed is None for worker in workers),
    }


def _right(trials: Sequence[Carried], of: Callable[[Reached], str | None]) -> float:
    return mean([mean([float(of(worker) in one.assignment.best()) for worker in one.workers]) for one in trials])


def _mean(values: Sequence[float]) -> float | None:
    defined = [value for value in values if value == value]  # noqa: PLR0124  nan: not defined in that trial
    return round(mean(defined), 6) if defined else None
