"""Who held back, by condition: misses, false pauses, d' and criterion, and how well reports follow the risk.

Four readers decide on the same worlds: the executive; one who decides as well
as can be on what it heard, which shows what the reports alone have done; and
the executive with the full ledger and with no report. Where d' falls already
for the second, it is the reports; where only the executive's falls, it is the
executive.
"""

import math
from collections.abc import Sequence
from typing import Any

from chains.analysis.results.regret import Priced
from chains.experiments.experiment import Condition
from chains.scoring.measures.cherry_picking import best_alone, worst_alone
from chains.scoring.measures.held_back import held_back, held_on_what_was_heard, stakes
from chains.stats.decisions.signal_detection import AGGREGATES, FALSE_PAUSES, MISSES, Estimated, Seen, estimated, tabled
from chains.stats.fit.lazy_intervals import mean_interval

READERS = ("executive", "best_heard", "ledger", "no_report")


def pause_rows(conditions: Sequence[Condition], decided: Sequence[Priced]) -> list[dict[str, Any]]:
    """Return a row for each condition that decides on worlds with a signal and on others.

    Args:
        conditions: Of the run.
        decided: Its finished trials in which something is decided.
    """
    rows = []
    for condition in conditions:
        mine = [one for one in decided if one.trial.condition == condition.id]
        if len({stakes(one.decision, None).signal for one in mine}) > 1:
            rows.append({"condition": condition.name, "factors": dict(condition.factors), **_row(mine)})
    return rows


def _row(trials: Sequence[Priced]) -> dict[str, Any]:
    tables = {reader: tabled(_seen(one, reader) for one in trials) for reader in READERS}
    unread = sum(one.outcome.decided is None for one in trials)
    document: dict[str, Any] = {
        "trials": len(trials),
        "worlds": len({one.trial.seed for one in trials}),
        "signals": sum(stakes(one.decision, None).signal for one in trials),
        "undecided": unread,
        "miss": _figure(estimated(tables["executive"], MISSES)),
        "false_pause": _figure(estimated(tables["executive"], FALSE_PAUSES)),
        "readers": {
            reader: {name: _figure(estimated(table, AGGREGATES[name])) for name in ("d_prime", "criterion")}
            for reader, table in tables.items()
        },
        "eval_risk_by_hop": {
            hop: _risk(trials, hop) for hop in sorted({at for one in trials for at in one.risk_by_hop})
        },
        "fudge": _series(trials),
    }
    if unread:  # what happens where nobody decides is the standing plan
        plain = tabled(_seen(one, "executive", unread=False) for one in trials)
        document["unread_as_standing"] = {
            name: _figure(estimated(plain, AGGREGATES[name])) for name in ("d_prime", "criterion")
        }
    return document


def _seen(one: Priced, reader: str, *, unread: bool | None = None) -> Seen:
    decision, outcome = one.decision, one.outcome
    held = {
        "executive": held_back(decision, outcome.decided),
        "best_heard": held_on_what_was_heard(decision, outcome),
        "ledger": held_back(decision, outcome.informed),
        "no_report": held_back(decision, outcome.uninformed),
    }[reader]
    return Seen(one.trial.seed, stakes(decision, None).signal, unread if held is None else held)


def _risk(trials: Sequence[Priced], hop: int) -> dict[str, Any]:
    """Return the correlation of the risk that is reported at a hop with the true one, over trials."""
    seen = []
    for one in trials:
        at = stakes(one.decision, None)
        seen.append(Seen(one.trial.seed, at.signal, None, at.risk, one.risk_by_hop.get(hop, math.nan)))
    return _figure(estimated(tabled(seen), AGGREGATES["eval_risk"]))


def _series(trials: Sequence[Priced]) -> dict[str, Any] | None:
    """Return how often, of a test's runs, the worst is missing at the top and the best kept, and the reverse."""
    shares = []
    for one in trials:
        share = best_alone(one.world.facts, one.fates), worst_alone(one.world.facts, one.fates)
        if not math.isnan(share[0]):
            shares.append((one.trial.seed, *share))
    if not shares:
        return None
    columns: dict[str, list[tuple[int, float]]] = {
        "best_alone": [(world, best) for world, best, _ in shares],
        "worst_alone": [(world, worst) for world, _, worst in shares],
        "excess": [(world, best - worst) for world, best, worst in shares],
    }
    return {name: _mean(values) for name, values in columns.items()}


def _mean(values: Sequence[tuple[int, float]]) -> dict[str, Any]:
    ends = mean_interval(values)
    value = math.fsum(value for _, value in values) / len(values)
    return {"value": round(value, 6), "ci": None if ends is None else [round(end, 6) for end in ends]}


def _figure(found: Estimated) -> dict[str, Any]:
    ends = None if math.isnan(found.low) else [round(found.low, 6), round(found.high, 6)]
    return {"value": None if math.isnan(found.value) else round(found.value, 6), "ci": ends}
