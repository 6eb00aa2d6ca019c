"""What each turn asks its seat, or what text stands there by rule."""

from collections.abc import Callable, Mapping

from chains.models.provider import Request, Task
from chains.organisation.cast import Cast, Ruled, Said
from chains.organisation.decision_turns import decide, obey, order
from chains.organisation.plan import Turn
from chains.organisation.remedies.audit import audit, escalated, flagged, revise
from chains.organisation.remedies.skip_and_memory import pick, resurfaced, straight
from chains.organisation.remedies.stop_work import override, stop, stopped_or_not
from chains.organisation.remedies.verbatim_and_provenance import attached, unnamed
from chains.organisation.remedies.veto import veto, vetoed_or_not
from chains.organisation.selection import chosen_draft, rate, report
from chains.organisation.side_lines import answer, ask

Asker = Callable[[Cast, Turn, Said], Request | Ruled]
"""Puts a turn's question, or gives its text: from the cast and what was said alone, so that a replay does the same."""


def asked(cast: Cast, turn: Turn, said: Said) -> Request | Ruled:
    """Put the question of a turn to its seat, or return the text that stands there by rule.

    Args:
        cast: Who is who.
        turn: Whose turn it is, and for what.
        said: What was said so far, by turn.
    """
    return RULES[turn.rule](cast, turn, said) if turn.rule else ASKERS[turn.task](cast, turn, said)


ASKERS: Mapping[Task, Asker] = {
    "report": report, "decide": decide, "order": order, "relay": obey, "act": obey, "rate": rate,
    "audit": audit, "watch": audit, "revise": revise, "skip": pick, "stop": stop, "override": override, "veto": veto,
    "ask": ask, "answer": answer,
}  # fmt: skip
"""By task. One may answer by itself, too: a report that nobody found fault with is not asked for again."""
RULES: Mapping[str, Asker] = {
    "chosen draft": chosen_draft, "flagged": flagged, "escalated": escalated, "attached": attached, "listed": unnamed,
    "straight": straight, "resurfaced": resurfaced, "stopped or not": stopped_or_not, "vetoed or not": vetoed_or_not,
}  # fmt: skip
"""By the name of the rule."""
