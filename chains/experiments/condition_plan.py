"""How a condition's organisation works besides its chain of command: from its settings to its plan."""

from collections.abc import Mapping
from typing import TypeVar

from chains.errors import BadInput
from chains.experiments.settings import Value, scoped
from chains.organisation.hierarchy import Hierarchy
from chains.organisation.plan import Plan, Weaver, plan_of
from chains.organisation.remedies.registry import REMEDIES, remedies
from chains.organisation.round_settings import MEMORIES, MOVES, Customs
from chains.organisation.selection import BY, MOST_DRAFTS, Selection
from chains.organisation.side_lines import SideLines, side_edges

T = TypeVar("T")


def loops(values: Mapping[str, Value]) -> bool:
    """Return whether something is decided in a condition; in those logged before that could be, nothing is."""
    return bool(values.get("loop", False)) or ends_with_the_decision(values)


def ends_with_the_decision(values: Mapping[str, Value]) -> bool:
    """Return whether a condition's trials end once the executive has decided."""
    return bool(values.get("decide_only", False))


def climbs(values: Mapping[str, Value]) -> bool:
    """Return whether reports climb in a condition; in those logged before one could say so, they do."""
    return bool(values.get("reports", True))


def planned(values: Mapping[str, Value], hierarchy: Hierarchy) -> Plan:
    """Return who speaks when in a condition.

    Args:
        values: Every setting of the condition; one logged before a setting was made may lack it.
        hierarchy: Who reports to whom.

    Raises:
        BadInput: If settings contradict each other.
    """
    loop, reports = loops(values), climbs(values)
    orders = not ends_with_the_decision(values)
    if not (orders or reports):
        raise BadInput("decide_only = true and reports = false leave nothing to decide on; set one of them otherwise")
    if not (loop or reports):
        raise BadInput("loop = false and reports = false leave nothing to do; set loop = true for the way down alone")
    sided = hierarchy.with_sides(side_edges(str(values.get("side", "none")), hierarchy))
    weavers: list[Weaver] = [SideLines()] if sided.sided else []
    if (selection := _selection(values, hierarchy)) is not None:
        weavers.append(selection)
    weavers += (switched_on := remedies(str(values.get("remedy", "none"))))
    if (idle := [one for one in switched_on if one.of_decisions]) and not (loop and reports):
        name = next(name for name, kind in REMEDIES.items() if isinstance(idle[0], kind))
        raise BadInput(f"remedy {name} needs a decision on what is reported; set loop = true, and leave reports = true")
    drafts = selection is not None and max(selection.drafts.values()) > 1
    rounds = customs_of(values).rounds
    if (drafts or sided.sided or switched_on or rounds > 1) and not reports:
        raise BadInput(
            "remedies, selection, side lines and rounds act on reports, and reports = false leaves none; "
            "set remedy = none, selection = 1, side = none and rounds = 1, or reports = true"
        )
    return plan_of(sided, loop=loop, reports=reports, orders=orders, weavers=weavers)


def customs_of(values: Mapping[str, Value]) -> Customs:
    """Return how many rounds a condition has, and what happens between them.

    Raises:
        BadInput: If a setting is none of those known.
    """
    found = Customs(
        int(str(values.get("rounds", 1))),
        memory=_one_of(MEMORIES, "memory", values.get("memory", MEMORIES[-1])),
        promotion=_one_of(MOVES, "promotion", values.get("promotion", MOVES[0])),
        leaving=_one_of(MOVES, "leaving", values.get("leaving", MOVES[0])),
    )
    return found if found.rounds > 1 else Customs()


def _one_of(known: tuple[T, ...], name: str, value: Value) -> T:
    found = next((one for one in known if one == value), None)
    if found is None:
        raise BadInput(f"{name} is {value!r}; it must be {', '.join(map(str, known[:-1]))} or {known[-1]}")
    return found


def _selection(values: Mapping[str, Value], hierarchy: Hierarchy) -> Selection | None:
    if "selection" not in values:
        return None
    drafts = {seat.name: int(str(scoped(values, "selection", seat))) for seat in hierarchy.seats}
    if max(drafts.values()) > MOST_DRAFTS:
        raise BadInput(f"selection is {max(drafts.values())}; a seat can show {MOST_DRAFTS} drafts at most")
    by = _one_of(BY, "selected_by", values.get("selected_by", BY[0]))
    always = customs_of(values).rounds > 1
    return Selection(drafts, by, always=always) if always or max(drafts.values()) > 1 else None
