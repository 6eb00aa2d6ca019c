"""What judges said: votes, verdicts that are no vote and why, and pairs on which they and the instrument differ."""

import math
from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.scoring.text.legible import legible
from chains.terminal.views.estimate import span_text
from chains.terminal.views.run_tables import FATE_STYLE
from chains.validation.agreement import Accord
from chains.validation.all_labels import JUDGES, Gathered, tied
from chains.validation.judge_estimate import JudgeEstimate
from chains.validation.pairs import CLAIM, Pair

MOST_DIFFERENCES = 12
"""Pairs shown one by one; `--json` has all."""


def judging_view(found: Gathered) -> RenderableType:
    """Return a table of the judges, and the first pairs on which one reads another fate than the instrument."""
    differ = [pair for pair in _rated(found) if _differs(found, pair)]
    parts: list[RenderableType] = [_judges(found)]
    if len(found.judges) > 1:
        ties = sum(tied(found.judges, pair) for pair in _rated(found))
        parts.append(Text(f"{JUDGES}: more than half of the votes on a pair; {ties} ties give no verdict"))
    if differ:
        parts += [Text(""), _differences(found, differ[:MOST_DIFFERENCES])]
        if len(differ) > MOST_DIFFERENCES:
            parts.append(Text(f"{len(differ) - MOST_DIFFERENCES} more pairs differ: --json has them all", "yellow"))
    return Group(*parts)


def estimate_line(takes: JudgeEstimate) -> str:
    """Say what a judge will take before it is asked."""
    found, name = takes.of_model, takes.record.source.name
    if not takes.calls:
        return f"{name} has judged all of it; nothing is left to ask"
    cost = "cost unknown (no prices)" if found.cost is None else f"cost about {found.cost:,.2f}"
    cost = cost if takes.record.source.traits.is_paid else "no cost"
    time = "" if takes.seconds is None else f", about {span_text(takes.seconds)}"
    return (
        f"{name}: {takes.pairs:,} statements in {takes.messages:,} different messages; at most "
        f"{takes.calls:,} calls, about {found.expected.tokens:,} tokens, {cost}{time}"
    )


def share(value: float) -> str:
    """Return a share for a table; empty where it is undefined."""
    return "" if math.isnan(value) else f"{100 * value:.0f}%"


def _judges(found: Gathered) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("judge")
    for heading in ("pairs", "votes", f"as {found.instrument}", "kept or not", "no quote", "no answer", "refused"):
        table.add_column(heading, justify="right")
    table.add_column("calls", justify="right")
    for judge in found.judges:
        problems = judge.problems
        votes = len(found.of(judge.name))
        table.add_row(
            Text(judge.name), str(len(judge.said)), str(votes), *_like_instrument(found, judge.name),
            str(problems["unsupported"]), str(problems["missing"] + problems["unreadable"]), str(problems["refused"]),
            str(judge.calls),
        )  # fmt: skip
    if len(found.judges) > 1:
        most = found.of(JUDGES)
        table.add_row(JUDGES, str(len(list(_rated(found)))), str(len(most)), *_like_instrument(found, JUDGES))
    return table


def _like_instrument(found: Gathered, who: str) -> tuple[str, str]:
    said, read = found.of(who), found.of(found.instrument)
    if not said:
        return "", ""
    both = [(fate, read[pair]) for pair, fate in said.items() if pair in read]
    if not both:
        return "", ""
    same = sum(one == other for one, other in both)
    kept = sum((one == "kept") == (other == "kept") for one, other in both)
    return share(same / len(both)), share(kept / len(both))


def _rated(found: Gathered) -> Iterator[Pair]:
    """Return the pairs that any judge was asked about, in the run's order."""
    asked = {pair for judge in found.judges for pair in judge.said}
    return (pair for pair in found.pairs.by_id.values() if pair.id in asked)


def _differs(found: Gathered, pair: Pair) -> bool:
    votes = [judge.said[pair.id].vote for judge in found.judges if pair.id in judge.said]
    return pair.drawn != CLAIM and any(vote is not None and vote != pair.drawn for vote in votes)


def _differences(found: Gathered, differ: list[Pair]) -> Table:
    table = Table(title="where they part", title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("pair", "statement", found.instrument):
        table.add_column(heading)
    for judge in found.judges:
        table.add_column(judge.name)
    for pair in differ:
        cells = []
        for judge in found.judges:
            verdict = judge.said.get(pair.id)
            fate = verdict.fate if verdict is not None else None
            text = Text(fate or "", FATE_STYLE.get(fate or "", ""))
            if verdict is not None and verdict.problem is not None:
                text.append(f" ({verdict.problem})", "bright_black")
            elif verdict is not None and verdict.evidence:
                text.append(f" {legible(verdict.evidence[:80])!r}", "default")
            cells.append(text)
        statement = found.pairs.statement(pair).render(0)
        table.add_row(Text(pair.id), Text(statement), Text(pair.drawn, FATE_STYLE.get(pair.drawn, "")), *cells)
    return table


def votes_document(found: Gathered, agreed: Accord) -> dict[str, Any]:
    """Return the judges and every vote as one JSON document."""
    return {
        "run": found.pairs.record.id,
        "instrument": found.instrument,
        "judges": [
            {
                "name": judge.name,
                "model": judge.record.source.label,
                "prompt": judge.record.prompt.name,
                "per_call": judge.record.per_call,
                "seed": judge.record.seed,
                "kin": judge.record.kin,
                "calls": judge.calls,
                "pairs": len(judge.said),
                "votes": len(found.of(judge.name)),
                "no_vote": judge.problems,
            }
            for judge in found.judges
        ],
        "pairs": [
            {
                "id": pair.id,
                "hop": pair.hop,
                "condition": pair.condition,
                "instrument": None if pair.drawn == CLAIM else pair.drawn,
                "verdicts": {
                    judge.name: judge.said[pair.id]._asdict() | {"vote": judge.said[pair.id].vote}
                    for judge in found.judges
                    if pair.id in judge.said
                },
                "majority": found.labels.get((pair.id, JUDGES if len(found.judges) > 1 else found.judges[0].name)),
                "tie": tied(found.judges, pair),
            }
            for pair in _rated(found)
        ],
        "agreement": agreed.document(),
    }
