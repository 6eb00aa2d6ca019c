"""Who held back, by condition: misses, false pauses, d' and criterion, and how well reports follow the risk.

Four readers decide on the same worlds: the executive; one who decides as well
as can be on what it heard, which shows what the reports alone have done; and
the executive with the full ledger and with no report. Where d' falls already
for the second, it is the reports; where only the executive's falls, it is the
executive.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chains.drift.holding import held_back, held_on_what_was_heard, stakes
from chains.drift.measures import summed_risk
from chains.drift.series import best_alone, worst_alone
from chains.drift.tally import ELSEWHERE
from chains.experiment import Condition, TrialId
from chains.laws.resampled import mean_interval
from chains.laws.signals import AGGREGATES, FALSE_PAUSES, MISSES, Estimated, Seen, estimated, tabled
from chains.records import Reading, TrialEnd
from chains.regrets import Priced
from chains.worlds.ledger import Fact

READERS = ("executive", "best_heard", "ledger", "no_report")


class _Decided(NamedTuple):
    """One trial, as far as it goes in here."""

    priced: Priced
    end: TrialEnd


def pause_rows(
    conditions: Sequence[Condition], decided: Sequence[Priced], ends: Mapping[TrialId, TrialEnd]
) -> list[dict[str, Any]]:
    """Return a row for each condition that decides on worlds with a signal and on others.

    Args:
        conditions: Of the run.
        decided: Its finished trials in which something is decided.
        ends: How they ended.
    """
    rows = []
    for condition in conditions:
        mine = [_Decided(one, ends[one.trial]) for one in decided if one.trial.condition == condition.id]
        if len({stakes(one.priced.decision, None).signal for one in mine}) > 1:
            rows.append({"condition": condition.name, "factors": dict(condition.factors), **_row(mine)})
    return rows


def _row(trials: Sequence[_Decided]) -> dict[str, Any]:
    tables = {reader: tabled(_seen(one, reader) for one in trials) for reader in READERS}
    plain = tabled(_seen(one, "executive", unread=False) for one in trials)
    signals = [stakes(one.priced.decision, None).signal for one in trials]
    unread = sum(one.priced.outcome.decided is None for one in trials)
    document: dict[str, Any] = {
        "trials": len(trials),
        "worlds": len({one.priced.trial.seed for one in trials}),
        "signals": sum(signals),
        "undecided": unread,
        "miss": _figure(estimated(tables["executive"], MISSES)),
        "false_pause": _figure(estimated(tables["executive"], FALSE_PAUSES)),
        "readers": {
            reader: {name: _figure(estimated(table, AGGREGATES[name])) for name in ("d_prime", "criterion")}
            for reader, table in tables.items()
        },
        "eval_risk_by_hop": {hop: _risk(trials, hop) for hop in _hops(trials)},
        "fudge": _series(trials),
    }
    if unread:  # what happens where nobody decides is the standing plan
        document["unread_as_standing"] = {
            name: _figure(estimated(plain, AGGREGATES[name])) for name in ("d_prime", "criterion")
        }
    return document


def _seen(one: _Decided, reader: str, *, unread: bool | None = None) -> Seen:
    decision, outcome = one.priced.decision, one.priced.outcome
    held = {
        "executive": held_back(decision, outcome.decided),
        "best_heard": held_on_what_was_heard(decision, outcome),
        "ledger": held_back(decision, outcome.informed),
        "no_report": held_back(decision, outcome.uninformed),
    }[reader]
    return Seen(one.priced.trial.seed, stakes(decision, None).signal, unread if held is None else held)


def _hops(trials: Sequence[_Decided]) -> list[int]:
    return sorted({reading.hop for one in trials for reading in one.end.readings.values()})


def _at(one: _Decided, hop: int) -> list[Reading]:
    return [reading for reading in one.end.readings.values() if reading.hop == hop]


def _risk(trials: Sequence[_Decided], hop: int) -> dict[str, Any]:
    """Return the correlation of the risk that is reported at a hop with the true one, over trials."""
    seen = []
    for one in trials:
        at = stakes(one.priced.decision, None)
        seen.append(Seen(one.priced.trial.seed, at.signal, None, at.risk, summed_risk(_at(one, hop))))
    return _figure(estimated(tabled(seen), AGGREGATES["eval_risk"]))


def _series(trials: Sequence[_Decided]) -> dict[str, Any] | None:
    """Return how often of a test's several runs the worst is missing at the top and the best kept, and the mirror."""
    shares = []
    for one in trials:
        facts, fates = one.priced.world.facts, _at_the_top(one)
        share = best_alone(facts, fates), worst_alone(facts, fates)
        if not math.isnan(share[0]):
            shares.append((one.priced.trial.seed, *share))
    if not shares:
        return None
    columns: dict[str, list[tuple[int, float]]] = {
        "best_alone": [(world, best) for world, best, _ in shares],
        "worst_alone": [(world, worst) for world, _, worst in shares],
        "excess": [(world, best - worst) for world, best, worst in shares],
    }
    return {name: _mean(values) for name, values in columns.items()}


def _at_the_top(one: _Decided) -> str:
    """Return the fates in all that the executive read."""
    if one.end.top is not None:
        return one.end.top.fates
    last = max(_hops([one]))
    return _joined(one.priced.world.facts, [reading.fates for reading in _at(one, last)])


def _joined(facts: Sequence[Fact], several: Iterable[str]) -> str:
    fates = ["O"] * len(facts)
    for letters in several:
        for place, letter in enumerate(letters):
            if letter != ELSEWHERE:
                fates[place] = letter
    return "".join(fates)


def _mean(values: Sequence[tuple[int, float]]) -> dict[str, Any]:
    ends = mean_interval(values)
    value = math.fsum(value for _, value in values) / len(values)
    return {"value": round(value, 6), "ci": None if ends is None else [round(end, 6) for end in ends]}


def _figure(found: Estimated) -> dict[str, Any]:
    ends = None if math.isnan(found.low) else [round(found.low, 6), round(found.high, 6)]
    return {"value": None if math.isnan(found.value) else round(found.value, 6), "ci": ends}
