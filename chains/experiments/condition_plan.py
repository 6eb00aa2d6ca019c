"""Make the plan of a condition from its settings."""

from contextlib import nullcontext
from typing import NamedTuple, Self

from chains.errors import BadInput
from chains.experiments.scoped import Scoped
from chains.experiments.settings import ConditionSettings
from chains.organisation.forum import Forum
from chains.organisation.hierarchy import Hierarchy
from chains.organisation.plan import Plan, Weaver
from chains.organisation.planning import plan_of
from chains.organisation.remedies.remedy import name_of, remedies
from chains.organisation.round_settings import OF_DECISIONS, RoundSettings
from chains.organisation.selection import MOST_DRAFTS, By, Selection
from chains.organisation.side_lines import SideLines, side_edges
from chains.registry import blaming, is_built_in


class PlanSettings(NamedTuple):
    """The settings that a plan depends on. Conditions that agree in them and in the hierarchy share one plan."""

    side: str
    decides: bool
    decide_only: bool
    reports: bool
    remedy: str
    selection: Scoped[int]
    selected_by: By
    rounds: int
    rates_reports: bool
    forum: str

    @classmethod
    def of(cls, settings: ConditionSettings) -> Self:
        """Take them from all settings of a condition."""
        return cls(**{name: getattr(settings, name) for name in cls._fields})


def planned(settings: PlanSettings, hierarchy: Hierarchy) -> Plan:
    """Return the plan of a condition.

    Raises:
        BadInput: If settings contradict each other.
    """
    decides, reports, orders = settings.decides, settings.reports, not settings.decide_only
    if not (orders or reports):
        raise BadInput("decide_only = true and reports = false leave nothing to decide on; set one of them otherwise")
    if not (decides or reports):
        raise BadInput("loop = false and reports = false leave nothing to do; set loop = true for the way down alone")
    sided = hierarchy.with_sides(side_edges(settings.side, hierarchy))
    weavers: list[Weaver] = [SideLines()] if sided.sided else []
    if (selection := _selection(settings, hierarchy)) is not None:
        weavers.append(selection)
    weavers += (switched_on := remedies(settings.remedy))
    if settings.forum != "none":
        weavers.append(Forum(settings.forum, sided))
    if (idle := [one for one in switched_on if one.of_decisions]) and not (decides and reports):
        raise BadInput(
            f"remedy {name_of(type(idle[0]))} needs a decision on what is reported; set loop = true, and leave "
            "reports = true"
        )
    if settings.rounds == 1 and (idle := [one for one in switched_on if one.over_rounds]):
        raise BadInput(
            f"remedy {name_of(type(idle[0]))} as set works from one round on the next, and there is one round; "
            "set rounds = 2 or more"
        )
    drafts = selection is not None and max(selection.drafts.values()) > 1
    if (drafts or sided.sided or switched_on or settings.rounds > 1) and not reports:
        raise BadInput(
            "remedies, selection, side lines and rounds act on reports, and reports = false leaves none; "
            "set remedy = none, selection = 1, side = none and rounds = 1, or reports = true"
        )
    added = "+".join(name_of(type(one)) for one in switched_on if not is_built_in(type(one)))
    with blaming("remedy", added) if added else nullcontext():
        return plan_of(sided, loop=decides, reports=reports, orders=orders, weavers=weavers)


def round_settings_of(settings: ConditionSettings) -> RoundSettings:
    """Return the number of rounds of a condition's trials and what happens between them: nothing if there is one."""
    if settings.rounds == 1 and (settings.forum != "none" or settings.tips):
        raise BadInput("a forum and tips are for the rounds to come, and there is one; set rounds = 2 or more")
    if settings.rounds == 1:
        return RoundSettings()
    if settings.memory in OF_DECISIONS and not settings.decides:
        raise BadInput(
            f"memory = {settings.memory} is of decisions, and nothing is decided; set decide_only = true, or "
            "another memory"
        )
    if settings.succession and settings.promotion == "none":
        raise BadInput("succession = true fills vacant seats by promotion; set promotion = rating, value or random")
    return RoundSettings(
        rounds=settings.rounds,
        memory=settings.memory,
        promotion=settings.promotion,
        leaving=settings.leaving,
        succession=settings.succession,
        forum=settings.forum,
        tips=settings.tips,
    )


def _selection(settings: PlanSettings, hierarchy: Hierarchy) -> Selection | None:
    """Return how drafts are selected; None if every seat writes one draft and nobody rates it."""
    drafts = {seat.name: settings.selection.at(seat) for seat in hierarchy.seats}
    most, always = max(drafts.values()), settings.rates_reports
    if most > MOST_DRAFTS:
        raise BadInput(f"selection is {most}; a seat can show {MOST_DRAFTS} drafts at most")
    return Selection(drafts, settings.selected_by, always=always) if always or most > 1 else None
