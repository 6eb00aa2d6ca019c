"""Make the plan of a condition: reports climb, the executive decides, orders go down, and weavers add their turns."""

from collections.abc import Sequence

from chains.organisation.decision_turns import ACT, DECIDE, ORDER, RELAY
from chains.organisation.hierarchy import Hierarchy
from chains.organisation.plan import CHARTER, LEDGER, NOTHING, Draft, Plan, Turn, Weaver
from chains.organisation.selection import REPORT


def plan_of(
    hierarchy: Hierarchy, *, loop: bool = False, reports: bool = True, orders: bool = True,
    weavers: Sequence[Weaver] = (),
) -> Plan:  # fmt: skip
    """Return the plan of a condition.

    Args:
        hierarchy: Who reports to whom.
        loop: Whether the executive decides, its order goes down and workers act; else reports climb, and the
            executive says something about them.
        reports: Whether reports climb; without them there is only the way down.
        orders: Whether there is a way down; without it the trial ends with the decision.
        weavers: They add turns to the plan, in this order.
    """
    draft = Draft(hierarchy)
    top = hierarchy.executive
    if reports:
        _up(draft, weavers, loop=loop)
    if loop and reports:
        for number, reads in enumerate((LEDGER, NOTHING), start=2):
            draft.turns.append(Turn(f"{top.name}/{reads}", top, DECIDE, number, (), reads))
    if loop and orders:
        _down(draft, weavers)
    return Plan(
        hierarchy=hierarchy,
        turns=tuple(draft.turns),
        loop=loop,
        reports=reports,
        sent=draft.sent,
        top=tuple(draft.top),
        decision=draft.decision,
        down=draft.down,
        beside=tuple(draft.beside.values()),
        told=tuple(notice for weaver in weavers for notice in weaver.told),
        told_some=tuple(notice for weaver in weavers for notice in weaver.told_some),
        numbered=any(weaver.numbers_notes for weaver in weavers),
        crossed=any(weaver.crosses for weaver in weavers),
    )


def _up(draft: Draft, weavers: Sequence[Weaver], *, loop: bool) -> None:
    hierarchy, top = draft.hierarchy, draft.hierarchy.executive
    for seat in hierarchy.upward():
        heard = tuple(draft.sent[name] for name in hierarchy.reports_of(seat.name))
        if seat is not top:
            heard += tuple(name for weaver in weavers for name in weaver.before(draft, seat))
            draft.turns.append(Turn(seat.name, seat, REPORT, 0, heard))
            draft.sent[seat.name] = seat.name
            for weaver in weavers:
                weaver.reported(draft, seat)
            continue
        draft.top = list(heard)
        for weaver in weavers:
            weaver.at_the_top(draft)
        draft.turns.append(Turn(top.name, top, DECIDE if loop else REPORT, 0, tuple(draft.top)))
        if loop:
            draft.decision = top.name
            for weaver in weavers:
                weaver.decided(draft)
        else:
            draft.sent[top.name] = top.name


def _down(draft: Draft, weavers: Sequence[Weaver]) -> None:
    hierarchy, top = draft.hierarchy, draft.hierarchy.executive
    for seat in hierarchy.seats:
        if seat is top:
            turn = Turn(f"{top.name}/order", top, ORDER, 1, (draft.decision,) if draft.decision else ())
        else:
            row = ACT if seat.role == "worker" else RELAY
            above = hierarchy.superior(seat.name) or top.name
            turn = Turn(f"{seat.name}/{row.name}", seat, row, 1, (draft.down[above],))
        draft.turns.append(turn)
        if turn.row is ACT:
            for number, what in () if draft.decision else ((2, CHARTER), (3, NOTHING)):
                draft.turns.append(Turn(f"{seat.name}/{what}", seat, ACT, number, (), what))
        else:
            draft.down[seat.name] = turn.name
            for weaver in weavers:
                weaver.ordered(draft, seat)
