"""What the decisions of a run cost, by condition: the regret split, its reference arms, and what could not be read.

Means are over trials. A trial in which a choice or an order can't be read has
no split: it is counted and left out of it, and `regret_standing` says what the
condition's regret is if each unreadable choice is taken for the standing plan,
which is what happens where nobody decides.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chains.analysis.results.decision_flips import Choice, flips
from chains.experiments.experiment import Condition, TrialId
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.scoring.measures.fate_shares import HopShares, mean_shares, shares_by_hop
from chains.scoring.measures.heard import joined_fates, summed_risk
from chains.scoring.measures.regret import TERMS, Payoffs, mean, net_of_guessing, payoffs, wary
from chains.scoring.reading import Outcome, Reading
from chains.stats.fit.lazy_intervals import mean_interval
from chains.worlds.decisions.decision import Decision
from chains.worlds.facts.ledger import Valence
from chains.worlds.world import World

VALENCES: tuple[Valence, ...] = ("bad", "good", "neutral")


class Priced(NamedTuple):
    """One finished trial of the whole loop."""

    trial: TrialId
    world: World
    decision: Decision
    outcome: Outcome
    down: Mapping[int, HopShares]
    """What became of the charter's clauses, hop by hop on their way down."""
    fates: str = ""
    """A letter for each fact: its fate in what the executive read."""
    risk_by_hop: Mapping[int, float] = {}
    """What the reports of each hop add to the log-odds of failure for one who believes them; nan where not read."""

    @property
    def payoffs(self) -> Payoffs | None:
        """What every choice would pay; None where one can't be read."""
        decided = self.outcome.decided
        received, done = (_all(choices.values()) for choices in (self.outcome.received, self.outcome.done))
        if decided is None or received is None or done is None or not self.decision.pays:
            return None
        return payoffs(
            self.decision,
            self.outcome.told,
            decided,
            received,
            done,
            in_force=self.outcome.in_force,
            ahead=self.outcome.ahead,
        )

    @property
    def regret_standing(self) -> float:
        """The regret if each unreadable deed counts as the standing plan."""
        deeds = list(self.outcome.done.values()) or [self.outcome.decided]
        return mean([self.regret_of(done or self.decision.standing) for done in deeds])

    def regret_of(self, option: str) -> float:
        """Return the payoff that an option loses against the best one."""
        return self.decision.regret(option)

    @property
    def best(self) -> str:
        """The best option on the full ledger."""
        return self.decision.best().id


def _all(choices: Iterable[str | None]) -> list[str] | None:
    found = list(choices)
    return None if None in found else [choice for choice in found if choice is not None]


def priced(record: RunRecord, ends: Mapping[TrialId, TrialEnd]) -> list[Priced]:
    """Return the finished trials of a run in which something was decided."""
    if all(world.decision is None for world in record.worlds.values()):
        return []  # then no end need be read
    casts = Casts(record)
    found = []
    for trial, end in ends.items():
        world = casts.world(trial)
        if end.status == "finished" and end.outcome is not None and world.decision is not None:
            outcome = _of_this_world(end.outcome, world.decision)
            shares = shares_by_hop(end.down.values(), casts.hierarchy(trial.condition).depth)
            found.append(Priced(trial, world, world.decision, outcome, shares, *_reported(end, world)))
    return found


def _reported(end: TrialEnd, world: World) -> tuple[str, dict[int, float]]:
    """Return the fates in what the executive read, and the risk that is reported at each hop."""
    at: dict[int, list[Reading]] = {}
    for reading in end.readings.values():
        at.setdefault(reading.hop, []).append(reading)
    last = at[max(at)] if at else []
    fates = joined_fates(world.facts, last) if end.top is None else end.top.fates
    return fates, {hop: summed_risk(messages) for hop, messages in sorted(at.items())}


def _of_this_world(outcome: Outcome, decision: Decision) -> Outcome:
    """Count a choice that is none of the options as unreadable; only a log that was changed has any."""
    known = {option.id for option in decision.options}
    halting = outcome.halting

    def checked(choice: str | None) -> str | None:
        return choice if choice in known else None

    return outcome.model_copy(
        update={name: checked(getattr(outcome, name)) for name in ("decided", "informed", "uninformed")}
        | {
            name: {worker: checked(choice) for worker, choice in getattr(outcome, name).items()}
            for name in ("received", "done")
        }
        | {"told": {name: weight for name, weight in outcome.told.items() if name in decision.weight_of}}
        | {"halting": halting and halting.model_copy(update={"in_force": checked(halting.in_force)})}
    )


def regret_rows(conditions: Sequence[Condition], trials: Sequence[Priced]) -> list[dict[str, Any]]:
    """Return a row for each condition that has a trial: what was lost, to what, and what could not be read."""
    return rows_of(conditions, trials, _row)


def rows_of(
    conditions: Sequence[Condition], trials: Sequence[Priced], row: Callable[[Sequence[Priced]], Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return for each condition that has a trial its name, its factors, and what `row` makes of its trials."""
    found = []
    for condition in conditions:
        mine = [one for one in trials if one.trial.condition == condition.id]
        if mine:
            found.append({"condition": condition.name, "factors": dict(condition.factors), **row(mine)})
    return found


def down_rows(conditions: Sequence[Condition], trials: Sequence[Priced]) -> list[dict[str, Any]]:
    """Return a row for each condition and hop down: the mean shares of the fates of the charter's clauses."""
    rows = []
    for condition in conditions:
        mine = [one.down for one in trials if one.trial.condition == condition.id]
        for hop, shares in mean_shares(mine).items():
            plain = {name: round(value, 6) for name, value in shares._asdict().items()}
            rows.append({"hop": hop, "condition": condition.name, "trials": len(mine), **plain})
    return rows


def _row(trials: Sequence[Priced]) -> dict[str, Any]:
    paying = [one for one in trials if one.decision.pays]
    split = [(one, found) for one in trials if (found := one.payoffs) is not None]
    decided = [one for one in paying if one.outcome.decided is not None]
    informed = [one.regret_of(one.outcome.informed) for one in paying if one.outcome.informed is not None]
    uninformed = [one.regret_of(one.outcome.uninformed) for one in paying if one.outcome.uninformed is not None]
    net = [
        found.judgement - one.regret_of(one.outcome.informed)
        for one, found in split
        if one.outcome.informed is not None
    ]
    right = _share(one.outcome.decided == one.best for one in decided)
    guessed = _share(one.outcome.uninformed == one.best for one in paying if one.outcome.uninformed is not None)
    split_by_world = [(one.trial.seed, found) for one, found in split]
    workers = [done for one in trials for done in one.outcome.done.values()]
    orders = [order for one in trials for order in one.outcome.received.values()]
    return {
        "trials": len(trials),
        "paying": len(paying),
        "split": len(split),
        "regret": _mean([found.regret for _, found in split]),
        **{term: _mean([getattr(found, term) for _, found in split]) for term in TERMS},
        "ci": {
            name: _interval([(world, getattr(found, name)) for world, found in split_by_world])
            for name in ("regret", *TERMS)
        },
        "regret_standing": _mean([one.regret_standing for one in paying]),
        "regret_informed": _mean(informed),
        "regret_uninformed": _mean(uninformed),
        "judgement_net": _mean(net),
        "regret_wary": _mean([one.regret_of(choice) for one in paying if (choice := _wary(one, trials)) is not None]),
        "right": right,
        "guessed": guessed,
        "right_net": None if right is None or guessed is None else _rounded(net_of_guessing(right, guessed)),
        "flips": flips(Choice(one.trial.seed, one.outcome.decided, one.outcome.informed) for one in trials).document(),
        "undecided": sum(one.outcome.decided is None for one in trials),
        "deeds": len(workers),
        "deeds_unread": workers.count(None),
        "orders_unread": orders.count(None),
        "unordered": sum(len(one.outcome.unordered) for one in trials),
        "informed_unread": sum(one.outcome.informed is None for one in trials),
        "uninformed_unread": sum(one.outcome.uninformed is None for one in trials),
    }


def _wary(one: Priced, trials: Sequence[Priced]) -> str | None:
    """Return the decision of a wary executive, who knows how much arrives in the *other* worlds.

    None if there is no other world with bad and good facts.
    """
    came: dict[Valence, list[bool]] = {valence: [] for valence in VALENCES}
    for other in trials:
        if other.trial.seed == one.trial.seed:
            continue
        for name, weight in other.outcome.told.items():
            came[other.world.fact(name).valence].append(weight is not None)
    if not (came["bad"] and came["good"]):
        return None
    survival = {valence: mean([float(came_) for came_ in whether]) for valence, whether in came.items() if whether}
    return wary(one.world, one.outcome.told, survival)


def _share(whether: Iterable[bool]) -> float | None:
    return _mean([float(one) for one in whether])


def _mean(values: Sequence[float]) -> float | None:
    return _rounded(mean(values)) if values else None


def _interval(values: Sequence[tuple[int, float]]) -> list[float] | None:
    """Return the 95% interval of a mean over trials, by resampled worlds; None where there is none."""
    found = mean_interval(values)
    return None if found is None else [round(end, 6) for end in found]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
